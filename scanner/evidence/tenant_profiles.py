"""Profiles that carry certificates, Wi-Fi and VPN to devices, and the trust store for sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scanner.evidence.envelope import evidence
from scanner.evidence.graph import ASSIGNMENTS, CONFIGURATION, graph_call, prop

Part = Literal["root", "client-certificate", "wifi", "vpn"]


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says about itself; `problem` where it cannot be read.

    `key` is such as 'RSA 2048', `signature` the hash, such as 'sha256'.
    """

    subject: str = ""
    expires: datetime | None = None
    key: str = ""
    key_bits: int = 0
    signature: str = ""
    is_ca: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """A profile that is part of a chain of trust. `groups` are the ids of its assignments."""

    name: str
    platform: str
    part: Part
    targets: tuple[str, ...] = ()
    enterprise: bool = False
    certificate: CertificateFacts | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an assignment reaches: a group, all users or all devices."""

    type: str = prop("@odata.type", "")
    group_id: str | None = prop("groupId")


@dataclass(frozen=True, slots=True)
class ProfileAssignment:
    """An assignment of a profile."""

    target: Target | None = prop("target")


@dataclass(frozen=True, slots=True)
class RawProfile:
    """A device configuration as it comes; v1.0 cannot return most of its types."""

    id: str = prop("id", "")
    type: str = prop("@odata.type", "")
    name: str = prop("displayName", "")
    root: str | None = prop("trustedRootCertificate")
    assignments: tuple[ProfileAssignment, ...] = prop("assignments", ())


PROFILES = graph_call(
    "/deviceManagement/deviceConfigurations",
    RawProfile,
    CONFIGURATION,
    query=(ASSIGNMENTS,),
    beta=True,
)
# The list may leave the certificate out; the single object has it.
PROFILE = graph_call(
    "/deviceManagement/deviceConfigurations/{id}", RawProfile, CONFIGURATION, beta=True
)


@evidence("tenant-device-profiles", source="graph", calls=(PROFILES, PROFILE))
@dataclass(frozen=True, slots=True)
class DeviceProfiles:
    """All profiles that are part of a chain of trust."""

    profiles: tuple[DeviceProfile, ...]


@dataclass(frozen=True, slots=True)
class RawAuthority:
    """An authority for certificate sign-in as it comes."""

    issuer: str = prop("issuer", "")
    root: bool = prop("isRootAuthority", default=False)
    crl: str | None = prop("certificateRevocationListUrl")
    certificate: str | None = prop("certificate")


@dataclass(frozen=True, slots=True)
class RawAuthorities:
    """A configuration of certificate sign-in as it comes."""

    authorities: tuple[RawAuthority, ...] = prop("certificateAuthorities", ())


AUTHORITIES = graph_call(
    "/organization/{id}/certificateBasedAuthConfiguration",
    RawAuthorities,
    "Organization.Read.All",
)


@dataclass(frozen=True, slots=True)
class SignInAuthority:
    """An authority whose certificates people sign in with."""

    issuer: str
    crl: str
    certificate: CertificateFacts


@evidence("tenant-sign-in-authorities", source="graph", calls=(AUTHORITIES,))
@dataclass(frozen=True, slots=True)
class SignInAuthorities:
    """All authorities for certificate sign-in that this object lists."""

    authorities: tuple[SignInAuthority, ...]
