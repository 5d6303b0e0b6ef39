"""Which versions and cipher suites the service offers."""

from __future__ import annotations

from collections.abc import Iterator

from checks.certificates.roles import CLAUSE, weighed
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Severity,
    Topic,
    Vocabulary,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.tls import HelloKind, TlsProtocol

_SCHANNEL = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"


@check(
    id="certificates.tls-versions",
    title="TLS 1.2 is offered and older versions are off",
    action="Offer TLS 1.2 and switch older versions off",
    why="Entra Connect, the Intune connectors and current agents need TLS 1.2. Versions below it are"
    " broken, and security baselines fail on them.",
    fix=[
        step(
            "See first what is set, then switch a version off on every node and restart it.",
            command=f"Get-ChildItem '{_SCHANNEL}' -Recurse\n"
            f"New-Item '{_SCHANNEL}\\TLS 1.0\\Server' -Force\n"
            f"Set-ItemProperty '{_SCHANNEL}\\TLS 1.0\\Server' -Name Enabled -Value 0 -Type DWord",
        ),
        step(
            "On AD FS and its proxies set strong cryptography for .NET before that, in the 32-bit and"
            " the 64-bit key; without it the trust between proxy and farm breaks.",
            command=r"Set-ItemProperty 'HKLM:\SOFTWARE\Microsoft\.NETFramework\v4.0.30319' -Name"
            " SchUseStrongCrypto -Value 1 -Type DWord\n"
            r"Set-ItemProperty 'HKLM:\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319' -Name"
            " SchUseStrongCrypto -Value 1 -Type DWord",
        ),
    ],
    verify="openssl s_client -connect HOST:443 -tls1_2 connects, and -tls1 and -tls1_1 do not.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/manage-ssl-protocols-in-ad-fs",
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites",
        "https://www.rfc-editor.org/rfc/rfc8996",
    ],
    blocks=["Entra Connect", "Intune connectors", "agents"],
    requires=["certificates.reachable"],
)
def tls_versions(found: TlsProtocol) -> Iterator[Finding]:
    """Judge the answers to one hello per version."""
    finding = _versions(found)
    lacks = finding.reason == "no-current-version"
    shown = {
        one.kind: one.version or _ANSWERS.say(one.answer)
        for one in found.hellos
        if one.kind in _ASKED
    }
    yield weighed(finding, found.role, Severity.MEDIUM, stops=lacks).showing(**shown)


_ANSWERS = Vocabulary(("accepted", "refused", "undetermined"))
_ASKED = ("tls13", "tls12", "tls11", "tls10", "ssl3")
_OLD: tuple[tuple[HelloKind, str], ...] = (("tls11", "TLS 1.1"), ("tls10", "TLS 1.0"))


def _versions(found: TlsProtocol) -> Finding:
    subject = found.subject
    offers_12, offers_13 = _offers_12(found), _offers(found, "tls13")
    if _offers(found, "ssl3"):
        return failed("ssl3", subject, "SSL 3 is still offered.")
    if offers_12 is None or offers_13 is None:
        return not_assessed("timeout", subject, "A hello of a version was not answered in time.")
    if not offers_12 and not offers_13:
        return failed("no-current-version", subject, "Neither TLS 1.2 nor TLS 1.3 is offered.")
    if old := [name for kind, name in _OLD if _offers(found, kind)]:
        return warned("old-versions", subject, "Still offered: {versions}.", versions=old)
    return _current(found, with_12=offers_12, with_13=offers_13)


def _current(found: TlsProtocol, *, with_12: bool, with_13: bool) -> Finding:
    """Nothing old was seen to be offered."""
    subject = found.subject
    if not with_12:
        return warned(
            "only-13",
            subject,
            "Only TLS 1.3 is offered; proxies on Server 2019 and older agents cannot connect.",
        )
    if any(_offers(found, kind) is None for kind in ("tls11", "tls10", "ssl3")):
        return not_assessed(
            "timeout-old",
            subject,
            "TLS 1.2 is offered; hellos of older versions were not answered.",
        )
    if with_13:
        return passed("current", subject, "TLS 1.2 and TLS 1.3 are offered, and nothing older.")
    return passed("only-12", subject, "TLS 1.2 is offered, and nothing older.")


def _offers(found: TlsProtocol, kind: HelloKind) -> bool | None:
    """Whether that version is offered; None where that was not learned."""
    one = found.hello(kind)
    return None if one is None or one.answer == "undetermined" else one.answer == "accepted"


def _offers_12(found: TlsProtocol) -> bool | None:
    """The hello of TLS 1.2 allows older versions too: only its answer tells."""
    offered = _offers(found, "tls12")
    one = found.hello("tls12")
    return offered and one is not None and one.version == "TLSv1.2"


