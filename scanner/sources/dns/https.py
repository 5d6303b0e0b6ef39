"""DNS over HTTPS (RFC 8484), by way of an HTTP/2 client."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from scanner.sources.dns.channels import Silence, Unreachable
from scanner.sources.dns.servers import Server


class HttpsChannel:
    """DoH with one connection for all queries."""

    def __init__(self, server: Server, context: ssl.SSLContext) -> None:
        self._server = server
        self._context = context
        self._client: Any = None

    def _session(self) -> Any:
        if self._client is None:
            # Imported when a DoH server is configured: it costs every other run its start-up time.
            import httpx2  # noqa: PLC0415

            class Pinned(httpx2.AsyncHTTPTransport):
                """Connects to the address that the configuration gives, whatever the URL says."""

                def __init__(self, server: Server, context: ssl.SSLContext) -> None:
                    super().__init__(verify=context, http2=True, trust_env=False)
                    self._server = server

                async def handle_async_request(self, request: Any) -> Any:
                    """Send to the pinned address under the certificate's name."""
                    request.extensions["sni_hostname"] = self._server.host
                    request.headers["Host"] = self._server.host
                    request.url = request.url.copy_with(
                        host=self._server.address, port=self._server.port
                    )
                    return await super().handle_async_request(request)

            self._client = httpx2.AsyncClient(transport=Pinned(self._server, self._context))
        return self._client

    async def exchange(self, query: bytes, question: bytes, seconds: float) -> bytes:  # noqa: ARG002 - HTTP ties reply to request
        """Post one query. Raises Silence or Unreachable."""
        import httpx2  # noqa: PLC0415

        url = f"https://{self._server.host}:{self._server.port}{self._server.path}"
        kind = "application/dns-message"
        try:
            async with asyncio.timeout(seconds):
                answer = await self._session().post(
                    url, content=query, headers={"Accept": kind, "Content-Type": kind}
                )
        except TimeoutError:
            raise Silence from None
        except (httpx2.HTTPError, OSError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        if answer.status_code != httpx2.codes.OK or len(answer.content) > 65535:  # noqa: PLR2004 - the largest message
            raise Unreachable(f"HTTP status {answer.status_code}")
        return bytes(answer.content)

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()
