"""Hand-made evidence of places: rows, probes and vantages with sensible defaults."""

from scanner.evidence.endpoints import EndpointRows, Row
from scanner.evidence.reachability import Attempt, Probe, Sentinel, Vantage, Why

PORTAL = "http://www.msftconnecttest.com/connecttest.txt"


def area(name="Intune", *rows, role="managed-device", place="", ranges=()):
    """An area with those rows; one required row for a.example where none is given."""
    return EndpointRows(place, name, role, rows or (row(),), ranges)


def row(destination="a.example", **more):
    """A required row; a wildcard has no host unless hosts says so."""
    hosts = () if destination.startswith("*") else (destination,)
    return Row(**{"destination": destination, "hosts": hosts, "tcp": "443", **more})


def probe(host="a.example", reason=Why.OK, *, port=443, protocol="tls", place="", **more):
    """A probe of that host."""
    return Probe(place, host, port, protocol, reason=reason, **more)


def opened(address="192.0.2.10", tries=1):
    """An attempt that opened."""
    return Attempt(address, "open", tries)


def place(label="", egress="open", **more):
    """A place from which things were probed directly."""
    paths = (("direct", egress),) if isinstance(egress, str) else egress
    known = {"roles": ("managed-device",), "egress": paths, "probes": 9}
    known |= {"catalogue_version": "1", "catalogue_origin": "bundled"}
    return Vantage(label, **{**known, **more})


def sentinels(*, matches, answer=None, others=True, reason=Why.OK):
    """What came back for the known pages."""
    return (
        Sentinel(PORTAL, "Microsoft Connect Test", matches, answer, reason),
        Sentinel("http://captive.apple.com/", "Success", others),
    )
