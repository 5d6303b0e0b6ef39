"""What of the federation service should not be open to the internet."""

from __future__ import annotations

from collections.abc import Iterator

from checks.federation.faces import (
    is_closed,
    is_open,
    not_from_here,
    published,
    shown,
    unanswered,
)
from checks.federation.keys import is_adfs, other_product
from checks.federation.links import SECURE
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
from scanner.evidence.federation import (
    IDP_INITIATED,
    PROBE,
    USERNAME_13,
    USERNAME_2005,
    WINDOWS_13,
    WINDOWS_2005,
    Answer,
    Face,
    FederationHost,
    Outcome,
)


@check(
    id="federation.ws-trust-not-exposed",
    title="Windows-integrated endpoints are closed to the internet",
    action="Close the Windows-integrated WS-Trust endpoints on the proxy",
    why="These endpoints take Windows credentials from inside. Published, they let anybody on the"
    " internet guess passwords past the extranet lockout, until the accounts are locked in the"
    " directory. Closing them has no known effect on users.",
    fix=[
        step(
            "On the primary AD FS server; then wait for the other nodes to synchronise, and restart"
            " the service on every node.",
            command="Set-AdfsEndpoint -TargetAddressPath /adfs/services/trust/2005/windowstransport"
            " -Proxy $false -WhatIf\n"
            "Set-AdfsEndpoint -TargetAddressPath /adfs/services/trust/13/windowstransport"
            " -Proxy $false -WhatIf\n"
            "Restart-Service adfssrv",
        ),
    ],
    verify="From outside, curl -sI https://<service name>/adfs/services/trust/13/windowstransport shows"
    " status 404 or 503, and so does the 2005 one.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["E4", "G9"],
    blocks=["protection of accounts against lockout"],
    documents=[
        SECURE,
        "https://learn.microsoft.com/entra/identity/devices/how-to-hybrid-join",
    ],
    settle_after="15 min",
)
def ws_trust_not_exposed(service: FederationHost) -> Iterator[Finding]:
    """What the proxy or the public name says to both versions; only closed on both is good."""
    subject, faces = service.subject, published(service)
    answers = [face.answer(path) for face in faces for path in (WINDOWS_2005, WINDOWS_13)]
    exposed = [one for one in answers if _takes_windows(one)]
    if not is_adfs(service):
        yield other_product(subject)
    elif not faces:
        yield not_from_here(subject)
    elif exposed:
        yield failed(
            "exposed",
            subject,
            "Windows-integrated endpoints are open to the internet: {paths}.",
            paths=list(dict.fromkeys(one.path for one in exposed)),
        ).showing(answers=shown(answers))
    elif not any(one.outcome is Outcome.ANSWERED for one in answers):
        yield unanswered(subject, answers)
    elif all(is_closed(one) for one in answers):
        yield _doubtful(subject, faces) or passed(
            "closed", subject, "Both Windows-integrated endpoints are closed."
        )
    else:
        yield warned(
            "closed-otherwise",
            subject,
            "Something closes the Windows-integrated endpoints, but not AD FS: {answers}.",
            answers=shown(one for one in answers if not is_closed(one)),
        )


def _takes_windows(answer: Answer) -> bool:
    if answer.status == 401:  # noqa: PLR2004
        return bool({"negotiate", "ntlm", "kerberos"} & set(answer.schemes))
    return answer.status in (200, 405)


def _doubtful(subject: Subject, faces: list[Face]) -> Finding | None:
    """Nothing good is taken from a connection that nothing vouches for."""
    problem = next((one.distrust for one in faces if not one.trusted), "")
    if not problem:
        return None
    return not_assessed(
        "unsupported-untrusted",
        subject,
        "This looks right, but was seen over a certificate that is not trusted: {problem}.",
        problem=problem,
    )


