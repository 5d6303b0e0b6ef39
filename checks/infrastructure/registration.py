"""Connection points that lead clients to a tenant or to a service of old."""

from __future__ import annotations

from collections.abc import Iterator

from checks.infrastructure.unread import no_domains, of_domains, unread, unread_in
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    domain,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.forest import Forest, ForestDomain
from scanner.evidence.tenant import Organization, TenantDomains

_HYBRID = "https://learn.microsoft.com/entra/identity/devices/hybrid-join-manual"
_REGISTRATION = "CN=62a0ff2e-97b9-4513-943f-0d221bd30080,CN=Device Registration Configuration"
_KERBEROS = "https://learn.microsoft.com/entra/identity/authentication/howto-authentication-passwordless-security-key-on-premises"


def _keyword(keywords: tuple[str, ...], name: str) -> str:
    """The value of 'name:value', whatever the case of the name."""
    found = (one.partition(":") for one in keywords)
    return next((value.strip() for key, _, value in found if key.strip().casefold() == name), "")


@check(
    id="infrastructure.hybrid-join-scp-matches-tenant",
    title="The hybrid join connection point names this tenant",
    action="Let the connection point of hybrid join name this tenant and a verified domain",
    why="Domain-joined computers read from this entry which tenant to register with; there is one"
    " for each"
    " forest. If it names another tenant, they register there, and nothing on them says so. The"
    " domain in it"
    " decides between the managed and the federated flow.",
    fix=[
        step(
            "Configure it with Entra Connect.",
            portal="Entra Connect > Configure device options > Configure Hybrid Azure AD join > SCP",
        ),
        step(
            "Look at what it says.",
            command="$base = (Get-ADRootDSE).configurationNamingContext\n"
            'Get-ADObject "CN=62a0ff2e-97b9-4513-943f-0d221bd30080,CN=Device Registration'
            " Configuration,"
            'CN=Services,$base" -Properties keywords',
        ),
    ],
    verify="keywords holds azureADName with a verified domain and azureADId with the id of the tenant.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E3", "A5"],
    blocks=["hybrid join"],
    documents=[_HYBRID],
)
def hybrid_join_scp_matches_tenant(
    forest: Forest, organization: Organization | None, domains: TenantDomains | None, scope: Scope
) -> Iterator[Finding]:
    """Compare the keywords with the tenant."""
    subject, keywords = forest.subject, forest.registration
    if keywords is None:
        yield _absent_registration(forest, scope)
        return
    name, ident = _keyword(keywords, "azureadname"), _keyword(keywords, "azureadid")
    asked = forest.asked("services", _REGISTRATION, "keywords")
    other = organization is not None and ident.casefold() != organization.tenant_id.casefold()
    if organization is None or (domains is None and not (ident and other)):
        yield not_assessed(
            "unconfigured-no-tenant",
            subject,
            "The connection point names {domain} ({tenant}); without the tenant nobody can say"
            " whether that is"
            " right.",
            domain=name,
            tenant=ident,
        ).showing(asked=asked)
        return
    known = domains.named(name) if name and domains else None
    facts = {
        "expected": organization.tenant_id,
        "observed": f"{name} {ident}",
        "asked": asked,
    }
    if ident and other:
        finding = failed(
            "other-tenant",
            subject,
            "The connection point names the tenant {tenant}, which is not this one.",
            tenant=ident,
        )
    elif not ident or known is None or not known.is_verified:
        finding = failed(
            "domain-unverified",
            subject,
            "The connection point names the domain {domain}, which this tenant has not verified,"
            " or no tenant"
            " id.",
            domain=name or "(none)",
        )
    else:
        finding = passed(
            "this-tenant",
            subject,
            "The connection point names this tenant and {domain}.",
            domain=name,
        )
    yield finding.showing(**facts)


def _absent_registration(forest: Forest, scope: Scope) -> Finding:
    if not forest.absent("services"):
        return unread(forest, "CN=Services")
    if scope.workload("hybrid-join"):
        return failed(
            "no-connection-point",
            forest.subject,
            "Hybrid join is planned, and the forest has no connection point for it.",
        ).showing(asked=forest.asked("services", _REGISTRATION, "keywords"))
    return not_applicable(
        "not-set-up", forest.subject, "The forest has no connection point, and none is planned."
    )


@check(
    id="infrastructure.cloud-kerberos-trust-known",
    title="Cloud Kerberos trust is known and names this tenant",
    action="Remove the Kerberos server object of another tenant",
    why="Cloud Kerberos trust lets people who signed in without a password get at servers on"
    " premises. An"
    " object left over from another tenant gives that one the same power.",
    fix=[
        step(
            "Look at the object, then set it up for this tenant.",
            command="Get-AzureADKerberosServer -Domain <domain> -UserPrincipalName <administrator>\n"
            "Set-AzureADKerberosServer -Domain <domain> -UserPrincipalName <administrator>",
        )
    ],
    verify="Get-AzureADKerberosServer shows the same id and key version on both sides.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A5"],
    documents=[_KERBEROS],
)
def cloud_kerberos_trust_known(
    forests: tuple[Forest, ...], organization: Organization | None
) -> Iterator[Finding]:
    """One finding for each domain, by what the trust objects in it say of themselves."""
    yield from no_domains(forests)
    for found, one in of_domains(forests):
        if one.kerberos_trust is None and "system" not in one.looked:
            yield unread_in(found, one, "CN=System")
        else:
            yield _kerberos(one, organization).showing(
                asked=found.asked("system", "CN=900274c4…", "keywords", domain=one.dns)
            )


