"""What a conditional access policy amounts to, as far as its conditions can be read offline.

A condition that this model does not know (a risk level, a device filter, an authentication flow)
makes a policy conditional: it may stop somebody, and it does not protect everybody.
https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.evidence.tenant_access import AccessPolicy

INTUNE_ENROLMENT = "d4ebce55-015a-49b5-a083-c84d1797ae8c"
INTUNE = "0000000a-0000-0000-c000-000000000000"
LEGACY_CLIENTS = frozenset({"exchangeactivesync", "other"})

_STRONG = frozenset({"mfa", "compliantdevice", "domainjoineddevice", "block"})


def words(values: Iterable[str]) -> frozenset[str]:
    """The values in lower case."""
    return frozenset(one.casefold() for one in values)


def for_all_users(policy: AccessPolicy) -> bool:
    """Whether it reaches everybody but those whom it names as exceptions."""
    return "all" in words(policy.include_users)


def for_all_applications(policy: AccessPolicy) -> bool:
    """Whether it reaches every application, without exceptions and without a filter."""
    return (
        "all" in words(policy.include_applications)
        and not policy.exclude_applications
        and not policy.application_filter
    )


def always(policy: AccessPolicy) -> bool:
    """Whether it holds at every place, on every platform and at every risk."""
    return not (
        policy.user_risk
        or policy.sign_in_risk
        or policy.device_filter
        or policy.transfer_methods
        or _narrows(policy.include_platforms, policy.exclude_platforms)
        or _narrows(policy.include_locations, policy.exclude_locations)
    )


def _narrows(included: Iterable[str], excluded: Iterable[str]) -> bool:
    return bool(list(excluded)) or bool(words(included) - {"all"})


def clients(policy: AccessPolicy) -> frozenset[str]:
    """The client types that it reaches; none named means all."""
    found = words(policy.client_app_types)
    if not found or "all" in found:
        return LEGACY_CLIENTS | {"browser", "mobileappsanddesktopclients"}
    if "eassupported" in found:
        found |= {"exchangeactivesync"}
    return found


def blocks(policy: AccessPolicy) -> bool:
    """Whether there is no way through."""
    return "block" in words(policy.controls)


def demands_mfa(policy: AccessPolicy) -> bool:
    """Whether nobody gets through without a second factor or something as strong.

    With OR each alternative has to be as strong: 'mfa or an approved app' makes it optional.
    """
    controls = words(policy.controls)
    if policy.custom_controls and policy.operator.casefold() == "or":
        return False
    if policy.operator.casefold() == "and":
        return bool("mfa" in controls or policy.strength)
    alternatives = controls - {"block"}
    strong = bool(alternatives or policy.strength) and alternatives <= _STRONG
    return strong and bool("mfa" in controls or policy.strength)


def demands_managed_device(policy: AccessPolicy) -> bool:
    """Whether a managed device is one of the ways through, or the only one."""
    return bool(words(policy.controls) & {"compliantdevice", "domainjoineddevice"})


def only_managed_device(policy: AccessPolicy) -> bool:
    """Whether nothing but a managed device gets through."""
    controls = words(policy.controls)
    devices = controls & {"compliantdevice", "domainjoineddevice"}
    if not devices:
        return False
    return policy.operator.casefold() == "and" or (controls == devices and not policy.strength)


def reaches_enrolment(policy: AccessPolicy) -> bool:
    """Whether it reaches the applications that a device enrols through."""
    included, excluded = words(policy.include_applications), words(policy.exclude_applications)
    if "all" in included:
        return INTUNE_ENROLMENT not in excluded
    return bool({INTUNE_ENROLMENT, INTUNE} & included - excluded)
