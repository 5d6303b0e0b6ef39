"""A tenant of any size: users that are made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from scanner.lab.tenant.facts import EMS_E5, Facts, Item, user_id


class ManyUsers(Sequence[Item]):
    """So many users, none of them held in memory; every hundredth has something amiss."""

    def __init__(self, facts: Facts, count: int) -> None:
        self._facts = facts
        self._count = count
        self._model = facts.users()[0]

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> list[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | list[Item]:
        """One user, or a page of them."""
        if isinstance(place, slice):
            return [self._user(number) for number in range(*place.indices(self._count))]
        if not 0 <= place < self._count:
            raise IndexError(place)
        return self._user(place)

    def __iter__(self) -> Iterator[Item]:
        return map(self._user, range(self._count))

    def _user(self, number: int) -> Item:
        name = f"user{number}@{self._facts.organisation.domain}"
        amiss = number % 100 == 0
        held = [] if amiss else [{"skuId": EMS_E5, "disabledPlans": []}]
        return {
            **self._model,
            "id": user_id(number),
            "userPrincipalName": name,
            "mail": name,
            "usageLocation": None if amiss else "DE",
            "assignedLicenses": held,
        }
