"""What each Microsoft cloud expects in DNS: the fallback where the tenant cannot be asked.

When the tenant can be read, its own list is the truth. The second use is to say which cloud
a wrong target belongs to. Known as of autumn 2026, from
https://learn.microsoft.com/microsoft-365/enterprise/external-domain-name-system-records and its
pages for GCC High, DoD and 21Vianet; targets in `UNVERIFIED` come from secondary sources only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.words import Cloud


@dataclass(frozen=True, slots=True)
class CloudNames:
    """The targets of one cloud. The first of several is the one to publish."""

    mail_suffixes: tuple[str, ...]
    autodiscover: str
    spf: str
    enrollment: str
    registration: tuple[str, ...]
    sip: str
    initial: str
    enrolment_server: str
    old_enrollment: tuple[str, ...] = ()
    legacy_sip: tuple[str, ...] = ()
    msoid: str = ""


_US_REGISTRATION = (
    "enterpriseregistration.microsoftonline.us",
    "enterpriseregistration.windows.net",
)

CLOUDS: Mapping[Cloud, CloudNames] = {
    Cloud.WORLDWIDE: CloudNames(
        mail_suffixes=("mail.protection.outlook.com", "mx.microsoft"),
        autodiscover="autodiscover.outlook.com",
        spf="spf.protection.outlook.com",
        enrollment="enterpriseenrollment-s.manage.microsoft.com",
        registration=("enterpriseregistration.windows.net",),
        sip="sipfed.online.lync.com",
        initial="onmicrosoft.com",
        enrolment_server="enrollment.manage.microsoft.com",
        old_enrollment=("enterpriseenrollment.manage.microsoft.com", "manage.microsoft.com"),
        legacy_sip=("sipdir.online.lync.com", "webdir.online.lync.com"),
    ),
    Cloud.GCC_HIGH: CloudNames(
        mail_suffixes=("mail.protection.office365.us",),
        autodiscover="autodiscover.office365.us",
        spf="spf.protection.office365.us",
        enrollment="enterpriseenrollment-s.manage.microsoft.us",
        registration=_US_REGISTRATION,
        sip="sipfed.online.gov.skypeforbusiness.us",
        initial="onmicrosoft.us",
        enrolment_server="enrollment.manage.microsoft.us",
    ),
    Cloud.DOD: CloudNames(
        mail_suffixes=("mail.protection.office365.us",),
        autodiscover="autodiscover-dod.office365.us",
        spf="spf.protection.office365.us",
        enrollment="enterpriseenrollment-s.manage.microsoft.us",
        registration=_US_REGISTRATION,
        sip="sipfed.online.dod.skypeforbusiness.us",
        initial="onmicrosoft.us",
        enrolment_server="enrollment.manage.microsoft.us",
    ),
    Cloud.CHINA: CloudNames(
        mail_suffixes=("mail.protection.partner.outlook.cn",),
        autodiscover="autodiscover.partner.outlook.cn",
        spf="spf.protection.partner.outlook.cn",
        enrollment="enterpriseenrollment-s.manage.microsoftonline.cn",
        registration=("enterpriseregistration.partner.microsoftonline.cn",),
        sip="sipfed.online.partner.lync.cn",
        initial="partner.onmschina.cn",
        enrolment_server="enrollment.manage.microsoftonline.cn",
        legacy_sip=("sipdir.online.partner.lync.cn",),
        msoid="clientconfig.partner.microsoftonline-p.net.cn",
    ),
}

UNVERIFIED = frozenset(
    {
        "enterpriseenrollment-s.manage.microsoftonline.cn",
        "enrollment.manage.microsoftonline.cn",
        "enterpriseregistration.partner.microsoftonline.cn",
    }
)

_US = frozenset({Cloud.GCC_HIGH, Cloud.DOD})
_ALL = frozenset(Cloud)

_OWNERS: Mapping[str, frozenset[Cloud]] = {
    **dict.fromkeys(
        (
            "mail.protection.outlook.com",
            "mx.microsoft",
            "autodiscover.outlook.com",
            "spf.protection.outlook.com",
            "onmicrosoft.com",
            "dkim.mail.microsoft",
            "manage.microsoft.com",
            "online.lync.com",
        ),
        frozenset({Cloud.WORLDWIDE}),
    ),
    **dict.fromkeys(
        (
            "mail.protection.office365.us",
            "spf.protection.office365.us",
            "onmicrosoft.us",
            "manage.microsoft.us",
            "microsoftonline.us",
        ),
        _US,
    ),
    "autodiscover.office365.us": frozenset({Cloud.GCC_HIGH}),
    "online.gov.skypeforbusiness.us": frozenset({Cloud.GCC_HIGH}),
    "autodiscover-dod.office365.us": frozenset({Cloud.DOD}),
    "online.dod.skypeforbusiness.us": frozenset({Cloud.DOD}),
    **dict.fromkeys(
        (
            "partner.outlook.cn",
            "partner.onmschina.cn",
            "microsoftonline.cn",
            "partner.lync.cn",
            "microsoftonline-p.net.cn",
        ),
        frozenset({Cloud.CHINA}),
    ),
    "enterpriseregistration.windows.net": frozenset({Cloud.WORLDWIDE}) | _US,
    # The old alias of the worldwide set-up pages: wrong everywhere today.
    "clientconfig.microsoftonline-p.net": frozenset({Cloud.WORLDWIDE}),
}

_NAMES = {
    Cloud.WORLDWIDE: "worldwide",
    Cloud.GCC_HIGH: "GCC High",
    Cloud.DOD: "DoD",
    Cloud.CHINA: "21Vianet (China)",
}


def below(name: str, suffix: str) -> bool:
    """Whether a name is that suffix or lies below it."""
    return name == suffix or name.endswith(f".{suffix}")


def owners_of(target: str) -> frozenset[Cloud]:
    """The clouds that a target belongs to, by its longest known suffix; none for anybody else's."""
    found = [suffix for suffix in _OWNERS if below(target, suffix)]
    return _OWNERS[max(found, key=len)] if found else frozenset()


def foreign_cloud(target: str, cloud: Cloud) -> str:
    """The name of the other cloud that a target belongs to; empty where it is ours or nobody's."""
    owners = owners_of(target)
    if not owners or cloud in owners:
        return ""
    return " or ".join(_NAMES[one] for one in Cloud if one in owners)


def cloud_name(cloud: Cloud) -> str:
    """How sentences name a cloud."""
    return _NAMES[cloud]