_PROFILE = "https://www.rfc-editor.org/rfc/rfc9325"
_SUITES = step(
    "Set the order of cipher suites by policy, not by hand in the registry; offer ECDHE with AES-GCM"
    " only.",
    command="Get-TlsCipherSuite | Format-Table Name\nDisable-TlsCipherSuite -Name <suite>",
    portal="Group Policy > Computer Configuration > Administrative Templates > Network > SSL"
    " Configuration Settings > SSL Cipher Suite Order",
)


@check(
    id="certificates.forward-secrecy",
    title="Forward secrecy is preferred",
    action="Prefer cipher suites with forward secrecy",
    why="Without it, whoever records the traffic today and gets the key later can read all of it."
    " Strict clients do not connect.",
    fix=_SUITES,
    verify="openssl s_client -connect HOST:443 -tls1_2 shows a suite that starts with ECDHE.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.LOW,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[_PROFILE, "https://learn.microsoft.com/windows-server/security/tls/manage-tls"],
    blocks=["strict clients"],
    requires=["certificates.reachable"],
)
def forward_secrecy(found: TlsProtocol) -> Iterator[Finding]:
    """Judge the suite that the server chose from all that were offered."""
    one, subject = found.hello("tls12"), found.subject
    if not one or one.answer != "accepted":
        if _offers(found, "tls13"):
            yield not_applicable("only-13", subject, "TLS 1.3 always has forward secrecy.")
        else:
            yield not_assessed("timeout", subject, "The server did not choose a cipher suite.")
    elif "_DHE_" not in one.suite and "_ECDHE_" not in one.suite:
        yield warned("no-secrecy", subject, "The server chooses {suite}.", suite=one.suite)
    elif "_CBC_" in one.suite:
        yield warned(
            "only-cbc",
            subject,
            "The best that the server chooses is {suite}, with a block mode that is not authenticated.",
            suite=one.suite,
        )
    else:
        yield passed("forward-secret", subject, "The server chooses {suite}.", suite=one.suite)


@check(
    id="certificates.ciphers-strong",
    title="Broken cipher suites are refused",
    action="Switch broken cipher suites off",
    why="Suites without encryption or authentication, with RC4, DES or 3DES can be broken on the way."
    " Security baselines fail on them.",
    fix=_SUITES,
    verify="openssl s_client -connect HOST:443 -cipher 'aNULL:eNULL:EXPORT:RC4:3DES:@SECLEVEL=0' is"
    " refused.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[_PROFILE, "https://learn.microsoft.com/windows-server/security/tls/manage-tls"],
    blocks=["security baselines"],
    requires=["certificates.reachable"],
)
def ciphers_strong(found: TlsProtocol) -> Iterator[Finding]:
    """Judge the answer to a hello that offers nothing but broken suites."""
    one, subject = found.hello("bad-suites"), found.subject
    if one is None or one.answer == "undetermined":
        yield not_assessed("timeout", subject, "The hello with broken suites was not answered.")
    elif one.answer == "accepted":
        finding = failed("accepted", subject, "The server accepts {suite}.", suite=one.suite)
        yield weighed(finding, found.role, Severity.MEDIUM)
    else:
        yield passed("refused", subject, "A hello with broken suites only is refused.")


_STRONG_DH, _BROKEN_DH = 2048, 1024


@check(
    id="certificates.dh-strength",
    title="DH groups have 2048 bits or more",
    action="Enlarge or switch off finite-field Diffie-Hellman",
    why="Groups of 1024 bits and less can be broken by precomputation. Strict clients refuse them.",
    fix=step(
        "Raise the smallest group of the server, or switch DHE suites off, which nobody needs.",
        command=r"Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
        r"\KeyExchangeAlgorithms\Diffie-Hellman' -Name ServerMinKeyBitLength -Value 2048 -Type DWord"
        " -WhatIf",
    ),
    verify="openssl s_client -connect HOST:443 -tls1_2 -cipher DHE shows a server temp key of 2048"
    " bits or more, or is refused.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[_PROFILE, "https://www.rfc-editor.org/rfc/rfc7919"],
    blocks=["strict clients"],
    requires=["certificates.reachable"],
)
def dh_strength(found: TlsProtocol) -> Iterator[Finding]:
    """Judge the group that the server sends, in whatever hello it sent one."""
    subject = found.subject
    sizes = [one.dh_bits for one in found.hellos if one.dh_bits]
    asked = found.hello("dhe-only")
    if not sizes:
        if asked is None or asked.answer == "undetermined":
            yield not_assessed("timeout", subject, "The hello with DHE only was not answered.")
        else:
            yield passed("no-dhe", subject, "The server offers no finite-field Diffie-Hellman.")
        return
    bits = min(sizes)
    if bits >= _STRONG_DH:
        yield passed("strong", subject, "The group has {bits} bits.", bits=bits)
    elif bits >= _BROKEN_DH:
        yield warned("small", subject, "The group has {bits} bits only.", bits=bits)
    else:
        finding = failed("broken", subject, "The group has {bits} bits only.", bits=bits)
        yield weighed(finding, found.role, Severity.MEDIUM)
