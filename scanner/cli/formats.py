"""Choosing report formats and languages, with errors that say what there is."""

from __future__ import annotations

from scanner.config.read import ConfigError
from scanner.registry import report_languages
from scanner.scan import Parts


def chosen_formats(names: tuple[str, ...], parts: Parts) -> tuple[str, ...]:
    """The formats of that name. Raises ConfigError for one that nobody brings."""
    for name in names:
        if name not in parts.formats:
            known = ", ".join(sorted(parts.formats))
            raise ConfigError(f"there is no report format {name!r}; right are: {known}")
        parts.formats[name].refuse_without_library()
    return names


def language(name: str) -> str:
    """A language that reports speak. Raises ConfigError for any other."""
    wanted = name.casefold().replace("_", "-")
    known = report_languages()
    exact = [one for one in known if one.casefold() == wanted]
    family = [one for one in known if one.partition("-")[0] == wanted.partition("-")[0]]
    if not exact and not family:
        raise ConfigError(f"reports do not speak {name!r}; right are: {', '.join(known)}")
    return (exact or family)[0]
