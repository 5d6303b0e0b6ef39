"""What the federation service answers to those who need it: people outside, devices inside."""

from __future__ import annotations

from collections.abc import Iterator

from checks.federation.faces import inner, is_closed, is_open, reached, shown, unanswered, words
from checks.federation.keys import is_adfs, other_product
from checks.federation.links import JOIN, SECURE
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Subject,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.federation import (
    CERTIFICATE_13,
    CERTIFICATE_2005,
    EXCHANGE,
    METADATA,
    OPENID,
    PASSIVE,
    USERNAME_13,
    USERNAME_2005,
    WINDOWS_13,
    WINDOWS_2005,
    Answer,
    Face,
    FederationHost,
    Outcome,
)

_SLOW = 5000  # milliseconds


@check(
    id="federation.endpoints-reachable",
    title="Users can sign in from outside",
    action="Make the sign-in page of the federation service reachable from outside",
    why="Whoever works outside the network, and every mobile device, signs in through this page."
    " Where it does not answer, none of the domain's users reaches any cloud service from there.",
    fix=[
        step(
            "See whether the proxy is well and still trusted by the farm.",
            command="Get-WebApplicationProxyHealth\nGet-Service adfssrv, appproxysvc",
        ),
        step(
            "Where the trust between proxy and farm is lost (503 on every path), set the proxy up"
            " anew; then look at load balancer, firewall and the public name.",
            command="Install-WebApplicationProxy -FederationServiceName <service name>"
            " -CertificateThumbprint <thumbprint> -FederationServiceTrustCredential (Get-Credential)"
            " -WhatIf",
        ),
    ],
    verify="On a phone off the company network https://<service name>/adfs/ls/ shows a page of the"
    " federation service.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.BLOCKER,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "E4"],
    blocks=["all federated sign-in"],
    documents=[
        SECURE,
        "https://learn.microsoft.com/windows-server/identity/ad-fs/troubleshooting/ad-fs-tshoot-overview",
    ],
    requires=["dns.federation-name"],
)
def endpoints_reachable(service: FederationHost) -> Iterator[Finding]:
    """The worst of the ways by which people outside come decides."""
    subject, ways = service.subject, reached(service)
    if not is_adfs(service):
        yield other_product(subject)
    elif not ways:
        seen = [one.answer(PASSIVE) for one in service.faces]
        yield not_assessed(
            "unsupported-from-inside",
            subject,
            "This run stands inside; what people outside reach is not known.",
        ).showing(seen_inside=shown(seen))
    else:
        judged = [_reach(service, one) for one in ways]
        yield min(judged, key=lambda one: _RANKS.index(str(one.status)))


_RANKS = ("fail", "not-assessed", "warn", "pass")


def _reach(service: FederationHost, face: Face) -> Finding:
    subject, page = service.subject, face.answer(PASSIVE)
    if page.outcome is Outcome.TIMEOUT and not (face.proven and face.public):
        return unanswered(subject, [page])
    if page.outcome in (Outcome.RESOLVER, Outcome.INWARD, Outcome.UNTRIED):
        return unanswered(subject, [page])
    if page.outcome is not Outcome.ANSWERED:
        found = failed(
            "no-answer",
            subject,
            "The sign-in page does not answer: {outcome}.",
            outcome=page.outcome,
        ).showing(asked=f"https://{service.name}{PASSIVE}", detail=page.detail)
    elif page.status >= 500 or page.status in (404, 410):  # noqa: PLR2004
        found = failed(
            "no-page", subject, "The sign-in page answers with {status}.", status=page.status
        ).showing(asked=f"https://{service.name}{PASSIVE}")
    else:
        found = _page(subject, face, page)
    return found.showing(address=face.address, seen_from=str(face.vantage))


def _page(subject: Subject, face: Face, page: Answer) -> Finding:
    if page.status >= 400:  # noqa: PLR2004
        return warned(
            "refused-page",
            subject,
            "The host answers, but its sign-in page with {status}.",
            status=page.status,
        )
    if not face.trusted:
        return warned(
            "untrusted-certificate",
            subject,
            "The sign-in page answers over a certificate that is not trusted: {problem}.",
            problem=face.distrust,
        )
    if page.milliseconds > _SLOW:
        return warned(
            "slow", subject, "The sign-in page took {ms} milliseconds.", ms=page.milliseconds
        )
    if is_closed(face.answer(EXCHANGE)):
        return warned(
            "exchange-closed",
            subject,
            "The sign-in page answers, and {path} with {status}; hybrid join of federated devices"
            " and older clients need it.",
            path=EXCHANGE,
            status=face.answer(EXCHANGE).status,
        )
    return passed("answers", subject, "The sign-in page answers with {status}.", status=page.status)


