"""Root causes that several checks see: an old system, and TLS that is switched off."""

from __future__ import annotations

from scanner.api import Finding, cause, step


def _by_server(finding: Finding) -> str:
    return finding.subject.key


OLD_SYSTEM = cause(
    id="infrastructure.old-system",
    members=[
        "infrastructure.servers-supported",
        "infrastructure.domain-controllers-supported",
        "directory_sync.connect-server-supported#system-too-old",
        "directory_sync.connect-server-supported#system-2016",
        "directory_sync.connect-server-supported#computer-too-old",
        "directory_sync.connect-server-supported#computer-2016",
    ],
    tie=_by_server,
    title="Replace a server whose system is too old",
    why="One old system fails several prerequisites at once, and one move to a new server mends all"
    " of them.",
    fix=step(
        "Install the role on a new server with Windows Server 2022, move it there, and retire the old"
        " server. Move a domain controller by adding the new one first."
    ),
)

TLS_OFF = cause(
    id="infrastructure.tls-switched-off",
    members=[
        "infrastructure.server-tls-ready#client-off",
        "directory_sync.connect-server-supported#tls-off",
    ],
    tie=_by_server,
    title="Switch TLS 1.2 on",
    why="The services accept TLS 1.2 and newer only.",
    fix=step("Switch TLS 1.2 on in the registry for clients and servers, and restart the server."),
)