def _kerberos(one: ForestDomain, organization: Organization | None) -> Finding:
    """Look for the tenant id in what the objects say."""
    subject = domain(one.dns)
    told = " ".join(one.kerberos_trust or ()).casefold()
    if one.kerberos_trust is None:
        return not_applicable("not-set-up", subject, "Cloud Kerberos trust is not set up.")
    if organization is None or not told.strip():
        return passed(
            "set-up",
            subject,
            "Cloud Kerberos trust is set up; which tenant it names is not known.",
        ).at(Severity.INFO)
    if organization.tenant_id.casefold() in told:
        return passed(
            "this-tenant",
            subject,
            "Cloud Kerberos trust names this tenant, {tenant}.",
            tenant=organization.tenant_id,
        ).at(Severity.INFO)
    return failed(
        "other-tenant", subject, "Cloud Kerberos trust does not name this tenant."
    ).showing(observed=told[:200], expected=organization.tenant_id)


@check(
    id="infrastructure.rights-management-scp-absent",
    title="No AD RMS connection point competes",
    action="Migrate AD RMS, then remove its connection point",
    why="Clients that find this entry protect documents with the AD RMS on premises and not with Azure"
    " Information Protection. The keys have to be migrated before the entry is removed, or old documents"
    " cannot be opened any more.",
    fix=[
        step(
            "Migrate the keys and templates first.",
            link="https://learn.microsoft.com/azure/information-protection/migrate-from-ad-rms-to-azure-rms",
        ),
        step(
            "Then remove the connection point.",
            portal="AD RMS console > Properties of the cluster > SCP > Remove current SCP",
        ),
    ],
    verify="CN=RightsManagementServices,CN=Services of the configuration partition has no SCP any more.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["A5", "G15"],
    blocks=["activating information protection"],
    documents=[
        "https://learn.microsoft.com/azure/information-protection/migrate-from-ad-rms-to-azure-rms"
    ],
)
def rights_management_scp_absent(forest: Forest, scope: Scope) -> Iterator[Finding]:
    """Judge whether the entry is there."""
    subject, found = forest.subject, forest.rights_management
    if found is None and not forest.absent("services"):
        yield unread(forest, "CN=Services")
        return
    if found is None:
        finding = passed("absent", subject, "The forest has no connection point of AD RMS.")
    elif scope.workload("information-protection"):
        finding = failed(
            "competes",
            subject,
            "Information protection is planned, and clients still find AD RMS at {address}.",
            address=list(found),
        )
    else:
        finding = warned(
            "present", subject, "Clients find AD RMS at {address}.", address=list(found)
        )
    yield finding.showing(
        asked=forest.asked(
            "services", "CN=SCP,CN=RightsManagementServices", "serviceBindingInformation"
        )
    )


@check(
    id="infrastructure.ad-fs-farm-known",
    title="The AD FS farm is known",
    action="Name the AD FS farm in [[hosts]], so that it is looked at",
    why="The container of certificate sharing shows that AD FS is or was installed. Its certificates and"
    " endpoints decide whether people can sign in.",
    fix=[step('Add a block [[hosts]] with role = "adfs" and the federation service name.')],
    verify="The next scan looks at the federation service.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A5"],
    documents=["https://learn.microsoft.com/windows-server/identity/ad-fs/ad-fs-overview"],
)
def ad_fs_farm_known(forests: tuple[Forest, ...]) -> Iterator[Finding]:
    """Tell for each domain whether the container is there, and which name the farm may have."""
    yield from no_domains(forests)
    for found, one in of_domains(forests):
        if one.federation is None and "program data" not in one.looked:
            yield unread_in(found, one, "CN=Program Data")
        else:
            yield _farm(one).showing(
                asked=found.asked("program data", "servicePrincipalName", domain=one.dns)
            )


def _farm(one: ForestDomain) -> Finding:
    subject = domain(one.dns)
    if not one.federation:
        return not_applicable("no-farm", subject, "The domain shows no AD FS farm.")
    if not one.federation_names:
        return passed("farm", subject, "The domain has or had an AD FS farm.").at(Severity.INFO)
    return (
        passed(
            "farm-named",
            subject,
            "The domain has or had an AD FS farm; service accounts answer for {names}.",
            names=list(one.federation_names),
        )
        .at(Severity.INFO)
        .fixed_by(
            step(
                "Where one of these is the federation service, name it in the configuration.",
                command="\n\n".join(
                    f'[[hosts]]\nname = "{name}"\nrole = "adfs"' for name in one.federation_names
                ),
            )
        )
    )
