"""What accounts of synchronisation servers in the directory say: how many there are, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scanner.api import Affected, Finding, failed, host, step, warned
from scanner.evidence.directory import DirectoryInput, SyncAccount
from scanner.evidence.inventory import InventoryServer

_YEAR = re.compile(r"Windows (?:Server\D{0,3}(\d{4})|2000)")
_LEAST, _NOT_YET = 2016, 2025


def connect_accounts(directory: DirectoryInput | None) -> list[SyncAccount]:
    """The accounts with which Entra Connect reads Active Directory, one for each installation."""
    found = {one.account.casefold(): one for one in (directory.sync_accounts if directory else ())}
    return [found[name] for name in sorted(found) if name.startswith("msol_")]


def installations(accounts: Sequence[SyncAccount]) -> int:
    """How many servers made them: one that reads several forests has an account in each."""
    servers = {one.server.casefold() for one in accounts if one.server}
    return len(servers) + sum(not one.server for one in accounts)


def rows_of(accounts: Sequence[SyncAccount]) -> Affected:
    """The accounts with what is known of their servers."""
    columns = ("account", "server", "tenant", "system")
    return Affected(columns, [(a.account, a.server, a.tenant, a.system) for a in accounts])


def outdated_servers(
    accounts: Sequence[SyncAccount], servers: Sequence[InventoryServer]
) -> Iterator[Finding]:
    """Servers that no inventory tells of, and whose computer object shows a system that will not do."""
    known = {one.name.partition(".")[0].casefold() for one in servers}
    named = {one.server.casefold(): one for one in accounts if one.server and one.system}
    for name, one in sorted(named.items()):
        match = _YEAR.search(one.system)
        year = int(match[1] or 2000) if match else None
        if name.partition(".")[0] in known or year is None:
            continue
        told = {"server": one.server, "system": one.system}
        if year < _LEAST:
            yield failed(
                "computer-too-old",
                host(one.server),
                "The computer object of {server} shows {system}, which is older than 2016.",
                **told,
            )
        elif year == _LEAST:
            yield warned(
                "computer-2016",
                host(one.server),
                "The computer object of {server} shows {system}; 2019 or 2022 are asked for.",
                **told,
            )
        elif year >= _NOT_YET:
            yield failed(
                "computer-2025",
                host(one.server),
                "The computer object of {server} shows {system}, which is not supported without the"
                " update KB5070773 or a later one.",
                **told,
            ).fixed_by(
                step(
                    "Install the newest cumulative update and take an inventory of the server, which"
                    " shows the update; or move to Windows Server 2022."
                )
            )
