"""The export of the sample organisation's forest, written into the lab's folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding

from scanner.lab.authority import Authority
from scanner.lab.directory.configuration import forest_entries
from scanner.lab.directory.faults import troubled
from scanner.lab.directory.ldif import ldif
from scanner.lab.directory.people import Forest
from scanner.lab.organisation import Organisation


class LabDirectory:
    """An export as ldifde writes it: in good order, or with the usual faults of grown forests."""

    def __init__(self, organisation: Organisation, authority: Authority, folder: Path) -> None:
        self._certificate = authority.root.certificate.public_bytes(Encoding.DER)
        self._organisation = organisation
        self._path = folder / "directory.ldif"

    def settings(self) -> Mapping[str, object]:
        """The file to read."""
        return {"directory": {"files": [str(self._path)]}}

    def __enter__(self) -> Self:
        mine = self._organisation
        forest = Forest(
            mine.forest,
            mine.domain,
            mine.second_domain,
            datetime.now(UTC),
            30 if mine.healthy else 2900,
        )
        entries = forest.everyone(mine.directory_objects)
        if not mine.healthy:
            entries = troubled(forest, entries)
        about = forest_entries(forest, mine.tenant_id, self._certificate, healthy=mine.healthy)
        with self._path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(ldif(entries))
            file.writelines(ldif(about))
            if not mine.healthy:
                file.write(f"dn: CN=Damaged,{forest.root}\nobjectClass: user\ncn:: !\n\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing runs; the folder of the lab is removed with everything in it."""