@check(
    id="federation.hybrid-join-endpoints",
    title="Endpoints for hybrid join are open inside",
    action="Enable the WS-Trust endpoints that hybrid join needs, inside only",
    why="A Windows device of a federated domain joins by asking these endpoints for a token, first"
    " with its own Kerberos ticket. Where they are off it waits for the directory synchronisation"
    " instead, and its users get no primary refresh token.",
    fix=[
        step(
            "Enable them on the farm, never for the proxy, and restart the service on every node.",
            command="Get-AdfsEndpoint | Where-Object AddressPath -Like '*/trust/*' |"
            " Select-Object AddressPath, Enabled, Proxy\n"
            "Enable-AdfsEndpoint -TargetAddressPath /adfs/services/trust/13/windowstransport -WhatIf\n"
            "Enable-AdfsEndpoint -TargetAddressPath /adfs/services/trust/2005/windowstransport"
            " -WhatIf\n"
            "Restart-Service adfssrv",
        ),
    ],
    verify="From inside both windowstransport addresses answer with 401 and offer Negotiate.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["A3", "E5"],
    blocks=["hybrid join of federated Windows devices"],
    documents=[JOIN],
)
def hybrid_join_endpoints(service: FederationHost, scope: Scope) -> Iterator[Finding]:
    """All six are asked for by the vendor; without a Windows-integrated one nothing works."""
    subject, faces = service.subject, inner(service)
    planned = scope.workload("hybrid-join")
    if not is_adfs(service):
        yield other_product(subject)
    elif planned is False:
        yield not_applicable("not-planned", subject, "Hybrid join is not in scope.")
    elif not faces:
        yield not_assessed(
            "unsupported-from-outside",
            subject,
            "This run sees the service from outside only, where these endpoints have to be closed.",
        )
    else:
        yield _joinable(subject, faces[0], planned=planned)


def _joinable(subject: Subject, face: Face, *, planned: bool | None) -> Finding:
    windows = [face.answer(path) for path in (WINDOWS_2005, WINDOWS_13)]
    others = [
        face.answer(path) for path in (USERNAME_2005, USERNAME_13, CERTIFICATE_2005, CERTIFICATE_13)
    ]
    if not any(one.outcome is Outcome.ANSWERED for one in windows):
        return unanswered(subject, windows)
    working = [one for one in windows if one.status == 401 and "negotiate" in one.schemes]  # noqa: PLR2004
    lacking = [one.path for one in windows if one not in working]
    lacking += [one.path for one in others if not is_open(one)]
    if not working and planned:
        return failed(
            "closed",
            subject,
            "Neither of the Windows-integrated endpoints is open inside: {answers}.",
            answers=[words(one) for one in windows],
        ).showing(answers=shown(windows))
    if not working:
        return warned(
            "closed-unplanned",
            subject,
            "Neither of the Windows-integrated endpoints is open inside; hybrid join would need"
            " them, and nobody has said whether it is planned.",
        ).showing(answers=shown(windows))
    if lacking:
        return warned(
            "some-closed",
            subject,
            "Endpoints that hybrid join of federated devices uses are not open inside: {paths}.",
            paths=lacking,
        ).showing(answers=shown([*windows, *others]))
    if not face.trusted:
        return not_assessed(
            "unsupported-untrusted",
            subject,
            "The endpoints are open, but over a certificate that is not trusted: {problem}.",
            problem=face.distrust,
        )
    return passed("open", subject, "All endpoints that hybrid join uses are open inside.")


@check(
    id="federation.supported-version",
    title="AD FS runs a supported version",
    action="Move federation to a supported Windows Server, or to managed sign-in",
    why="Since October 2023 Windows Server 2012 R2 gets no security updates, and its AD FS lacks"
    " modern sign-in protocols and smart lockout. A federation server is as sensitive as a domain"
    " controller.",
    fix=[
        step(
            "Convert the domains to managed sign-in, which is usually less work and needs no farm.",
            link="https://learn.microsoft.com/entra/identity/hybrid/connect/"
            "migrate-from-federation-to-cloud-authentication",
        ),
        step(
            "Or add nodes with a supported server to the farm, raise its behaviour level, and remove"
            " the old ones.",
            command="Get-AdfsFarmInformation\nTest-AdfsFarmBehaviorLevelRaise",
        ),
    ],
    verify="https://<service name>/adfs/.well-known/openid-configuration answers with JSON that names"
    " an issuer.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G17", "A3"],
    blocks=["support", "modern sign-in"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/upgrading-to-ad-fs-in-windows-server",
        "https://learn.microsoft.com/lifecycle/products/windows-server-2012-r2",
    ],
)
def supported_version(service: FederationHost) -> Iterator[Finding]:
    """The OpenID configuration came with AD FS 2016; any face that has it is proof."""
    subject = service.subject
    answers = [one.answer(OPENID) for one in service.faces]
    proof = [one for one in service.faces if one.answer(OPENID).content == "openid"]
    works = [
        one
        for one in service.faces
        if is_open(one.answer(PASSIVE)) or one.answer(METADATA).status == 200  # noqa: PLR2004
    ]
    if not is_adfs(service):
        yield other_product(subject)
    elif any(one.trusted for one in proof):
        yield passed(
            "modern", subject, "The service answers as AD FS of Windows Server 2016 or later does."
        )
    elif proof:
        yield not_assessed(
            "unsupported-untrusted",
            subject,
            "The service answers as a modern one, but over a certificate that is not trusted.",
        )
    elif works and any(is_closed(one.answer(OPENID)) for one in works):
        yield warned(
            "old-or-unpublished",
            subject,
            "The service has no OpenID configuration: it is of Windows Server 2012 R2 or older, or"
            " the path is not published.",
        ).showing(answers=shown(answers))
    else:
        yield unanswered(subject, answers)
