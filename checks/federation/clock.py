"""The clock of the federation service."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Subject,
    Topic,
    check,
    failed,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.federation import Face, FederationHost, SignInClock


@check(
    id="federation.clock-skew",
    title="Clocks of the federation hosts are right",
    action="Set the clocks of the federation servers right",
    why="Every token says from when until when it holds, and Kerberos tolerates five minutes. With a"
    " wrong clock tokens come too early or too late, and sign-in fails now and then, for reasons"
    " that nobody finds.",
    fix=[
        step(
            "See where the server takes its time from, and how far off it is.",
            command="w32tm /query /status\nw32tm /stripchart /computer:<time source> /samples:3"
            " /dataonly",
        ),
        step(
            "Let the domain controller with the PDC emulator role take its time from outside, and"
            " everything else from the domain; switch the time synchronisation of virtual machine"
            " hosts off for domain controllers and federation servers."
        ),
    ],
    verify="w32tm /stripchart against the time source shows less than a second on every node.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A3", "G7"],
    blocks=["the validity of tokens"],
    documents=[
        "https://learn.microsoft.com/windows-server/networking/windows-time-service/how-the-windows-time-service-works",
        "https://www.rfc-editor.org/rfc/rfc9110#name-date",
    ],
)
def clock_skew(service: FederationHost, reference: SignInClock | None) -> Iterator[Finding]:
    """Compare Date with our clock; the sign-in host tells whether ours is the wrong one."""
    subject = service.subject
    clocks = [(one, one.clock.offset) for one in service.faces if _usable(one)]
    read = [(face, offset) for face, offset in clocks if offset is not None]
    if not read:
        yield not_assessed(
            "unsupported-date", subject, "No answer of the host had a date that can be compared."
        )
        return
    face, offset = max(read, key=lambda one: abs(one[1]))
    if abs(offset) <= _TOLERATED:
        yield _good(subject, face, offset)
    elif reference and reference.clock.offset and abs(reference.clock.offset - offset) <= _SAME:
        yield not_assessed(
            "unsupported-own-clock",
            subject,
            "The clock of the machine that scans is wrong: {host} differs from it as much.",
            host=reference.host,
        )
    else:
        yield _wrong(subject, offset).showing(address=face.address)


def _wrong(subject: Subject, offset: float) -> Finding:
    way, seconds = "ahead" if offset > 0 else "behind", round(abs(offset))
    if abs(offset) <= _KERBEROS:
        return warned(f"off-{way}", subject, _WAYS[way], seconds=seconds)
    return failed(f"far-off-{way}", subject, _WAYS[way], seconds=seconds)


_WAYS = {
    "ahead": "The clock of the host is {seconds} seconds ahead.",
    "behind": "The clock of the host is {seconds} seconds behind.",
}
_TOLERATED = 60.0
_KERBEROS = 300.0
_SAME = 5.0
_LONG_TRIP = 10.0


def _usable(face: Face) -> bool:
    return not face.clock.cached and face.clock.round_trip <= _LONG_TRIP


def _good(subject: Subject, face: Face, offset: float) -> Finding:
    """The Date has whole seconds: up to two of them are none."""
    if not face.trusted:
        return not_assessed(
            "unsupported-untrusted",
            subject,
            "The clock looks right, but was read over a certificate that is not trusted: {problem}.",
            problem=face.distrust,
        )
    seconds = 0 if abs(offset) <= 2 else round(abs(offset))  # noqa: PLR2004
    return passed(
        "right", subject, "The clock of the host differs by {seconds} seconds.", seconds=seconds
    )
