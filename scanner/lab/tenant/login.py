"""The sign-in side of the lab: OpenID configuration, token requests and device codes."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.lab.organisation import Organisation
from scanner.lab.tenant.faults import Reply
from scanner.lab.tenant.guard import every_permission

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(slots=True)
class Login:
    """Gives out tokens that open nothing but the lab. `roles` are granted to the application.

    `scopes` are granted to a person who signs in.

    `lifetime` is in seconds. A device code is accepted at the `polls`-th asking.
    """

    organisation: Organisation
    roles: tuple[str, ...] = field(default_factory=every_permission)
    scopes: tuple[str, ...] = field(default_factory=lambda: every_permission(delegated=True))
    lifetime: int = 3600
    polls: int = 2
    issued: list[str] = field(default_factory=list)
    _ends: dict[str, float] = field(default_factory=dict)
    _asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def configuration(self, base: str, name: str) -> Reply:
        """The OpenID configuration of the tenant, by id or by domain."""
        mine = self.organisation
        if name not in (mine.tenant_id, mine.domain, mine.initial_domain):
            return self._refuse(90002, f"Tenant '{name}' not found.", "invalid_tenant")
        root = f"{base}/{mine.tenant_id}"
        return Reply.of(
            {
                "issuer": f"{root}/v2.0",
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            }
        )

    def token(self, form: dict[str, str]) -> Reply:
        """Answer a token request."""
        if form.get("client_id") != self.organisation.client_id:
            return self._refuse(700016, "Application was not found in the directory.")
        grant = form.get("grant_type")
        if grant == "client_credentials":
            return self._for_client(form)
        if grant == _DEVICE:
            return self._for_device()
        if grant == "refresh_token":
            return self._granted(delegated=True)
        return self._refuse(70003, "The grant type is not supported.", "unsupported_grant_type")

    def device_code(self, base: str) -> Reply:
        """Start a device-code sign-in."""
        self._asked = 0
        return Reply.of(
            {
                "user_code": "LABCODE01",
                "device_code": "lab-device-code",
                "verification_uri": f"{base}/device",
                "expires_in": 60,
                "interval": 1,
                "message": f"To sign in, open {base}/device and enter the code LABCODE01.",
            }
        )

    def accepts(self, token: str) -> bool:
        """Whether this token was given out here and has not run out."""
        return time.time() < self._ends.get(token, 0.0)

    def _for_client(self, form: dict[str, str]) -> Reply:
        if form.get("client_assertion_type") == _ASSERTION:
            claims = _claims(form.get("client_assertion", ""))
            # The signature is not checked: the lab has no registered certificate to check it with.
            if self.organisation.client_id not in (claims.get("iss"), claims.get("sub")):
                return self._refuse(700027, "Client assertion failed signature validation.")
            return self._granted(delegated=False)
        if form.get("client_secret") != self.organisation.client_secret:
            return self._refuse(7000215, "Invalid client secret provided.", "invalid_client")
        return self._granted(delegated=False)

    def _for_device(self) -> Reply:
        with self._lock:
            self._asked += 1
            if self._asked < self.polls:
                return self._refuse(70016, "Still waiting.", "authorization_pending")
        return self._granted(delegated=True)

    def _granted(self, *, delegated: bool) -> Reply:
        mine = self.organisation
        claims: dict[str, object] = {
            "tid": mine.tenant_id,
            "appid": mine.client_id,
            "exp": int(time.time()) + self.lifetime,
            "jti": f"{len(self.issued)}-{time.time_ns()}",
        }
        claims |= {"scp": " ".join(self.scopes)} if delegated else {"roles": list(self.roles)}
        token = ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), "unsigned"))
        with self._lock:
            self.issued.append(token)
            self._ends[token] = time.time() + self.lifetime
        answer: dict[str, object] = {
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "access_token": token,
        }
        if delegated:
            info = {"uid": "00000000-0000-4000-8000-000000000001", "utid": mine.tenant_id}
            person = {
                "aud": mine.client_id,
                "sub": "admin",
                "iss": mine.tenant_id,
                "exp": int(time.time()) + self.lifetime,
                "iat": int(time.time()),
                "preferred_username": f"admin@{mine.domain}",
            }
            answer |= {
                "refresh_token": "lab-refresh-token",
                "client_info": _part(info),
                "id_token": ".".join((_part({"alg": "none"}), _part(person), "unsigned")),
                "scope": " ".join(self.scopes),
            }
        return Reply.of(answer)

    def _refuse(self, code: int, told: str, error: str = "unauthorized_client") -> Reply:
        answer = {
            "error": error,
            "error_description": f"AADSTS{code}: {told}",
            "error_codes": [code],
        }
        return Reply.of(answer, 400)


def _part(content: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _claims(assertion: str) -> dict[str, object]:
    try:
        part = assertion.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
