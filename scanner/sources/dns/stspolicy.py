"""Fetching an MTA-STS policy (RFC 8461, 3.3): one HTTPS request, no redirect, nothing inward."""

from __future__ import annotations

import asyncio
import http.client
import io
import ssl
from typing import Any

from scanner.evidence.addresses import is_private
from scanner.evidence.dns import Lookups
from scanner.evidence.dns_mail import StsPolicy
from scanner.sources.dns.servers import Server, redirected
from scanner.sources.dns.views import Views
from scanner.text import said

_PATH = "/.well-known/mta-sts.txt"
_LARGEST = 65536
_LONGEST_AGE = 31557600
_MODES = ("enforce", "testing", "none")
_HTTPS = 443
_MOST_PATTERNS = 100


async def fetch_policy(views: Views, host: str, lookups: Lookups) -> tuple[StsPolicy | None, str]:
    """The policy, or why it could not be asked for. What the server said wrong is the policy's."""
    addresses = lookups.addresses(host) or lookups.addresses(lookups.of(host, "CNAME").value)
    if not addresses:
        return None, ""
    server = redirected(Server(addresses[0], _HTTPS, host=host), views.config.network.connect)
    if server.address == addresses[0] and is_private(server.address):
        return None, said(
            "{host} has a private address, and nothing inward is asked on its word", host=host
        )
    try:
        async with asyncio.timeout(2 * views.config.network.timeout):
            answer = await _get(server, host, _context(views))
    except (OSError, http.client.HTTPException) as error:
        return _trouble(host, error)
    return _policy_in(*answer), ""


def _trouble(host: str, error: Exception) -> tuple[StsPolicy | None, str]:
    """What a failed request says: a bad certificate is a fault of the policy, the rest is silence."""
    if isinstance(error, ssl.SSLError):
        return StsPolicy(
            fault=said(
                "the certificate is not accepted: {reason}", reason=str(error.reason or error)
            )
        ), ""
    if isinstance(error, TimeoutError):
        return None, said("{host} did not answer over HTTPS in time", host=host)
    return None, said("{host} could not be asked over HTTPS: {error}", host=host, error=str(error))


def _policy_in(status: int, kind: str, body: bytes) -> StsPolicy:
    if status != http.client.OK:
        return StsPolicy(
            fault=said("the server answers with status {status} instead of a policy", status=status)
        )
    if kind.partition(";")[0].strip().lower() != "text/plain":
        return StsPolicy(
            fault=said("the type of the policy is {kind}, not text/plain", kind=repr(kind[:60]))
        )
    return parse_policy(body.decode("utf-8", "replace"))


def _context(views: Views) -> ssl.SSLContext:
    context = ssl.create_default_context()
    trust = views.config.trust
    if trust.roots_file:
        context.load_verify_locations(views.config.beside(trust.roots_file))
    return context


async def _get(server: Server, host: str, context: ssl.SSLContext) -> tuple[int, str, bytes]:
    """Status, content type and body of one GET."""
    reader, writer = await asyncio.open_connection(
        server.address, server.port, ssl=context, server_hostname=host
    )
    try:
        lines = (
            f"GET {_PATH} HTTP/1.1",
            f"Host: {host}",
            "User-Agent: emsready",
            "Connection: close",
        )
        writer.write("\r\n".join((*lines, "", "")).encode("ascii"))
        data = bytearray()
        while len(data) < _LARGEST and (more := await reader.read(8192)):
            data += more
    finally:
        writer.close()
    response = http.client.HTTPResponse(_Received(bytes(data[:_LARGEST])))  # type: ignore[arg-type]
    response.begin()
    body = response.read(_LARGEST)
    return response.status, response.getheader("Content-Type", ""), body


class _Received:
    """Bytes that http.client may read as if they came from a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: Any) -> io.BytesIO:
        """The bytes as a file."""
        return io.BytesIO(self._data)


def parse_policy(text: str) -> StsPolicy:
    """A policy document (3.2). The first of a repeated key counts, for mx all do."""
    found: dict[str, str] = {}
    patterns: list[str] = []
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            continue
        if key.strip() == "mx":
            patterns.append(value.strip().lower().rstrip("."))
        else:
            found.setdefault(key.strip(), value.strip())
    age = found.get("max_age", "")
    seconds = int(age) if age.isascii() and age.isdigit() and len(age) < 12 else None  # noqa: PLR2004 - far above the limit
    mode = found.get("mode", "")
    policy = StsPolicy(mode[:20], seconds, tuple(patterns[:_MOST_PATTERNS]))
    fault = _fault(found.get("version", ""), mode, seconds, patterns)
    return StsPolicy(policy.mode, policy.max_age, policy.mx, fault)


def _fault(version: str, mode: str, seconds: int | None, patterns: list[str]) -> str:
    if version != "STSv1":
        return said("the policy has no version: STSv1")
    if mode not in _MODES:
        return said("the mode is {mode}, not enforce, testing or none", mode=repr(mode[:40]))
    if seconds is None or seconds > _LONGEST_AGE:
        return said("max_age is no number of seconds up to 31557600")
    if not patterns and mode != "none":
        return said("the policy lists no mx")
    return ""
