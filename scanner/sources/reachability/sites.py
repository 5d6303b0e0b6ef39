"""Whether a redirect stays with the same service, or leads to somebody else's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

_SHARED = 2  # labels at the end of a name that make two hosts one site, in this simple view


def host_of(location: str) -> str:
    """The host that a Location leads to; '' for a path on the same host."""
    try:
        return (urlsplit(location).hostname or "").casefold().rstrip(".")
    except ValueError:
        return "invalid.invalid"


def same_site(host: str, location: str) -> bool:
    """Whether host and redirect share the last two labels."""
    to = host_of(location)
    return not to or to.split(".")[-_SHARED:] == host.casefold().split(".")[-_SHARED:]


def knows(destinations: Iterable[str]) -> Callable[[str, str], bool]:
    """A judgement of redirects that also accepts every site that the endpoint list names."""
    sites = {tuple(one.lstrip("*.").casefold().split(".")[-_SHARED:]) for one in destinations}

    def related(host: str, location: str) -> bool:
        return same_site(host, location) or tuple(host_of(location).split(".")[-_SHARED:]) in sites

    return related
