"""Information protection: the service behind it, labels, and where they hold."""

from __future__ import annotations

from collections.abc import Iterator

from checks.gate import bought, outside, unlicensed
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_services import (
    GroupSettings,
    Labels,
    RightsManagement,
)


@check(
    id="administration.rights-management-available",
    title="The rights management service principal is present and enabled",
    action="Enable the rights management service principal",
    why="Nobody can open protected content while it is disabled. Whether the service itself is"
    " activated cannot be seen through Graph; the command below tells.",
    fix=[
        step(
            "Enable the service principal.",
            portal="Entra admin center > Enterprise applications > Microsoft Rights Management"
            " Services > Properties > Enabled for users to sign-in",
        ),
        step(
            "See whether the service is activated, and activate it.",
            command="Connect-AipService\nGet-AipService\nEnable-AipService",
        ),
    ],
    verify="The service principal is enabled, and Get-AipService answers Enabled.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E7"],
    blocks=["activating rights management"],
    documents=["https://learn.microsoft.com/azure/information-protection/activate-service"],
    requires=["administration.licence-plans-present"],
    settle_after="1 h",
)
def rights_management_available(
    found: RightsManagement, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge the service principal."""
    gate = outside(
        tenant(),
        "information protection",
        scope,
        workloads=("information-protection",),
        there=bought(skus, "information-protection"),
    ) or unlicensed(tenant(), skus, "information-protection")
    if gate:
        yield gate
    elif not found.rows:
        yield failed(
            "absent", tenant(), "The tenant has no service principal of rights management."
        )
    elif found.rows[0].enabled is False:
        yield failed(
            "disabled", tenant(), "The service principal of rights management is disabled."
        )
    else:
        yield passed("enabled", tenant(), "The service principal of rights management is enabled.")


@check(
    id="administration.sensitivity-labels-published",
    title="Sensitivity labels exist",
    action="Create a first sensitivity label",
    why="A first label, published to the pilot, is part of what onboarding sets up.",
    fix=step(
        "Create a label and publish it with a policy.",
        portal="Microsoft Purview portal > Information Protection > Sensitivity labels",
    ),
    verify="The list shows at least one label. Whether it is published to users is not visible here.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["E7"],
    blocks=["one custom label or template"],
    documents=["https://learn.microsoft.com/purview/create-sensitivity-labels"],
    settle_after="1 day",
)
def sensitivity_labels_published(
    labels: Labels, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Count the labels."""
    gate = outside(
        tenant(),
        "information protection",
        scope,
        workloads=("information-protection",),
        there=bool(labels.rows) or bought(skus, "information-protection"),
    ) or unlicensed(tenant(), skus, "information-protection")
    if gate:
        yield gate
    elif labels.rows:
        yield passed(
            "labels", tenant(), "There are {count} sensitivity labels.", count=len(labels.rows)
        )
    else:
        yield warned("no-label", tenant(), "There is no sensitivity label yet.")


@check(
    id="administration.labels-enabled-for-groups",
    title="Label support for groups is a known setting",
    action="Decide whether labels are to hold for groups and sites",
    why="Labels reach groups and sites only where this setting is on; it is context for the"
    " roll-out and no fault either way.",
    fix=step(
        "Set EnableMIPLabels in the settings for Microsoft 365 groups, then synchronise the labels.",
        command="Get-MgGroupSetting\nUpdate-MgGroupSetting -GroupSettingId <id> -WhatIf",
    ),
    verify="The setting EnableMIPLabels shows the value that was decided.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.INFO,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["E7"],
    documents=["https://learn.microsoft.com/graph/api/resources/groupsetting"],
)
def labels_enabled_for_groups(
    settings: GroupSettings, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Say what the setting is."""
    gate = outside(
        tenant(),
        "information protection",
        scope,
        workloads=("information-protection",),
        there=bought(skus, "information-protection"),
    ) or unlicensed(tenant(), skus, "information-protection")
    value = settings.value("EnableMIPLabels")
    if gate:
        yield gate
    elif value is None:
        yield not_applicable(
            "not-set",
            tenant(),
            "The setting EnableMIPLabels was never made; labels hold for no group.",
        )
    else:
        yield passed("known", tenant(), "EnableMIPLabels is {value}.", value=value)
