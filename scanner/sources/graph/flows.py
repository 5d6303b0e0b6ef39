"""The ways to sign in: each turns [tenant.auth] into a function that asks for a fresh token."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msal  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.sources.graph.clouds import Endpoints
from scanner.sources.graph.session import GuardedSession
from scanner.sources.graph.signin import Result, show_device_code
from scanner.sources.interface import Unavailable, secret
from scanner.text import said
from scanner.words import Reason

_ASSERTION_VARIABLE = "AZURE_FEDERATED_TOKEN_FILE"


@dataclass(slots=True)
class Flow:
    """What every flow needs. `http` carries the roots to trust; msal would lose them."""

    config: Config
    endpoints: Endpoints
    http: GuardedSession
    deadline: Deadline
    _application: msal.PublicClientApplication | None = None

    def fetch(self) -> Callable[[], Result]:
        """The token request of the configured method. Raises Unavailable where a part is missing."""
        auth = self.config.tenant.auth
        if auth.method == "managed-identity":
            return self._managed_identity
        if not auth.client_id:
            raise Unavailable(Reason.UNCONFIGURED, "tenant.auth.client_id is not set")
        if auth.method == "device-code":
            if not sys.stderr.isatty() or os.environ.get("EMSREADY_UNATTENDED"):
                raise Unavailable(
                    Reason.UNSUPPORTED,
                    "a device-code sign-in needs a terminal to show its code; use"
                    " tenant.auth.method = 'certificate' where nobody is watching",
                )
            return self._device_code
        credential = self._credential()
        return lambda: self._confidential(credential)

    @property
    def _scopes(self) -> list[str]:
        return [f"{self.endpoints.graph}/.default"]

    @property
    def _authority(self) -> str:
        tenant = self.config.tenant
        return f"{self.endpoints.login}/{tenant.id or tenant.domain}"

    def _confidential(self, credential: object) -> Result:
        # A new application each time: an old one answers from its cache, failures included.
        # Without instance_discovery=False it would ask login.microsoftonline.com about any host.
        application = msal.ConfidentialClientApplication(
            self.config.tenant.auth.client_id,
            client_credential=credential,
            authority=self._authority,
            instance_discovery=False,
            http_client=self.http,
        )
        found: Result = application.acquire_token_for_client(self._scopes)
        return found

    def _managed_identity(self) -> Result:
        client_id = self.config.tenant.auth.client_id
        identity = (
            msal.UserAssignedManagedIdentity(client_id=client_id)
            if client_id
            else msal.SystemAssignedManagedIdentity()
        )
        client = msal.ManagedIdentityClient(identity, http_client=self.http)
        found: Result = client.acquire_token_for_client(resource=self.endpoints.graph)
        return found

    def _device_code(self) -> Result:
        if self._application is not None:
            return self._silently(self._application)
        application = msal.PublicClientApplication(
            self.config.tenant.auth.client_id,
            authority=self._authority,
            instance_discovery=False,
            http_client=self.http,
        )
        flow = application.initiate_device_flow(self._scopes)
        if "user_code" not in flow:
            return dict(flow)
        show_device_code(str(flow.get("message", "")))
        # Asked to leave a moment before the deadline, so that the reason can still be told.
        flow["expires_at"] = min(flow["expires_at"], time.time() + self.deadline.remaining() - 1)
        found: Result = application.acquire_token_by_device_flow(flow)
        self._application = application
        return found

    def _silently(self, application: msal.PublicClientApplication) -> Result:
        """Renew without a prompt: nobody is asked twice in one scan."""
        for account in application.get_accounts():
            found: Result | None = application.acquire_token_silent_with_error(
                self._scopes, account, force_refresh=True
            )
            if found:
                return found
        return {"error": said("the sign-in ran out and cannot be renewed without asking again")}

    def _credential(self) -> object:
        auth = self.config.tenant.auth
        if auth.method == "secret":
            return secret(auth.secret_env)
        if auth.method == "federated":
            return {"client_assertion": _federated_assertion}
        if not auth.certificate_file:
            raise Unavailable(Reason.UNCONFIGURED, "tenant.auth.certificate_file is not set")
        passphrase = os.environ.get(auth.passphrase_env, "")
        return _certificate(self.config.beside(auth.certificate_file), passphrase)


def _federated_assertion() -> str:
    """The workload's own token. Raises Unavailable where the platform left none."""
    path = os.environ.get(_ASSERTION_VARIABLE, "")
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise Unavailable(
            Reason.DENIED,
            said(
                "{variable} does not name a file with the workload's token",
                variable=_ASSERTION_VARIABLE,
            ),
        ) from error


def _certificate(path: Path, passphrase: str) -> dict[str, str]:
    """Certificate and RSA key of one PEM file, as msal takes them. Raises Unavailable."""
    try:
        data = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(data)
        key = serialization.load_pem_private_key(data, passphrase.encode() or None)
    except (OSError, ValueError, TypeError) as error:
        raise Unavailable(
            Reason.DENIED,
            said(
                "tenant.auth.certificate_file: {name} does not give a certificate and its key with"
                " this passphrase ({kind})",
                name=path.name,
                kind=type(error).__name__,
            ),
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Unavailable(
            Reason.UNSUPPORTED,
            said(
                "tenant.auth.certificate_file: the key of {name} is not RSA, which Entra needs",
                name=path.name,
            ),
        )
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "private_key": plain.decode(),
        "thumbprint": certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - how Entra finds it
        "public_certificate": certificate.public_bytes(serialization.Encoding.PEM).decode(),
    }
