"""The lab's DNS: what the sample organisation publishes outside and inside, on loopback."""

from scanner.lab.dns.part import LabDns
from scanner.lab.dns.server import DnsServer
from scanner.lab.dns.zones import Zones

__all__ = ["DnsServer", "LabDns", "Zones"]