@check(
    id="federation.legacy-active-endpoints",
    title="The usernamemixed endpoint is closed outside",
    action="Close the usernamemixed endpoints once nobody uses them",
    why="Clients older than 2015 send user name and password to these endpoints, past every"
    " multi-factor prompt; attackers do the same. Microsoft still lists them among the endpoints to"
    " publish, so look at the sign-in logs first.",
    fix=[
        step(
            "Look for use: sign-ins by other clients, and Windows devices outside that join or sign"
            " in with a password.",
            portal="Microsoft Entra admin center > Sign-in logs > Client app: Other clients",
        ),
        step(
            "Then close them on the proxy, and restart the service on every node.",
            command="Set-AdfsEndpoint -TargetAddressPath /adfs/services/trust/2005/usernamemixed"
            " -Proxy $false -WhatIf\n"
            "Set-AdfsEndpoint -TargetAddressPath /adfs/services/trust/13/usernamemixed"
            " -Proxy $false -WhatIf",
        ),
    ],
    verify="From outside both usernamemixed addresses answer with 404 or 503.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["G9"],
    documents=[SECURE],
)
def legacy_active_endpoints(service: FederationHost) -> Iterator[Finding]:
    """Open is a candidate for closing and no fault."""
    subject, faces = service.subject, published(service)
    answers = [face.answer(path) for face in faces for path in (USERNAME_2005, USERNAME_13)]
    if not is_adfs(service):
        yield other_product(subject)
    elif not faces:
        yield not_from_here(subject)
    elif any(is_open(one) for one in answers):
        yield warned(
            "open",
            subject,
            "Endpoints for clients older than 2015 are open to the internet: {paths}.",
            paths=list(dict.fromkeys(one.path for one in answers if is_open(one))),
        ).showing(answers=shown(answers))
    elif not all(is_closed(one) for one in answers):
        yield unanswered(subject, answers)
    else:
        yield _doubtful(subject, faces) or passed(
            "closed", subject, "Both endpoints for older clients are closed."
        )


@check(
    id="federation.idp-initiated-sign-on-off",
    title="The provider-initiated sign-on page is off",
    action="Switch the provider-initiated sign-on page off",
    why="The page lists the applications that trust this service, and lets anybody try passwords"
    " without coming from one. It is off by default since Windows Server 2016.",
    fix=step(
        "Switch it off, unless an application needs it.",
        command="Get-AdfsProperties | Select-Object EnableIdPInitiatedSignonPage\n"
        "Set-AdfsProperties -EnableIdPInitiatedSignonPage $false -WhatIf",
    ),
    verify="From outside https://<service name>/adfs/ls/idpinitiatedsignon.aspx shows an error page.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["G9"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/troubleshooting/ad-fs-tshoot-initiatedsignon",
        "https://learn.microsoft.com/powershell/module/adfs/set-adfsproperties",
    ],
)
def idp_initiated_sign_on_off(service: FederationHost) -> Iterator[Finding]:
    """A page that opens is told from the one that says that it is switched off."""
    subject, faces = service.subject, published(service)
    answers = [face.answer(IDP_INITIATED) for face in faces]
    opened = [one for one in answers if one.status == 200 and one.content != "disabled"]  # noqa: PLR2004
    if not is_adfs(service):
        yield other_product(subject)
    elif not faces:
        yield not_from_here(subject)
    elif opened:
        yield warned(
            "open", subject, "The provider-initiated sign-on page is open to the internet."
        ).showing(asked=f"https://{service.name}{IDP_INITIATED}")
    elif not all(one.outcome is Outcome.ANSWERED for one in answers):
        yield unanswered(subject, answers)
    else:
        yield _doubtful(subject, faces) or passed(
            "off", subject, "The provider-initiated sign-on page is off."
        )


@check(
    id="federation.probe-not-public",
    title="The health probe is not on the internet",
    action="Close port 80 of the federation service to the internet",
    why="Load balancers ask the probe over plain http inside. From outside it only tells everybody"
    " what runs here and whether it is well, over a port that nothing else needs.",
    fix=[
        step("Close TCP port 80 towards the federation service on the outer firewall."),
        step("Leave it open between load balancer, proxy and farm."),
    ],
    verify="From outside http://<service name>/adfs/probe is refused or not found.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.LOW,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["E4"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-requirements"
    ],
)
def probe_not_public(service: FederationHost) -> Iterator[Finding]:
    """Plain http, so no certificate comes in; silence counts only where the way out is proven."""
    subject, faces = service.subject, published(service)
    answers = [(face, face.answer(PROBE)) for face in faces]
    asked = [(face, one) for face, one in answers if one.outcome is not Outcome.UNTRIED]
    if not is_adfs(service):
        yield other_product(subject)
    elif not faces:
        yield not_from_here(subject)
    elif any(one.status == 200 for _, one in asked):  # noqa: PLR2004
        yield warned("open", subject, "The health probe answers to the internet.").showing(
            asked=f"http://{service.name}{PROBE}"
        )
    elif not asked:
        yield not_assessed(
            "unconfigured-port-80",
            subject,
            "Where port 80 of the service is, is not known here; it was not asked.",
        )
    elif all(_absent(face, one) for face, one in asked):
        yield passed("closed", subject, "The health probe does not answer to the internet.")
    else:
        yield unanswered(subject, [one for _, one in asked])


def _absent(face: Face, answer: Answer) -> bool:
    if answer.outcome is Outcome.TIMEOUT:
        return face.proven
    return answer.outcome in (Outcome.ANSWERED, Outcome.REFUSED, Outcome.RESET)
