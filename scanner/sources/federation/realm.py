"""Realm discovery: what the sign-in host tells any client about a domain, without a sign-in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence.envelope import Missing
from scanner.evidence.federation import Clock, DomainRealm, Outcome
from scanner.sources.federation.answers import clock_of
from scanner.sources.federation.http import Line, Reply, Way
from scanner.sources.federation.reach import Distrusted, HttpFault, look_up, redirected
from scanner.sources.federation.trust import TlsSettings
from scanner.sources.graph.clouds import endpoints_of
from scanner.sources.tls.addresses import Address, split_address
from scanner.text import said
from scanner.words import Reason

NOBODY = "emsready-probe"
"""The local part that is asked for: no person, so that nobody's name leaves the organisation."""

_MOST = 64 * 1024
_LONGEST = 2000
_REASONS = {Outcome.TIMEOUT: Reason.TIMEOUT}


@dataclass(slots=True)
class SignInHost:
    """Asks the cloud's sign-in host. After a failure to reach it no further domain is tried."""

    config: Config
    tls: TlsSettings
    deadline: Deadline
    clock: Clock | None = None
    unreachable: HttpFault | None = None
    _addresses: tuple[Address, ...] = field(default=())

    @property
    def base(self) -> str:
        """The sign-in host's address. Raises Unavailable for one that is not https."""
        return endpoints_of(self.config.tenant).login

    @property
    def name(self) -> str:
        """The sign-in host's name."""
        return urlsplit(self.base).hostname or ""

    def ask(self, domain: str) -> DomainRealm | Missing:
        """Both forms of the question. One answer of the two is enough."""
        if self.unreachable is not None:
            return self._missing(self.unreachable)
        person = quote(f"{NOBODY}@{domain}", safe="")
        faults: list[HttpFault] = []
        said: list[Mapping[str, Any]] = []
        line: Line | None = None
        try:
            line = Line(self._way(), self.deadline)
            for path in (
                f"/common/userrealm/{person}?api-version=1.0",
                f"/getuserrealm.srf?login={person}&json=1",
            ):
                try:
                    said.append(self._read(line.get(path, _MOST)))
                except HttpFault as fault:
                    faults.append(fault)
                    if fault.early:
                        raise
        except HttpFault as fault:
            self.unreachable = fault
            return self._missing(fault)
        finally:
            if line:
                line.close()
        found = realm_of(domain, *said)
        if not said:
            return self._missing(faults[0])
        return found

    def _way(self) -> Way:
        parts = urlsplit(self.base)
        name, port = parts.hostname or "", parts.port or 443
        to, proxy = (
            redirected(self.config.network.connect, name, port),
            self.config.network.http_proxy,
        )
        tunnel = bool(proxy and to is None)
        if to is None and proxy:
            to = split_address(proxy)
        if not self._addresses:
            self._addresses = (to,) if to else look_up(self.config, name, port)
        timeout = self.config.network.timeout
        return Way(name, port, self._addresses, self.tls.strict, timeout, tunnel)

    def _read(self, reply: Reply) -> Mapping[str, Any]:
        """The JSON object of an answer. Raises HttpFault where there is none."""
        self.clock = self.clock or clock_of(reply)
        try:
            found = json.loads(reply.body) if reply.status == 200 else None  # noqa: PLR2004
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise HttpFault(
                Outcome.NOT_HTTP,
                said("no realm in the answer (HTTP {status})", status=reply.status),
            )
        return found

    def _missing(self, fault: HttpFault) -> Missing:
        told = fault.detail
        if isinstance(fault, Distrusted):
            told = said(
                "its certificate is not trusted here ({detail}); if your network inspects TLS, name"
                " its root in trust.ca_file",
                detail=fault.detail,
            )
        reason = _REASONS.get(fault.outcome, Reason.UNREACHABLE)
        return Missing(
            reason, said("realm discovery at {name}: {detail}", name=self.name, detail=told)
        )


def realm_of(domain: str, *answers: Mapping[str, Any]) -> DomainRealm:
    """One realm from what both forms of the question were answered; unknown keys are left out."""

    def first(*keys: str) -> str:
        found = (one.get(key) for key in keys for one in answers)
        return next((one.strip()[:_LONGEST] for one in found if isinstance(one, str) and one), "")

    return DomainRealm(
        domain=domain,
        account_type=first("account_type", "NameSpaceType"),
        sign_in_url=first("AuthURL", "federation_active_auth_url"),
        active_url=first("federation_active_auth_url"),
        exchange_url=first("federation_metadata_url"),
        protocol=first("federation_protocol"),
        brand=first("FederationBrandName")[:200],
        cloud=first("cloud_instance_name", "CloudInstanceName")[:200],
    )
