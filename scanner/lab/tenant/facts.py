"""What the sample tenant holds, in the shapes of Microsoft Graph v1.0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scanner.lab.organisation import Organisation
from scanner.lab.tenant.ties import tie

Item = dict[str, Any]

INTUNE_PLAN = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"
ENTRA_P1_PLAN = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
ENTRA_P2_PLAN = "eec0eb4f-6444-4f95-aba0-50c24d67f998"
PROTECTION_P1_PLAN = "6c57d4b6-3b23-47a5-9bc9-69f17b4947b3"
PROTECTION_P2_PLAN = "5689bec4-755d-4753-8b61-40975025187c"
DEFENDER_PLAN = "871d91ec-ec1a-452b-a83f-bd76c7d770ef"
EMS_E3 = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"
EMS_E5 = "b05e124f-c7cc-45a0-a6aa-8cf78c946968"
PROTECTION_SKU = "c52ea49f-fe5d-4e95-93ba-1de91d380f89"
VERIFICATION = {"contoso.com": "MS=ms31415926", "fabrikam.com": "MS=ms27182818"}

PEOPLE = 300
USERS = 306  # the administrators included
GUESTS = 6
DISABLED = 4
WITHOUT_LOCATION = 37
ON_INITIAL_DOMAIN = 24
DOUBLES = range(40, 43)
ADMINS = 6
WORKLOADS = (
    "intune",
    "conditional-access",
    "device-certificates",
    "co-management",
    "hybrid-join",
    "information-protection",
    "endpoint-threat-defence",
)
_GIVEN = ("Amina", "Bruno", "Chloe", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas")
_FAMILY = ("Abel", "Brandt", "Costa", "Dupont", "Egger", "Fischer", "Garcia", "Horvat", "Ivanov")


@dataclass(frozen=True, slots=True)
class Facts:
    """The tenant of one organisation. `now` dates the last synchronisation."""

    organisation: Organisation
    now: datetime

    @property
    def healthy(self) -> bool:
        """Whether everything is in order."""
        return self.organisation.healthy

    def organization(self) -> Item:
        """The tenant itself. Troubled: the synchronisation has stood still for nine days."""
        since = timedelta(minutes=25) if self.healthy else timedelta(days=9)
        return {
            "id": self.organisation.tenant_id,
            "displayName": self.organisation.name,
            "onPremisesSyncEnabled": True,
            "onPremisesLastSyncDateTime": (self.now - since).astimezone(UTC).isoformat(),
            "defaultUsageLocation": "DE" if self.healthy else None,
            "countryLetterCode": "DE",
            "technicalNotificationMails": ["it@contoso.com"] if self.healthy else [],
            "securityComplianceNotificationMails": [],
            "privacyProfile": {
                "contactEmail": "privacy@contoso.com",
                "statementUrl": "https://contoso.com/privacy" if self.healthy else None,
            },
        }

    def authority(self) -> Item:
        """The single organisation with the one property that only it has."""
        value = "intune" if self.healthy else "unknown"
        return {
            "id": self.organisation.tenant_id,
            "mobileDeviceManagementAuthority": value,
        }

    def domains(self) -> list[Item]:
        """Troubled: the initial domain is still the default, the second one is not verified."""
        mine = self.organisation
        return [
            self._domain(mine.initial_domain, "Managed", default=not self.healthy, initial=True),
            self._domain(mine.domain, "Federated", default=self.healthy, email=True),
            self._domain(mine.second_domain, "Managed", verified=self.healthy),
        ]

    def _domain(
        self,
        name: str,
        authentication: str,
        *,
        default: bool = False,
        initial: bool = False,
        verified: bool = True,
        email: bool = False,
    ) -> Item:
        return {
            "id": name,
            "authenticationType": authentication,
            "isAdminManaged": True,
            "isDefault": default,
            "isInitial": initial,
            "isVerified": verified,
            "supportedServices": ["Email", "Intune"] if email or initial else ["Intune"],
        }

    def service_records(self, name: str) -> list[Item]:
        """What the tenant asks the customer to publish: mail only where the domain has mail."""
        records = []
        if name == self.organisation.domain:
            token = name.replace(".", "-")
            records += [
                {
                    **_record("Mx", name, "Email"),
                    "mailExchange": f"{token}.mail.protection.outlook.com",
                    "preference": 0,
                },
                {
                    **_record("CName", f"autodiscover.{name}", "Email"),
                    "canonicalName": "autodiscover.outlook.com",
                },
                {
                    **_record("Txt", name, "Email"),
                    "text": "v=spf1 include:spf.protection.outlook.com -all",
                },
            ]
        if name != self.organisation.initial_domain:
            records += [
                {
                    **_record("CName", f"enterpriseenrollment.{name}", "Intune"),
                    "canonicalName": "enterpriseenrollment-s.manage.microsoft.com",
                },
                {
                    **_record("CName", f"enterpriseregistration.{name}", "Intune"),
                    "canonicalName": "enterpriseregistration.windows.net",
                },
            ]
        return records

    def verification_records(self, name: str) -> list[Item]:
        """The proof of ownership, as TXT and as the MX that some registrars need instead."""
        proof = VERIFICATION.get(name)
        if proof is None:
            return []
        exchange = f"{proof.partition('=')[2]}.msv1.invalid"
        return [
            {**_record("Txt", name, "null"), "text": proof},
            {**_record("Mx", name, "null"), "mailExchange": exchange, "preference": 32767},
        ]

    def skus(self) -> list[Item]:
        """Troubled: information protection ended with its product, and there are too few seats."""
        if self.healthy:
            plans = _plans(
                INTUNE_PLAN, ENTRA_P1_PLAN, ENTRA_P2_PLAN, PROTECTION_P1_PLAN, PROTECTION_P2_PLAN
            )
            plans += _plans(DEFENDER_PLAN)
            return [_sku(EMS_E5, "EMSPREMIUM", 400, USERS - GUESTS - DISABLED, plans)]
        return [
            _sku(EMS_E3, "EMS", 250, 250, _plans(INTUNE_PLAN, ENTRA_P1_PLAN, DEFENDER_PLAN)),
            _sku(PROTECTION_SKU, "RIGHTSMANAGEMENT", 0, 0, _plans(PROTECTION_P1_PLAN), held=250),
        ]

    def users(self) -> list[Item]:
        """Some hundred people, a few guests and a few leavers among them, and the administrators."""
        found = [*map(self._user, range(PEOPLE)), *map(self._admin, range(ADMINS))]
        for number, account in enumerate(found):
            tie(account, number, self.organisation)
        return found

    def _admin(self, number: int) -> Item:
        """Two accounts for emergencies and four people; troubled: the people are synchronised."""
        emergency = number < 2  # noqa: PLR2004
        short = f"emergency{number + 1}" if emergency else f"admin{number}"
        return self._account(
            admin_id(number),
            f"{short}@{self.organisation.initial_domain}",
            located=True,
            licensed=True,
            synced=None if self.healthy or emergency else True,
        )

    def _account(
        self, ident: str, upn: str, *, located: bool, licensed: bool, synced: bool | None
    ) -> Item:
        product = EMS_E5 if self.healthy else EMS_E3
        state: Item = {
            "skuId": product,
            "assignedByGroup": None,
            "disabledPlans": [],
            "state": "Active",
            "error": "None",
        }
        return {
            "id": ident,
            "userPrincipalName": upn,
            "displayName": upn.partition("@")[0],
            "accountEnabled": True,
            "userType": "Member",
            "usageLocation": "DE" if located else None,
            "assignedLicenses": [{"skuId": product, "disabledPlans": []}] if licensed else [],
            "licenseAssignmentStates": [state] if licensed else [],
            "onPremisesSyncEnabled": synced,
            "onPremisesProvisioningErrors": [],
            "serviceProvisioningErrors": [],
            "externalUserState": None,
            "createdDateTime": self.ago(days=400),
            "passwordPolicies": None,
            "signInActivity": {
                "lastSignInDateTime": self.ago(days=3),
                "lastNonInteractiveSignInDateTime": self.ago(days=1),
            },
            "mail": None,
        }

    def ago(self, **amount: float) -> str:
        """A moment that long before the scan, as Graph writes it."""
        return (self.now - timedelta(**amount)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ahead(self, **amount: float) -> str:
        """A moment that long after the scan."""
        return (self.now + timedelta(**amount)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _user(self, number: int) -> Item:
        given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
        short = f"{given}.{family}{number}".casefold()
        guest = number >= PEOPLE - GUESTS
        leaver = not guest and number >= PEOPLE - GUESTS - DISABLED
        located = self.healthy or not 100 <= number < 100 + WITHOUT_LOCATION  # noqa: PLR2004
        licensed = not guest and not leaver and (self.healthy or number < 244)  # noqa: PLR2004
        account = self._account(
            user_id(number),
            self._upn(short, number, guest=guest),
            located=located and not guest,
            licensed=licensed,
            synced=None if guest else True,
        )
        account |= {
            "accountEnabled": not leaver,
            "userType": "Guest" if guest else "Member",
            "mail": f"{short}@{self.organisation.domain}",
            "externalUserState": "Accepted" if guest else None,
        }
        if not self.healthy and number in DOUBLES:
            account["onPremisesProvisioningErrors"] = [
                {
                    "category": "PropertyConflict",
                    "occurredDateTime": self.ago(days=30),
                    "propertyCausingError": "ProxyAddresses",
                    "value": "SMTP:info@contoso.com",
                }
            ]
        return account

    def _upn(self, short: str, number: int, *, guest: bool) -> str:
        """Troubled: a sign-in name whose suffix is unverified is rewritten to the initial domain."""
        mine = self.organisation
        if guest:
            return f"{short}_partner.example#EXT#@{mine.initial_domain}"
        if number < ON_INITIAL_DOMAIN:
            return f"{short}@{mine.second_domain if self.healthy else mine.initial_domain}"
        return f"{short}@{mine.domain}"

    def intune(self) -> Item:
        """The Intune account. Troubled: whoever has no policy counts as compliant."""
        return {
            "id": self.organisation.tenant_id,
            "subscriptionState": "active",
            "intuneAccountId": self.organisation.tenant_id,
            "settings": {
                "secureByDefault": self.healthy,
                "deviceComplianceCheckinThresholdDays": 30,
                "isScheduledActionEnabled": True,
            },
            "intuneBrand": {
                "displayName": "Contoso" if self.healthy else "",
                "privacyUrl": "https://contoso.com/privacy" if self.healthy else "",
                "contactITEmailAddress": "help@contoso.com" if self.healthy else "",
                "contactITPhoneNumber": "",
            },
        }


def user_id(number: int) -> str:
    """The id of one of the people."""
    return f"00000000-0000-4000-8000-{number:012d}"


def admin_id(number: int) -> str:
    """The id of one of the administrators."""
    return f"00000000-0000-4000-9000-{number:012d}"


def group_id(number: int) -> str:
    """The id of one of the groups."""
    return f"00000000-0000-4000-a000-{number:012d}"


def _record(kind: str, label: str, service: str) -> Item:
    return {
        "@odata.type": f"microsoft.graph.domainDns{kind}Record",
        "recordType": kind,
        "label": label,
        "supportedService": service,
        "isOptional": False,
        "ttl": 3600,
    }


def _plans(*idents: str) -> list[Item]:
    names = {
        INTUNE_PLAN: "INTUNE_A",
        ENTRA_P1_PLAN: "AAD_PREMIUM",
        ENTRA_P2_PLAN: "AAD_PREMIUM_P2",
        PROTECTION_P1_PLAN: "RMS_S_PREMIUM",
        PROTECTION_P2_PLAN: "RMS_S_PREMIUM2",
        DEFENDER_PLAN: "WINDEFATP",
    }
    return [
        {
            "servicePlanId": ident,
            "servicePlanName": names[ident],
            "provisioningStatus": "Success",
            "appliesTo": "User",
        }
        for ident in idents
    ]


def _sku(ident: str, name: str, seats: int, used: int, plans: list[Item], *, held: int = 0) -> Item:
    return {
        "skuId": ident,
        "skuPartNumber": name,
        "capabilityStatus": "Suspended" if held else "Enabled",
        "appliesTo": "User",
        "consumedUnits": used,
        "prepaidUnits": {"enabled": seats, "suspended": held, "warning": 0, "lockedOut": 0},
        "servicePlans": plans,
    }
