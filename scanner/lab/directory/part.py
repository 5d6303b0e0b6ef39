"""The export of the sample organisation's forest, written into the lab's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from scanner.lab.authority import Authority
from scanner.lab.directory.faults import troubled
from scanner.lab.directory.ldif import ldif
from scanner.lab.directory.people import Forest
from scanner.lab.organisation import Organisation


class LabDirectory:
    """An export as ldifde writes it: in good order, or with the usual faults of grown forests."""

    def __init__(self, organisation: Organisation, authority: Authority, folder: Path) -> None:
        del authority  # nothing here is signed
        self._organisation = organisation
        self._path = folder / "directory.ldif"

    def settings(self) -> Mapping[str, object]:
        """The file to read."""
        return {"directory": {"files": [str(self._path)]}}

    def __enter__(self) -> Self:
        mine = self._organisation
        forest = Forest(mine.forest, mine.domain, mine.second_domain)
        entries = forest.everyone(mine.directory_objects)
        if not mine.healthy:
            entries = troubled(forest, entries)
        with self._path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(ldif(entries))
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
