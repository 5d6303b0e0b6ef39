"""The source of inventories: every file that [inventory] names, and the facts about versions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from importlib.resources import files

from scanner.config.model import Config
from scanner.config.read import ConfigError
from scanner.evidence.codec import CodecError, decode
from scanner.evidence.envelope import Missing
from scanner.evidence.inventory import InventoryClients, InventoryServer
from scanner.evidence.versions import VersionFacts
from scanner.sources.interface import Contact, Gather
from scanner.sources.inventory.document import Inventory, InventoryError, read_inventory
from scanner.subject import host
from scanner.text import said
from scanner.words import Reason

_UNCONFIGURED = Missing(
    Reason.UNCONFIGURED,
    "no inventory is named; `emsready inventory script` prints a collector, and [inventory] files"
    " names what it wrote",
)


class VersionsError(ConfigError):
    """A file of version facts that cannot be used; the message says why."""


class InventorySource:
    """Reads inventories. One that cannot be read costs what it would have told, and no other."""

    name = "inventory"
    kinds: tuple[type, ...] = (InventoryServer, InventoryClients, VersionFacts)
    after: tuple[type, ...] = ()
    budget = 60.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """The files."""
        if wanted & {InventoryServer, InventoryClients}:
            for name in config.inventory.files:
                yield Contact("inventory", str(config.beside(name)), "file", "read an inventory")
        if config.inventory.versions:
            path = str(config.beside(config.inventory.versions))
            yield Contact("inventory", path, "file", "read facts about versions")

    def proofread(self, config: Config, questions: Collection[str]) -> None:  # noqa: ARG002 - not about answers
        """Raises InventoryError or VersionsError for a file of which nothing can be used."""
        version_facts(config)
        for name in config.inventory.files:
            read_inventory(config.beside(name))

    def collect(self, gather: Gather) -> None:
        """Put the facts, every server and the clients, and what could not be read as missing."""
        gather.put(version_facts(gather.config))
        if not gather.config.inventory.files:
            gather.miss(InventoryServer, _UNCONFIGURED)
            gather.miss(InventoryClients, _UNCONFIGURED)
            return
        found = []
        for done, name in enumerate(gather.config.inventory.files, 1):
            try:
                found.append(read_inventory(gather.config.beside(name)))
            except InventoryError as error:
                _miss_all(gather, str(error))
            gather.progress(done, len(gather.config.inventory.files))
        _servers(gather, found)
        _clients(gather, found)


def version_facts(config: Config) -> VersionFacts:
    """The facts about versions: those that are shipped, or those of [inventory] versions.

    Raises VersionsError.
    """
    name = config.inventory.versions
    try:
        if name:
            data = config.beside(name).read_bytes()
        else:
            data = files("scanner").joinpath("data", "versions.json").read_bytes()
        return decode(data, VersionFacts)
    except (OSError, CodecError) as error:
        raise VersionsError(f"{config.beside(name)}: {error}") from error


def _miss_all(gather: Gather, told: str) -> None:
    for kind in (InventoryServer, InventoryClients):
        gather.miss(kind, Missing(Reason.UNSUPPORTED, told))


def _servers(gather: Gather, found: list[Inventory]) -> None:
    """Each server once, from the file that saw it last."""
    newest: dict[str, InventoryServer] = {}
    for one in (server for inventory in found for server in inventory.servers):
        known = newest.get(one.subject.key)
        if known is None or known.seen <= one.seen:
            newest[one.subject.key] = replace(one, name=one.subject.name)
    for server in newest.values():
        gather.put(server)
    for bad in (bad for inventory in found for bad in inventory.bad):
        subject = host(bad.name) if bad.name else None
        if subject is None or subject.key not in newest:
            gather.miss(InventoryServer, Missing(Reason.UNSUPPORTED, bad.problem), subject)
    if found and not newest and not any(inventory.bad for inventory in found):
        gather.nothing(InventoryServer)


def _clients(gather: Gather, found: list[Inventory]) -> None:
    counted = [one for one in found if one.clients or one.browsers]
    if counted:
        gather.put(
            InventoryClients(
                max(one.seen for one in counted),
                tuple(group for one in counted for group in one.clients),
                tuple(group for one in counted for group in one.browsers),
            )
        )
    elif found:
        told = said(
            "no inventory counts clients; add 'clients' to one, or a table with a column 'platform'"
        )
        gather.miss(InventoryClients, Missing(Reason.UNCONFIGURED, told))
