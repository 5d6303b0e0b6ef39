"""A table of bars: what was measured, what it has to be, and whether that holds."""

from typing import NamedTuple


class Bar(NamedTuple):
    """One of them. `held` is None for what could not be measured here."""

    name: str
    measured: str
    wanted: str
    held: bool | None


def told(bars):
    """Print the table; whether all of them hold. What was not measured does not."""
    bars = list(bars)
    words = {True: "yes", False: "NO", None: "not measured"}
    width = max(len(one.name) for one in bars)
    print(f"\n{'bar':<{width}} {'measured':>22} {'wanted':>14}   holds")
    for one in bars:
        print(f"{one.name:<{width}} {one.measured:>22} {one.wanted:>14}   {words[one.held]}")
    return all(one.held for one in bars)
