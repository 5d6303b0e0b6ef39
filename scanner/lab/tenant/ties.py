"""What ties the users of the sample tenant to objects on premises, and a few that are tied wrongly."""

from __future__ import annotations

import base64
import functools
import uuid
from typing import Any

from scanner.lab.directory.people import Forest
from scanner.lab.organisation import Organisation

_SPACE = uuid.UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")
CLOUD_ONLY, OF_ANOTHER_FOREST, MIXED_UP = 150, 151, 152
"""Troubled: a colleague who was created in the tenant before the forest was to be synchronised, one
whom another forest brought, and one whose anchor is that of a namesake.
"""


def tie(account: dict[str, Any], number: int, mine: Organisation) -> None:
    """Give a synchronised user its immutable id; troubled: not everybody the right one."""
    account["onPremisesImmutableId"] = None
    account["proxyAddresses"] = [f"SMTP:{account['mail']}"] if account["mail"] else []
    if not account["onPremisesSyncEnabled"]:
        return
    names = list(_guids(mine))
    named = {CLOUD_ONLY: 3, OF_ANOTHER_FOREST: 4, MIXED_UP: 8}.get(number)
    if named is not None and not mine.healthy:
        name = names[named]
        account |= {
            "userPrincipalName": name,
            "mail": name,
            "proxyAddresses": [f"SMTP:{name}"],
            "onPremisesSyncEnabled": None if number == CLOUD_ONLY else True,
        }
    owner = account["userPrincipalName"]
    if number == MIXED_UP and not mine.healthy:
        owner = names[9]
    elsewhere = uuid.uuid5(_SPACE, f"{mine.forest}/{number}").bytes_le
    guid = elsewhere if number == OF_ANOTHER_FOREST else _guids(mine).get(owner, elsewhere)
    if account["onPremisesSyncEnabled"]:
        account["onPremisesImmutableId"] = base64.b64encode(guid).decode()


@functools.cache
def _guids(mine: Organisation) -> dict[str, bytes]:
    """The objectGUID of everybody in the forest, by sign-in name, in the order of their numbers."""
    forest = Forest(mine.forest, mine.domain, mine.second_domain)
    people = [forest.user(number) for number in range(mine.directory_objects)]
    return {str(one["userPrincipalName"][0]): bytes(one["objectGUID"][0]) for one in people}  # type: ignore[arg-type]
