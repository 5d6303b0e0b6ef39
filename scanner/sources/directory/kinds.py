"""What an entry is: its class, and whether the rules for users, contacts and groups apply to it."""

from __future__ import annotations

from scanner.sources.directory.entry import Attributes

_TYPES = {"inetorgperson": "inetOrgPerson", "user": "user", "contact": "contact", "group": "group"}
_CATEGORIES = ("cn=person", "cn=group", "person", "group")
_REMEMBERED = 10_000


class Kinds:
    """Tells kinds. The answers are remembered: a directory of a million entries has a dozen."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[str, bool]] = {}

    def of(self, attributes: Attributes) -> tuple[str, bool]:
        """The class of an entry, and whether it is judged."""
        category = attributes.get("objectcategory")
        key = (category[0] if category else "", *attributes.get("objectclass", ()))
        found = self._known.get(key)
        if found is None:
            found = class_of(attributes), _is_judged(attributes)
            if len(self._known) < _REMEMBERED:
                self._known[key] = found
        return found


def class_of(attributes: Attributes) -> str:
    """The most specific class: the last value of objectClass, in its usual spelling."""
    classes = attributes.get("objectclass")
    return _TYPES.get(classes[-1].lower(), classes[-1]) if classes else ""


def _is_judged(attributes: Attributes) -> bool:
    """Whether the rules apply: by category, or else by class."""
    category = attributes.get("objectcategory")
    if category and category[0]:
        return category[0].partition(",")[0].lower() in _CATEGORIES
    classes = [one.lower() for one in attributes.get("objectclass", ())]
    return "computer" not in classes and not _TYPES.keys().isdisjoint(classes)
