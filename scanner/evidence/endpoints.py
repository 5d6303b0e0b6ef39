"""The endpoint list as evidence: its rows for each role, so that a run is judged by the list it used."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.envelope import evidence
from scanner.evidence.reachability import at_vantage
from scanner.subject import Subject

SERVERS_TOWARDS: dict[str, tuple[str, ...]] = {
    "domain controllers": ("domain-controller",),
    "AD FS": ("adfs",),
    "AD FS and WAP servers": ("adfs", "wap"),
    "WAP": ("wap",),
    "issuing CA": ("issuing-ca",),
    "management point": ("management-point",),
    "distribution point": ("distribution-point",),
    "SUP": ("update-point",),
    "MP/SUP": ("management-point", "update-point"),
    "SQL": ("site-database",),
    "CMG": ("cloud-management-gateway",),
}
"""Which kinds of inner server the destination of a row stands for."""

_HTTP_PORTS = {80}
_REVOCATION_SETS = {84, 125}
_TLS_PORTS = {443, 636, 3269, 5223, 5228, 5229, 5230, 5671, 8531, 49443}
_NOT_FOR_DEVICES = {25, 143, 587, 993, 995, 2197}
_DATAGRAMS = {123: "ntp", 3478: "stun", 3479: "stun", 3480: "stun", 3481: "stun"}
_LONGEST_RANGE = 16


def port_list(text: str) -> tuple[int, ...]:
    """The ports of a list such as '443,5228-5230'; a wide range stands for itself and is left out."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        numbers = range(int(first), int(last or first) + 1)
        if len(numbers) <= _LONGEST_RANGE:
            found += numbers
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the endpoint list for one caller, as far as a check needs it.

    `tcp` and `udp` are port lists as published ('443,80', '49152-65535'). `hosts` are what was
    probed for the destination; a wildcard without a known host has none, and where they are a `guess`
    nobody has published them. `inspection` and `proxy_auth` are words of the list: no, discouraged,
    not-stated, n/a …
    """

    destination: str
    hosts: tuple[str, ...] = ()
    tcp: str = ""
    udp: str = ""
    required: bool = True
    inspection: str = "not-stated"
    proxy_auth: str = "not-stated"
    trust: str = ""
    service: str = ""
    purpose: str = ""
    set_id: int | None = None
    kind: str = "outbound"
    towards: str = "Microsoft cloud"
    migrating: bool = False
    guess: bool = False
    as_of: str = ""
    source: str = ""

    @property
    def wildcard(self) -> bool:
        """Whether the destination stands for names that begin with anything."""
        return self.destination.startswith("*")

    @property
    def revocation(self) -> bool:
        """Whether it only serves revocation lists: over HTTP, whatever ports its set publishes."""
        return self.set_id in _REVOCATION_SETS and self.towards == "Microsoft cloud"

    @property
    def private_root(self) -> bool:
        """Whether the service is said to use roots that are in no public list."""
        return "private-root" in self.trust

    @property
    def services(self) -> tuple[tuple[int, str], ...]:
        """The TCP ports that its caller uses, with what is spoken on each.

        Mail ports are left out: they concern mail servers and mail programs, not devices. So is the
        port on which the management service (not a device) talks to Apple.
        """
        found = [port for port in port_list(self.tcp) if port not in _NOT_FOR_DEVICES]
        if self.revocation:
            found = [port for port in found if port in _HTTP_PORTS]
        return tuple((port, self._spoken(port)) for port in found)

    @property
    def datagram_services(self) -> tuple[tuple[int, str], ...]:
        """The UDP ports with a service that must answer a stranger, and its protocol."""
        found = port_list(self.udp)
        return tuple((port, _DATAGRAMS[port]) for port in found if port in _DATAGRAMS)

    def _spoken(self, port: int) -> str:
        if port in _HTTP_PORTS:
            return "http"
        return "tls" if port in _TLS_PORTS and self.inspection != "n/a" else "tcp"


@evidence("endpoint-rows", source="reachability")
@dataclass(frozen=True, slots=True)
class EndpointRows:
    """The lines of one area of the endpoint list that count for one role at one place.

    `ranges` are the published address ranges: firewall-rule material, never probed.
    """

    vantage: str
    area: str
    role: str
    rows: tuple[Row, ...]
    ranges: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """The key of this piece."""
        return at_vantage(self.vantage, f"{self.area} from {self.role}")
