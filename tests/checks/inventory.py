"""Servers and facts for tests of checks that judge an inventory."""

from datetime import date

from scanner.evidence.inventory import InventoryServer, ServerSystem, Software
from scanner.evidence.versions import Minimum, Release, VersionFacts

SEEN = date(2026, 10, 30)
TODAY = date(2026, 11, 2)  # of scanner.testing.NOW

FACTS = VersionFacts(
    date(2026, 11, 1),
    (
        Release("windows-server", "Server A", "6.3", date(2023, 10, 10), "https://a"),
        Release("windows-server", "Server B", "10.0.14393", date(2027, 1, 12), "https://b"),
        Release("windows-server", "Server C", "10.0.20348", date(2031, 10, 14), "https://c"),
        Release("configuration-manager", "2409", "5.0.9132", date(2026, 6, 4), "https://d"),
        Release("configuration-manager", "2509", "5.0.9141", date(2027, 5, 12), "https://e", False),
        Release("configuration-manager", "2503", "5.0.9135", date(2027, 1, 12), "https://e"),
        Release("entra-connect", "E 1", "2.5.79.0", date(2026, 10, 23), "https://f"),
        Release("entra-connect", "E 2", "2.6.84.0", None, "https://f"),
        Release("certificate-connector", "C 1", "6.2406", date(2026, 8, 18), "https://g"),
        Release("certificate-connector", "C 2", "6.2510", None, "https://g"),
        Release(
            "windows", "W10", "10.0.19045", date(2025, 10, 14), "https://h", True, "enterprise"
        ),
        Release("windows", "W10", "10.0.19045", date(2025, 10, 14), "https://h", True, "home-pro"),
        Release(
            "windows", "W11", "10.0.26100", date(2027, 10, 12), "https://h", True, "enterprise"
        ),
        Release("windows", "W11", "10.0.26100", date(2026, 10, 13), "https://h", True, "home-pro"),
        Release("windows", "L", "10.0.19044", date(2027, 1, 12), "https://h", True, "ltsc"),
    ),
    (
        Minimum("entra-connect", "2.5.79.0", "https://f", since=date(2026, 9, 30)),
        Minimum("certificate-connector", "6.2101.13.0", "https://g"),
        Minimum("certificate-connector-strong-mapping", "6.2406.0.1001", "https://g"),
        Minimum("pass-through-agent", "1.5.1007.0", "https://i"),
        Minimum("ios", "17", "https://j"),
        Minimum("ios-announced", "18", "https://j"),
        Minimum("android", "10", "https://j"),
    ),
)


def server(name="s1.contoso.com", *, version="", installation="", software=(), **more):
    """A server of which nothing is known but what is said."""
    return InventoryServer(
        name,
        more.pop("seen", SEEN),
        system=ServerSystem(version=version, installation=installation),
        software=tuple(Software(product, number) for product, number in software),
        **more,
    )


def said(findings):
    """{subject name: (status, reason)} of findings."""
    return {one.subject.name: (str(one.status), one.reason) for one in findings}


def steps(finding):
    """The sentences of a finding's own steps."""
    return [str(one.text) for one in finding.steps]
