"""What the configuration partition, the schema and the domain say of the sample forest."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from scanner.lab.directory.people import Attributes, Forest

_OLD_TENANT = "11111111-2222-4333-8444-555555555555"


def forest_entries(
    forest: Forest, tenant_id: str, authority: bytes, *, healthy: bool
) -> Iterator[Attributes]:
    """The entries about the forest. Troubled: what twenty years of projects have left behind."""
    root = forest.root
    configuration = f"CN=Configuration,{root}"
    services = f"CN=Services,{configuration}"
    yield _entry(
        f"CN=Partitions,{configuration}",
        "crossRefContainer",
        **{
            "msDS-Behavior-Version": ["7" if healthy else "3"],
            "uPNSuffixes": [forest.domain, forest.second],
            "msDS-EnabledFeature": [f"CN=Recycle Bin Feature,{services}"] if healthy else [],
        },
    )
    yield _entry(
        f"CN=CORP,CN=Partitions,{configuration}",
        "crossRef",
        nETBIOSName=["CORP"],
        dnsRoot=[forest.name],
    )
    yield _entry(f"CN=Schema,{configuration}", "dMD", objectVersion=["88" if healthy else "69"])
    yield _entry(
        root,
        "domainDNS",
        **{
            "msDS-Behavior-Version": ["7" if healthy else "6"],
            "minPwdLength": ["14" if healthy else "7"],
            "maxPwdAge": [str(-365 * 864_000_000_000)],
            "pwdProperties": ["1"],
            "lockoutThreshold": ["10"],
        },
    )
    yield _entry(services, "container")
    yield _entry(f"CN=System,{root}", "container")
    yield _entry(f"CN=Policies,CN=System,{root}", "container")
    yield _entry(f"CN=Microsoft,CN=Program Data,{root}", "container")
    yield _registration(forest, services, tenant_id if healthy else _OLD_TENANT)
    yield from _authorities(services, authority)
    yield from _controllers(forest, healthy=healthy)
    if not healthy:
        yield _entry(
            f"CN=SCP,CN=RightsManagementServices,{services}",
            "serviceConnectionPoint",
            serviceBindingInformation=[f"https://rms.{forest.name}/_wmcs/certification"],
        )
        yield _entry(
            f"CN=SMS-MP-P01,CN=System Management,CN=System,{root}",
            "mSSMSManagementPoint",
            mSSMSMPName=["SMS-MP-P01"],
            dNSHostName=[f"cm1.{forest.name}"],
            mSSMSSiteCode=["P01"],
            mSSMSVersion=["5.00.9106.1000"],
        )


def _entry(dn: str, kind: str, **values: Sequence[str | bytes]) -> Attributes:
    made: Attributes = {"dn": [dn], "objectClass": ["top", kind]}
    made["cn"] = [dn.partition(",")[0].partition("=")[2]]
    return made | {name: list(found) for name, found in values.items() if found}


def _registration(forest: Forest, services: str, tenant_id: str) -> Attributes:
    return _entry(
        f"CN=62a0ff2e-97b9-4513-943f-0d221bd30080,CN=Device Registration Configuration,{services}",
        "serviceConnectionPoint",
        keywords=[f"azureADName:{forest.domain}", f"azureADId:{tenant_id}"],
    )


def _authorities(services: str, certificate: bytes) -> Iterator[Attributes]:
    keys = f"CN=Public Key Services,{services}"
    yield _entry(
        f"CN=Issuing CA 1,CN=Enrollment Services,{keys}",
        "pKIEnrollmentService",
        dNSHostName=["ca1.corp.contoso.local"],
        certificateTemplates=["Machine", "IPSECIntermediateOffline"],
        cACertificate=[certificate],
    )
    yield _entry(
        f"CN=NTAuthCertificates,{keys}", "certificationAuthority", cACertificate=[certificate]
    )


def _controllers(forest: Forest, *, healthy: bool) -> Iterator[Attributes]:
    systems = ("Windows Server 2022 Standard",) * 2
    if not healthy:
        systems = ("Windows Server 2022 Standard", "Windows Server 2012 R2 Standard")
    for number, system in enumerate(systems, 1):
        name = f"DC{number}"
        made = forest.entry(
            "OU=Domain Controllers",
            name,
            ("person", "organizationalPerson", "user", "computer"),
            "Computer",
        )
        yield made | {
            "objectGUID": [uuid.uuid5(uuid.NAMESPACE_DNS, name).bytes_le],
            "sAMAccountName": [f"{name}$"],
            "userAccountControl": ["532480"],
            "operatingSystem": [system],
            "isCriticalSystemObject": ["TRUE"],
        }
    yield forest.entry("OU=Domain Controllers", "AZUREADSSOACC", _COMPUTER, "Computer") | {
        "sAMAccountName": ["AZUREADSSOACC$"],
        "userAccountControl": ["4096"],
        "pwdLastSet": [forest.ticks(10 if healthy else 700)],
    }
    radius = forest.built_in("RAS and IAS Servers", group=True)
    yield radius | {"member": [f"CN=NPS1,OU=Servers,{forest.root}"]}


_COMPUTER = ("person", "organizationalPerson", "user", "computer")
