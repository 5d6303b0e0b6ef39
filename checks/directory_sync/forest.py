"""What the synchronisation needs of the forest: a writable server, keys, a complete catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from checks.directory_sync.common import PREREQUISITES
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    failed,
    host,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.directory import DirectoryInput, SyncPlan
from scanner.evidence.forest import Forest

_CLOUD_SYNC = "https://learn.microsoft.com/entra/identity/hybrid/cloud-sync/how-to-prerequisites"
_CLOUD_SYNC_ATTRIBUTE = "msds-externaldirectoryobjectid"
_RELEASE_2012 = 56
_LEVEL_2012 = 5


@check(
    id="directory_sync.writable-domain-controller",
    title="Sync talks to a writable domain controller",
    action="Name a writable domain controller for the synchronisation",
    why="Entra Connect does not support read-only domain controllers, and it does not follow their"
    " redirections when it writes.",
    fix=[
        step(
            "Find a writable controller and name it as preferred.",
            command="Get-ADDomainController -Filter 'IsReadOnly -eq $false'",
            portal="Synchronization Service Manager > Connectors > Properties > Configure Directory"
            " Partitions > Domain controller connection settings",
        )
    ],
    verify="The server's own entry has the class nTDSDSA, not nTDSDSARO.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3"],
    blocks=["the first synchronisation"],
    documents=[PREREQUISITES],
)
def writable_domain_controller(forest: Forest) -> Iterator[Finding]:
    """Judge the class of the server that was asked."""
    subject = host(forest.server or forest.name)
    if forest.read_only is None and forest.server:
        yield not_assessed(
            "denied-not-read",
            subject,
            "The account does not see the entry of {server} below CN=Sites, which says whether it is"
            " writable.",
            server=forest.server,
        )
    elif forest.read_only is None:
        yield not_assessed(
            "unconfigured-not-live",
            subject,
            "Only a read over LDAP shows whether a domain controller is writable; set directory.ldap.",
        )
    elif forest.read_only:
        yield failed(
            "read-only",
            subject,
            "The domain controller {server} is read-only.",
            server=forest.server,
        )
    else:
        yield passed(
            "writable", subject, "The domain controller {server} is writable.", server=forest.server
        )


@check(
    id="directory_sync.cloud-sync-agent-prerequisites",
    title="Prerequisites of the Cloud Sync agent are met",
    action="Prepare the forest for the agent of Cloud Sync",
    why="The agent runs under a group managed service account. That needs a key of the key distribution"
    " service, which takes up to ten hours to reach all controllers, and the schema of Windows"
    " Server 2012;"
    " to write back groups it wants an attribute of the schema of 2016.",
    fix=[
        step(
            "Make the key, and wait ten hours.",
            command="Get-KdsRootKey\nAdd-KdsRootKey -EffectiveImmediately -WhatIf\n"
            "Add-KdsRootKey -EffectiveImmediately",
        ),
        step("Extend the schema.", command="adprep /forestprep"),
    ],
    verify="Get-KdsRootKey shows a key whose effective time has passed.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3"],
    blocks=["installing the agent of Cloud Sync"],
    documents=[_CLOUD_SYNC],
    settle_after="10 h",
)
def cloud_sync_agent_prerequisites(forest: Forest, plan: SyncPlan | None) -> Iterator[Finding]:
    """Judge the key, the controllers and the schema, where Cloud Sync is planned."""
    subject = forest.subject
    if plan is None or plan.tool != "cloud-sync":
        yield not_applicable("not-planned", subject, "Cloud Sync is not planned.")
        return
    lacks = _lacks(forest)
    if lacks:
        yield failed(
            "prerequisites-missing", subject, "The agent of Cloud Sync lacks: {lacks}.", lacks=lacks
        )
    elif any(one.provisioning for one in forest.domains):
        yield passed(
            "agent-installed",
            subject,
            "The agent of Cloud Sync is installed already: its account provAgentgMSA is there.",
        )
    elif forest.schema is None or (forest.key_root is None and not forest.absent("services")):
        yield not_assessed(
            "unconfigured-keys",
            subject,
            "The key distribution service or the schema was not read; set directory.ldap.",
        )
    elif forest.key_root is None:
        yield not_assessed(
            "denied-keys",
            subject,
            "No key of the key distribution service is visible, and by default only administrators see"
            " keys; Get-KdsRootKey says whether there is one.",
        )
    elif _lacks_attribute(forest):
        yield warned(
            "schema-before-2016",
            subject,
            "The schema lacks msDS-ExternalDirectoryObjectId, which came with Windows Server 2016.",
        )
    else:
        yield passed("prerequisites-met", subject, "The agent of Cloud Sync finds what it needs.")


def _lacks(forest: Forest) -> list[str]:
    """What is known to be missing."""
    levels = [one.level for one in forest.controllers]
    lacks = [said("a key of the key distribution service")] if forest.key_root is False else []
    if levels and all(level is not None and level < _LEVEL_2012 for level in levels):
        lacks.append(said("a domain controller with Windows Server 2012 or later"))
    if forest.schema is not None and forest.schema < _RELEASE_2012:
        lacks.append(said("the schema of Windows Server 2012"))
    return lacks


def _lacks_attribute(forest: Forest) -> bool:
    names = {one.casefold() for one in forest.schema_names}
    return forest.absent("schema") and _CLOUD_SYNC_ATTRIBUTE not in names


@check(
    id="directory_sync.global-catalog-attributes-complete",
    title="The global catalog holds the attributes read",
    action="Read the domains instead of the global catalog, or complete its attributes",
    why="A global catalog holds a part of the attributes only. What it lacks looks empty there:"
    " checks on it"
    " cannot be judged, and must not be taken for passed.",
    fix=[
        step(
            "Read a domain controller of each domain (port 389 or 636) instead of the global catalog.",
        )
    ],
    verify="Repeat the scan: no attribute is named any more.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["E3"],
    documents=[
        "https://learn.microsoft.com/windows/win32/ad/attributes-included-in-the-global-catalog"
    ],
)
def global_catalog_attributes_complete(
    forest: Forest, found: DirectoryInput | None
) -> Iterator[Finding]:
    """Judge isMemberOfPartialAttributeSet of the attributes that are read."""
    by_catalogue = found is not None and any(part.catalogue for part in found.parts)
    outside, unknown = list(forest.outside_catalogue), list(forest.outside_schema)
    if not forest.absent("schema"):
        yield not_assessed(
            "unconfigured-schema", forest.subject, "The schema was not read; set directory.ldap."
        )
        return
    if outside and by_catalogue:
        finding = warned(
            "attributes-missing",
            forest.subject,
            "The global catalog that was read lacks {attributes}.",
            attributes=outside,
        ).at(Severity.MEDIUM)
    elif outside:
        finding = passed(
            "attributes-not-needed",
            forest.subject,
            "A global catalog would lack {attributes}; the domain itself was read.",
            attributes=outside,
        ).at(Severity.INFO)
    elif unknown:
        finding = passed(
            "attributes-unknown",
            forest.subject,
            "A global catalog holds all attributes that are read, but for those that the schema does not"
            " have: {attributes}.",
            attributes=unknown,
        ).at(Severity.INFO)
    else:
        finding = passed(
            "attributes-complete",
            forest.subject,
            "A global catalog holds all attributes that are read.",
        )
    asked = forest.asked("schema", "lDAPDisplayName", "isMemberOfPartialAttributeSet")
    yield finding.showing(asked=asked, outside_schema=unknown or "none")
