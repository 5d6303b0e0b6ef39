"""Choosing report formats and languages, with errors that say what there is."""

from __future__ import annotations

from scanner.config.read import ConfigError
from scanner.scan import Parts

LANGUAGES = ("en", "zh-CN")


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
    for known in LANGUAGES:
        if name.casefold().replace("_", "-") in (known.casefold(), known.partition("-")[0]):
            return known
    raise ConfigError(f"reports do not speak {name!r}; right are: {', '.join(LANGUAGES)}")
