"""What no probe sees of a federation service, and people are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    Answers,
    Effort,
    Finding,
    Header,
    Missing,
    Owner,
    Phase,
    Question,
    Severity,
    Topic,
    answered,
    check,
    not_applicable,
    question,
    step,
)
from scanner.evidence.federation import FederationTrust

_FARM = (
    "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/"
    "configure-ad-fs-extranet-smart-lockout-protection"
)
PROVIDER = Question(
    id="federation.key-provider-supported",
    asked="Do the keys of the AD FS certificates use a provider and KeySpec that AD FS supports?",
    yes="On every node certutil -v -store my shows a legacy provider (ProviderType other than 0) with"
    " KeySpec 1 for the service communication and token certificates; token signing may have 2. A"
    " CNG key (ProviderType 0) is used for the TLS certificate alone.",
    evidence="The output of certutil -v -store my of one node.",
    known_by="The administrator of the AD FS farm.",
)
LOCKOUT = Question(
    id="federation.extranet-lockout",
    asked="Does AD FS enforce extranet lockout, with a threshold below the directory's own?",
    yes="Get-AdfsProperties shows EnableExtranetLockout True, an ExtranetLockoutMode other than"
    " ADFSSmartLockoutLogOnly, and an ExtranetLockoutThreshold that is lower than the lockout"
    " threshold of the domain's password policy.",
    evidence="The output of Get-AdfsProperties | Format-List Extranet*, EnableExtranetLockout.",
    known_by="The administrator of the AD FS farm.",
)


def _nothing(asked: Question, trusts: tuple[FederationTrust, ...] | Missing) -> Finding | None:
    """Nobody is asked about a service that there is not."""
    if trusts == ():
        return not_applicable("nothing-federated", question(asked.name), "No domain is federated.")
    return None


@check(
    id=PROVIDER.id,
    question=PROVIDER,
    title="Keys use a provider that AD FS supports",
    action="Move the AD FS certificates to a key provider that AD FS supports",
    why="AD FS cannot use CNG keys and signature-only keys for service communication and token"
    " decryption. The service then starts and shows its page, and sign-in fails without an error, as"
    " a rule on the day after a certificate was changed. The network does not show it.",
    fix=[
        step(
            "See provider type and KeySpec of each certificate, on every node.",
            command="certutil -v -store my",
        ),
        step(
            "Where one is wrong, export the certificate with its key, delete it, import it as an"
            " exchange key, give the service account its permission back, and restart the service.",
            command="certutil -importpfx <file.pfx> AT_KEYEXCHANGE\nRestart-Service adfssrv",
        ),
    ],
    verify=PROVIDER.yes,
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["G18", "A3"],
    blocks=["sign-in after a change of certificates"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/technical-reference/ad-fs-and-keyspec-property"
    ],
)
def key_provider_supported(
    answers: Answers, trusts: tuple[FederationTrust, ...] | Missing, header: Header
) -> Iterator[Finding]:
    """What the answer says."""
    yield _nothing(PROVIDER, trusts) or answered(PROVIDER, answers, header)


@check(
    id=LOCKOUT.id,
    question=LOCKOUT,
    title="Extranet lockout is enforced",
    action="Enforce extranet lockout on AD FS",
    why="Anybody on the internet can try passwords at the sign-in page. Without extranet lockout"
    " the attempts go through to the directory and lock the accounts there; with it AD FS stops"
    " asking before the directory's own limit is reached.",
    fix=[
        step(
            "See what is set, and the lockout policy of the domain.",
            command="Get-AdfsProperties | Format-List Extranet*, EnableExtranetLockout\n"
            "Get-ADDefaultDomainPasswordPolicy | Select-Object LockoutThreshold,"
            " LockoutObservationWindow",
        ),
        step(
            "Set a threshold below that of the domain; start in log-only mode, read the events for"
            " some days, then enforce it and restart the service on every node.",
            command="Set-AdfsProperties -EnableExtranetLockout $true -ExtranetLockoutThreshold <n>"
            " -ExtranetObservationWindow (New-TimeSpan -Minutes 30) -ExtranetLockoutMode"
            " AdfsSmartlockoutLogOnly -WhatIf",
        ),
    ],
    verify=LOCKOUT.yes,
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["G9", "A3"],
    blocks=["protection against password guessing"],
    documents=[_FARM],
)
def extranet_lockout(
    answers: Answers, trusts: tuple[FederationTrust, ...] | Missing, header: Header
) -> Iterator[Finding]:
    """What the answer says."""
    yield _nothing(LOCKOUT, trusts) or answered(LOCKOUT, answers, header)
