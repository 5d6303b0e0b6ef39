"""One LDAP library at a time: the other is hidden from the source."""

import importlib.util

import pytest

from scanner.sources.directory import live

LIBRARIES = {"libldap": "ldap", "pure": "ldap3"}
"""Our sessions, and the libraries that they need."""


def leave_only(session, monkeypatch):
    """Hide the other session; skips where the library of this one is not installed."""
    if importlib.util.find_spec(LIBRARIES[session]) is None:
        pytest.skip(f"{LIBRARIES[session]} is not installed")
    found = importlib.import_module

    def only(name, *more):
        if name.startswith("scanner.sources.directory.") and not name.endswith(session):
            raise ImportError(name)
        return found(name, *more)

    monkeypatch.setattr(live.importlib, "import_module", only)
