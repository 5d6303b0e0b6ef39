"""What users see of the organisation before they agree: terms and branding."""

from __future__ import annotations

from collections.abc import Iterator

from checks.gate import bought, outside, unlicensed, unread
from scanner.api import (
    Effort,
    Finding,
    Missing,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_access import AccessPolicies, Agreements
from scanner.evidence.tenant_enrolment import AllCompanyTerms
from scanner.evidence.tenant_services import SignInBranding

_PLACEHOLDERS = ("lorem ipsum", "todo", "to be defined", "tbd", "placeholder", "insert your")
_SHORTEST = 20


@check(
    id="administration.company-terms-published",
    title="Company terms are published in Intune and assigned",
    action="Publish the company terms in Intune and assign them",
    why="The organisation has to bring the terms of use that its users accept in the Company"
    " Portal. Writing them takes minutes, their legal review takes the time.",
    fix=step(
        "Create the terms with the reviewed text and assign them to the pilot group first.",
        portal="Intune admin center > Tenant administration > Terms and conditions > Create",
    ),
    verify="The terms are listed with their text and an assignment.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G21"],
    blocks=["Company Portal"],
    documents=[
        "https://learn.microsoft.com/mem/intune/enrollment/terms-and-conditions-create",
        "https://learn.microsoft.com/graph/api/intune-companyterms-termsandconditions-list",
    ],
    settle_after="5 min",
)
def company_terms_published(
    terms: AllCompanyTerms, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Look for terms with a text and an assignment."""
    gate = outside(
        tenant(), "Intune", scope, workloads=("intune",), there=bought(skus, "intune")
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    written = [one for one in terms.rows if _is_written(one.body)]
    assigned = [one for one in written if one.assignments]
    if assigned:
        yield passed(
            "published",
            tenant(),
            "Company terms are published and assigned: {names}.",
            names=[one.name for one in assigned],
        )
    elif terms.rows:
        yield warned(
            "not-in-force",
            tenant(),
            "{count} company terms exist, but none of them has both a text of its own and an"
            " assignment.",
            count=len(terms.rows),
        )
    else:
        yield failed("none", tenant(), "Intune holds no company terms.")


def _is_written(body: str) -> bool:
    plain = body.strip().casefold()
    return len(plain) >= _SHORTEST and not any(plain.startswith(one) for one in _PLACEHOLDERS)


@check(
    id="administration.terms-of-use-enforced",
    title="An Entra terms-of-use agreement is referenced by a policy",
    action="Reference the terms-of-use agreement in a conditional access policy",
    why="An agreement that no policy names is shown to nobody.",
    fix=step(
        "Upload the agreement, then name it in the grant controls of a policy.",
        portal="Entra admin center > Conditional Access > Terms of use",
    ),
    verify="The agreement is listed, and a policy names it among its grant controls.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G21"],
    blocks=["company terms"],
    documents=["https://learn.microsoft.com/graph/api/termsofusecontainer-list-agreements"],
    settle_after="5 min",
)
def terms_of_use_enforced(
    agreements: Agreements | Missing,
    policies: AccessPolicies,
    skus: Skus | None,
    scope: Scope,
) -> Iterator[Finding]:
    """Look for an agreement that an enabled policy names."""
    gate = outside(
        tenant(),
        said("an agreement of Entra terms of use"),
        scope,
        workloads=("terms-of-use",),
        there=isinstance(agreements, Missing) or bool(agreements.rows),
    ) or unlicensed(tenant(), skus, "entra-p1")
    if gate:
        yield gate
        return
    if isinstance(agreements, Missing):
        yield unread(tenant(), agreements)
        return
    named = {ident for one in policies.rows if one.enabled for ident in one.terms}
    used = [one for one in agreements.rows if one.id in named]
    if used:
        yield passed(
            "enforced",
            tenant(),
            "Enabled policies name the agreements: {names}.",
            names=[one.name for one in used],
        )
    elif agreements.rows:
        yield warned(
            "not-referenced",
            tenant(),
            "No enabled policy names the agreements: {names}.",
            names=[one.name for one in agreements.rows],
        )
    else:
        yield failed("none", tenant(), "There is no terms-of-use agreement.")


@check(
    id="administration.sign-in-page-branded",
    title="The sign-in page carries company branding",
    action="Brand the sign-in page",
    why="A page that shows the organisation's own picture and words helps users to tell it from a"
    " copy that somebody else put up.",
    fix=step(
        "Upload a banner and a text for the sign-in page.",
        portal="Entra admin center > Company branding",
    ),
    verify="The sign-in page shows the branding after the sign-in name has been entered.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E7", "G21"],
    blocks=["customised sign-in page"],
    documents=["https://learn.microsoft.com/graph/api/organizationalbranding-get"],
    settle_after="1 h",
)
def sign_in_page_branded(
    branding: SignInBranding, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Look for anything that the page shows of the organisation."""
    shown = bool(branding.text or branding.banner or branding.background)
    gate = outside(
        tenant(), said("branding of the sign-in page"), scope, workloads=("branding",), there=shown
    ) or unlicensed(tenant(), skus, "entra-p1")
    if gate:
        yield gate
    elif shown:
        yield passed("branded", tenant(), "The sign-in page carries the organisation's branding.")
    else:
        yield warned("not-branded", tenant(), "The sign-in page is Microsoft's default.")
