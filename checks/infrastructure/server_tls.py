"""TLS settings of the servers that talk to the services, or that the internet talks to."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    Effort,
    Finding,
    Owner,
    Severity,
    Topic,
    check,
    combined,
    failed,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.inventory import InventoryServer, TlsSettings

_TO_CLOUD = {
    "entra-connect",
    "provisioning-agent",
    "pass-through-agent",
    "private-network-connector",
    "certificate-connector",
    "configuration-manager",
}
_PUBLISHED = {"ad-fs", "wap", "ndes"}
_PROTOCOLS = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
_DOTNET = r"HKLM:\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"


@check(
    id="infrastructure.server-tls-ready",
    title="Servers that talk to the services use TLS 1.2",
    action="Switch TLS 1.2 on, on every server that talks to the services",
    why="The services accept TLS 1.2 and newer only. A server on which it is switched off, or whose"
    " .NET applications ask for older versions, cannot synchronise, register or renew.",
    fix=[
        step(
            "Set the registry values on the server, beginning with a look at what is there, and"
            " restart it.",
            command=f"Get-ItemProperty '{_DOTNET}' | Select-Object SchUseStrongCrypto,"
            " SystemDefaultTlsVersions\n"
            f"Get-ChildItem '{_PROTOCOLS}' -Recurse | Get-ItemProperty",
        ),
    ],
    verify="A new inventory shows TLS 1.2 on, and both .NET values set to 1.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=["E4", "G17"],
    blocks=["connectors and agents of the services"],
    documents=[
        "https://learn.microsoft.com/troubleshoot/azure/active-directory/enable-support-tls-environment",
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites",
    ],
)
def server_tls_ready(server: InventoryServer) -> Iterator[Finding]:
    """Judge what is set in the registry; what is not set has the default of the system."""
    to_cloud, published = _TO_CLOUD & {*server.roles}, _PUBLISHED & {*server.roles}
    if not to_cloud and not published:
        return
    if server.tls is None:
        yield not_assessed(
            "unconfigured-no-tls",
            server.subject,
            "The inventory does not say how TLS is set on this server.",
        )
        return
    found = [*_faults(server, server.tls, published=bool(published), to_cloud=bool(to_cloud))]
    good = passed("ready", server.subject, "TLS 1.2 is on, and nothing older is switched on.")
    yield combined([*found, good]).showing(roles=", ".join(server.roles))


def _faults(
    server: InventoryServer, tls: TlsSettings, *, published: bool, to_cloud: bool
) -> Iterator[Finding]:
    subject = server.subject
    if tls.tls12_client is False:
        yield failed(
            "client-off", subject, "TLS 1.2 is switched off for connections that the server makes."
        ).fixed_by(
            step(
                "Switch TLS 1.2 on for clients.",
                command=f"Set-ItemProperty '{_PROTOCOLS}\\TLS 1.2\\Client' Enabled 1 -WhatIf",
            )
        )
    if published and tls.tls12_server is False:
        yield failed(
            "server-off", subject, "TLS 1.2 is switched off for connections to the server."
        ).fixed_by(
            step(
                "Switch TLS 1.2 on for servers.",
                command=f"Set-ItemProperty '{_PROTOCOLS}\\TLS 1.2\\Server' Enabled 1 -WhatIf",
            )
        )
    if to_cloud and not (tls.strong_crypto and tls.system_default):
        yield warned(
            "dotnet-not-set",
            subject,
            "Applications of .NET are not told to use the system's TLS versions.",
        ).fixed_by(
            step(
                "Set both values, for 64-bit and below Wow6432Node for 32-bit applications.",
                command=f"Set-ItemProperty '{_DOTNET}' SchUseStrongCrypto 1 -WhatIf\n"
                f"Set-ItemProperty '{_DOTNET}' SystemDefaultTlsVersions 1 -WhatIf",
            )
        )
    if published and (tls.tls10_server or tls.tls11_server):
        yield warned(
            "old-server-on", subject, "TLS 1.0 or 1.1 is switched on for connections to the server."
        ).fixed_by(
            step("Switch TLS 1.0 and 1.1 off for servers after looking who still uses them.")
        )
