"""What `emsready doctor` looks at: the tool itself, never the tenant. Contacts nothing."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

from scanner import __version__
from scanner.registry import OURS, load_checks, load_formats, load_sources, plugins

_PACKAGES = ("scanner", "checks", "reports", "templates")
_PROXY = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_TRUST = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True)
class Item:
    """One examined thing: ok, info, warn or fail, with what to do about it."""

    name: str
    state: str
    text: str
    fix: str = ""


def examine() -> list[Item]:
    """Everything that can be said without a network."""
    return [
        Item("version", "ok", f"emsready {__version__} on Python {sys.version.split()[0]}"),
        _together(),
        *_loaded(),
        *_others(),
        *_surroundings(),
        _folder(),
    ]


def _together() -> Item:
    """Our four packages have plain names; another distribution may have overwritten one of them."""
    homes = {name: _home(name) for name in _PACKAGES}
    strangers = {name: home for name, home in homes.items() if home != homes["scanner"]}
    if not strangers:
        return Item("packages", "ok", f"all four in {homes['scanner']}")
    name, home = next(iter(strangers.items()))
    owner = ", ".join(packages_distributions().get(name, ["an unknown distribution"]))
    return Item(
        "packages",
        "fail",
        f"{name} comes from {home or 'nowhere'} ({owner}), scanner from {homes['scanner']}",
        "install emsready into an environment of its own (pipx, uv tool or a fresh venv), and do not "
        f"start it from a folder that holds a package named {name}",
    )


def _home(name: str) -> str:
    spec = importlib.util.find_spec(name)
    return str(Path(spec.origin).parent.parent) if spec and spec.origin else ""


def _loaded() -> Iterator[Item]:
    catalogue = load_checks()
    sources, broken_sources = load_sources()
    formats, broken_formats = load_formats()
    figures = f"{len(catalogue.checks)} checks, {len(sources)} sources, {len(formats)} formats"
    yield Item("parts", "ok" if catalogue.checks else "fail", figures)
    for one in (*catalogue.broken, *broken_sources, *broken_formats):
        ours = one.origin.startswith(f"{OURS} ")
        yield Item(
            "broken",
            "fail" if ours else "warn",
            str(one),
            "install emsready again" if ours else "update or uninstall the distribution named here",
        )


def _others() -> Iterator[Item]:
    for group, name, origin in plugins():
        if not origin.startswith(f"{OURS} "):
            yield Item("plugin", "info", f"{name} ({group}) from {origin}")


def _surroundings() -> Iterator[Item]:
    """Facts that explain surprises: proxies and trust stores that the environment sets."""
    for name in _PROXY:
        value = os.environ.get(name) or os.environ.get(name.upper())
        if value:
            yield Item("proxy", "info", f"{name} is set to {_without_password(value)}")
    for name in _TRUST:
        if path := os.environ.get(name):
            found = Path(path).exists()
            text = f"{name} is set to {path}" + ("" if found else ", which does not exist")
            fix = "" if found else f"unset {name} or point it to a PEM file"
            yield Item("trust", "info" if found else "fail", text, fix)


def _without_password(value: str) -> str:
    scheme, mark, rest = value.rpartition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def _folder() -> Item:
    here = Path.cwd()
    for name in _PACKAGES:
        if (here / name / "__init__.py").exists() and _home(name) != str(here):
            return Item(
                "folder",
                "warn",
                f"this folder holds a package named {name}, which `python -m` would prefer to ours",
                "start emsready by its own command, or from another folder",
            )
    return Item("folder", "ok", "nothing here is in the way")
