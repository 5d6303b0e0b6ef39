"""Where jobs run: threads of this process, or the workers of a Dask cluster. Both are Executors."""

from __future__ import annotations

import importlib
import ipaddress
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from scanner import __version__
from scanner.config.read import ConfigError
from scanner.fleet.job import version_here
from scanner.fleet.model import FleetSection

SECONDS = 30
"""How long a scheduler may take to answer."""

_LOST = (OSError, TimeoutError, RuntimeError, ValueError)
"""What the client of a cluster raises once that is gone, closed loops included."""


class Engine(Protocol):
    """Takes jobs. `renew` makes a fresh connection where the old one is lost; True if it could."""

    @property
    def width(self) -> int:
        """How many jobs it works on at a time."""

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run the work somewhere."""

    def renew(self) -> bool:
        """Try to go on after the engine itself failed."""

    def close(self, *, now: bool = False) -> None:
        """Let go; with `now` nothing more is begun."""


class Threads:
    """Threads of this process: each waits for the process of one customer."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="fleet")

    @property
    def width(self) -> int:
        """All threads."""
        return self._workers

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run the work on one of the threads."""
        return self._pool.submit(work, *arguments)

    def renew(self) -> bool:
        """Threads are not lost."""
        return False

    def close(self, *, now: bool = False) -> None:
        """Wait for what runs; with `now` drop what has not begun."""
        self._pool.shutdown(wait=True, cancel_futures=now)


class Dask:
    """The workers of a Dask cluster. Messages are pickles: only over TLS, or on this machine."""

    def __init__(self, address: str, section: FleetSection, home: Path) -> None:
        self._address, self._section, self._home = address, section, home
        self._width = 1
        _refuse_open(address)
        self._connect()

    @property
    def width(self) -> int:
        """The threads of the workers that are there now; the last known while nothing answers."""
        if self._client.status == "running":
            with suppress(*_LOST):
                self._width = max(1, sum(self._client.nthreads().values()))
        return self._width

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run the work on some worker; Dask moves it to another one where that is lost."""
        future: Future[Any] = self._pool.submit(work, *arguments)
        return future

    def renew(self) -> bool:
        """Connect again: a scheduler that was restarted knows nothing of what it was given."""
        try:
            with suppress(*_LOST):
                self._client.close(timeout=2)
            self._connect()
        except ConfigError:
            return False
        return True

    def close(self, *, now: bool = False) -> None:
        """Let go of the cluster, which goes on for others."""
        with suppress(*_LOST):  # one that is lost has nothing to let go of
            self._pool.shutdown(wait=not now)
            self._client.close(timeout=5)

    def _connect(self) -> None:
        try:
            distributed: Any = importlib.import_module("distributed")  # the extra `fleet`
        except ImportError as error:
            raise ConfigError(
                "--engine dask needs the extra: pip install 'emsready[fleet]'"
            ) from error
        for name in ("distributed", "distributed.client"):  # what is lost, the driver tells
            logging.getLogger(name).setLevel(logging.CRITICAL)
        tls = self._section.tls
        security = None
        if tls.ca:
            security = distributed.Security(
                require_encryption=True,
                tls_ca_file=str(self._home / tls.ca),
                tls_client_cert=str(self._home / tls.cert),
                tls_client_key=str(self._home / tls.key),
            )
        try:
            self._client: Any = distributed.Client(
                self._address, security=security, timeout=SECONDS, set_as_default=False
            )
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(f"no scheduler answers at {self._address}: {error}") from error
        self._refuse_other_versions()
        self._pool: Executor = self._client.get_executor(retries=self._section.retries, pure=False)

    def _refuse_other_versions(self) -> None:
        found = self._client.run(version_here)
        other = {worker: version for worker, version in found.items() if version != __version__}
        if other:
            worker, version = next(iter(other.items()))
            self._client.close(timeout=2)
            raise ConfigError(f"the worker {worker} has emsready {version}, this is {__version__}")


def _refuse_open(address: str) -> None:
    """Raises ConfigError for an address that would carry pickles in the clear."""
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or not parts.port:
        raise ConfigError(f"--scheduler {address}: expected tls://HOST:PORT")
    if parts.scheme == "tls" or parts.hostname == "localhost":
        return
    try:
        inside = ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise ConfigError(
            f"--scheduler {address}: without TLS only on this machine; use tls:// and [fleet.tls], or "
            "a tunnel to 127.0.0.1"
        )
