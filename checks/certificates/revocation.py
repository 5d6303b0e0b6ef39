"""Whether certificates are revoked, and whether clients can find that out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from checks.certificates.roles import CLAUSE, weighed
from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Severity,
    Topic,
    Vocabulary,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.certificate import common_name
from scanner.evidence.revocation import (
    CertificateStatus,
    CrlHost,
    EndpointRevocation,
    RevocationOutcome,
)
from scanner.evidence.tls import TlsChain

_OCSP = "https://www.rfc-editor.org/rfc/rfc6960"
_CRL = "https://www.rfc-editor.org/rfc/rfc5280#section-5"


@check(
    id="certificates.not-revoked",
    title="No certificate of the path is revoked",
    action="Replace the revoked certificate",
    why="Its authority has declared the certificate invalid. Clients that ask refuse it, and whoever"
    " had it revoked may have had a reason: a lost key.",
    fix=[
        step("Replace the certificate now, with a new key."),
        step("Find out who had it revoked, and why."),
    ],
    verify="certutil -verify -urlfetch certificate.cer reports no revoked certificate.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[_OCSP, _CRL],
    blocks=["all clients"],
    requires=["certificates.reachable"],
)
def not_revoked(found: EndpointRevocation) -> Iterator[Finding]:
    """Only answers that verify count, in both directions."""
    yield weighed(_revoked(found), found.role, Severity.HIGH, stops=True)


def _revoked(found: EndpointRevocation) -> Finding:
    subject = found.subject
    for one in found.certificates:
        answer = one.verdict
        if answer is not None and answer.outcome is RevocationOutcome.REVOKED:
            return failed(
                "revoked",
                subject,
                "The certificate {name} was revoked on {date}; the reason given is {reason}.",
                name=common_name(one.subject),
                date=answer.revoked_at.date().isoformat()
                if answer.revoked_at
                else said("an unknown day"),
                reason=answer.reason or "none",
            ).showing(asked=answer.url or answer.method)
    asked = [one for one in found.certificates if one.ways or one.answers]
    if not asked:
        return not_assessed(
            "unsupported-no-way",
            subject,
            "The certificates name no place where their revocation can be asked.",
        )
    silent = [one for one in asked if one.verdict is None]
    if silent:
        return not_assessed(
            "unreachable-answers",
            subject,
            "No answer that verifies was had about {names}.",
            names=[common_name(one.subject) for one in silent],
        )
    return passed("good", subject, "Verified and current answers say that nothing is revoked.")


@check(
    id="certificates.revocation-reachable",
    title="Revocation can be asked",
    action="Make revocation answers available to the servers that need them",
    why="AD FS, proxies, NPS and VPN servers ask whether a certificate is revoked. Where no answer"
    " comes, they wait and then refuse, or go on without knowing.",
    fix=[
        step(
            "Allow TCP 80 from AD FS, proxy, NPS and VPN servers to the hosts named here, without"
            " sign-in at the proxy.",
            command="certutil -verify -urlfetch certificate.cer",
        ),
        step(
            "A private authority publishes its lists at an http address, and renews them in time."
        ),
    ],
    verify="certutil -URL certificate.cer shows every address as verified, on the servers themselves.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[
        _OCSP,
        _CRL,
        "https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges",
    ],
    blocks=["Windows services that check revocation"],
    requires=["certificates.reachable"],
)
def revocation_reachable(found: EndpointRevocation, chain: TlsChain) -> Iterator[Finding]:
    """Judge from this vantage; the way out of the servers themselves may differ."""
    leaf = chain.served[0].leaf
    short = leaf is not None and leaf.lifetime <= timedelta(days=10)
    yield _answers(found, short=short)


def _answers(found: EndpointRevocation, *, short: bool) -> Finding:
    subject = found.subject
    ways = [one for one in found.certificates if one.ways]
    if not ways and short:
        return not_applicable(
            "short-lived",
            subject,
            "The certificate lives for ten days at most and needs no answer.",
        )
    if not ways:
        return not_applicable(
            "no-way", subject, "The certificates name no place where revocation can be asked."
        )
    without = [one for one in ways if not _answered(one)]
    if not without:
        return passed("answered", subject, "A verified and current answer was had for each.")
    first = without[0]
    asked = [f"{one.url or one.method} ({one.outcome})" for one in first.answers[:4]]
    return warned(
        "no-answer",
        subject,
        "For {count} of {total} certificates no answer can be had; asked for {name}: {asked}.",
        count=len(without),
        total=len(ways),
        name=common_name(first.subject),
        asked=asked,
    ).showing(details=[one.detail for one in first.answers[:4] if one.detail] or "-")


def _answered(one: CertificateStatus) -> bool:
    """A verified answer from one of the addresses; a staple alone proves no address."""
    return any(each.outcome.verified and each.method != "staple" for each in one.answers) or (
        one.verdict is not None
    )


@check(
    id="certificates.ocsp-staple",
    title="Staples are present where promised, and current",
    action="Make the server staple a current revocation answer",
    why="A certificate with must-staple promises that the server brings the answer along. Clients that"
    " honour it refuse a server that does not.",
    fix=step(
        "Switch stapling on, or have the certificate reissued without must-staple. Windows staples by"
        " itself if it reaches the responder."
    ),
    verify="openssl s_client -connect HOST:443 -servername HOST -status shows a successful response.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.LOW,
    owner=Owner.PKI_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=["https://www.rfc-editor.org/rfc/rfc7633", _OCSP],
    blocks=["clients that honour must-staple"],
    requires=["certificates.reachable"],
)
def ocsp_staple(found: EndpointRevocation, chain: TlsChain) -> Iterator[Finding]:
    """Judge the staple of the first list, and whether one is promised."""
    served, subject = chain.served[0], found.subject
    promised = served.leaf is not None and served.leaf.must_staple
    staple = next(
        (
            answer
            for one in found.certificates[:1]
            for answer in one.answers
            if answer.method == "staple"
        ),
        None,
    )
    if staple is None and served.hello != "tls12" and promised:
        yield not_assessed(
            "unsupported-hello",
            subject,
            "The service speaks TLS 1.3 only, where staples are hidden.",
        )
    elif staple is None and promised:
        yield warned("absent", subject, "The certificate promises a staple, and none is sent.")
    elif staple is None:
        yield not_applicable("not-promised", subject, "No staple is promised, and none is sent.")
    elif staple.outcome.verified:
        yield passed("current", subject, "A staple that verifies and is current is sent.")
    else:
        yield warned(
            "bad-staple",
            subject,
            "The staple that is sent does not verify, or is not current.",
        ).showing(detail=staple.detail or "-")


@check(
    id="certificates.crl-publication",
    title="The private CA publishes a current CRL over http",
    action="Publish a current revocation list over plain http",
    why="Servers that ask a private authority's list refuse every certificate of it once the list is"
    " out of date or out of reach: Wi-Fi, VPN and sign-in stop together.",
    fix=[
        step(
            "Publish a new list, and see why the last one was late.",
            command="certutil -getreg CA\\CRL*\ncertutil -CRL",
        ),
        step("Serve it at an http address without sign-in."),
        step(
            "Delta lists have a plus sign in their name: let IIS accept it.",
            command="%windir%\\system32\\inetsrv\\appcmd set config /section:requestFiltering"
            " /allowDoubleEscaping:true",
        ),
    ],
    verify="certutil -URL certificate.cer on a client shows every list as verified.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=["G18", "G20"],
    documents=[
        _CRL,
        "https://learn.microsoft.com/windows-server/networking/core-network-guide/cncg/server-certs/configure-the-cdp-and-aia-extensions-on-ca1",
    ],
    blocks=["clients of the private authority"],
)
def crl_publication(found: CrlHost, header: Header) -> Iterator[Finding]:
    """Judge every list that the host is said to publish; the worst one speaks."""
    yield _publication(found, header.collected_at)


_BROKEN = {
    RevocationOutcome.STALE: ("expired", "The list at {url} is out of date."),
    RevocationOutcome.STATUS: ("refused", "The list at {url} is answered with status {status}."),
    RevocationOutcome.BAD_SIGNATURE: (
        "forged",
        "The list at {url} is not signed by its authority.",
    ),
    RevocationOutcome.LOCATION: ("no-http", "{url} is no plain http address."),
    RevocationOutcome.GARBAGE: ("unreadable", "What {url} gives is no revocation list."),
}
_UNSEEN = (RevocationOutcome.UNREACHABLE, RevocationOutcome.INSIDE, RevocationOutcome.TOO_LARGE)
_SOON = timedelta(days=1)
_OUTCOMES = Vocabulary(map(str, RevocationOutcome))


def _publication(found: CrlHost, now: datetime) -> Finding:
    subject = found.subject
    broken = next((one for one in found.lists if one.outcome in _BROKEN), None)
    if broken is not None:
        reason, template = _BROKEN[broken.outcome]
        return failed(
            reason, subject, template, url=broken.url[:200], status=broken.status
        ).showing(
            lists=[
                said("{url}: {outcome}", url=one.url[:120], outcome=_OUTCOMES.say(one.outcome))
                for one in found.lists
            ],
            next_update=str(broken.next_update or "-"),
        )
    unseen = [one for one in found.lists if one.outcome in _UNSEEN]
    if unseen:
        return not_assessed(
            "unreachable-list",
            subject,
            "The list at {url} could not be fetched from here: {detail}.",
            url=unseen[0].url[:200],
            detail=unseen[0].detail,
        )
    unverified = next(
        (one for one in found.lists if one.outcome is RevocationOutcome.NO_ISSUER), None
    )
    if unverified is not None:
        return not_assessed(
            "unconfigured-issuer",
            subject,
            "The list at {url} cannot be verified: name its authority in trust.private_roots_file.",
            url=unverified.url[:200],
        )
    return _good_lists(found, now)


def _good_lists(found: CrlHost, now: datetime) -> Finding:
    ends = [one.next_update for one in found.lists if one.next_update]
    soonest = min(ends, default=None)
    if soonest is not None and soonest - now < _SOON:
        return warned(
            "ends-soon",
            found.subject,
            "A list ends on {end}, in less than a day.",
            end=soonest.isoformat(),
        )
    return passed(
        "published", found.subject, "{count} lists, signed and current.", count=len(found.lists)
    )
