"""Federation services on loopback: a look-alike whose every answer a test can choose."""

import contextlib
import json
import socket
import ssl
import threading
from pathlib import Path

from scanner.config.model import Config, Domains, Host, Network, Tenant, TenantEndpoints, Trust
from scanner.evidence import federation as paths
from scanner.evidence.tenant_federation import DomainFederation
from scanner.lab.authority import Authority
from scanner.lab.federation.document import document
from scanner.lab.https import HttpsServer, Page
from scanner.sources.federation.source import FederationSource
from tests.sources.gathering import Gathering

HOST, DOMAIN = "sts.contoso.com", "contoso.com"
LOGIN = "login.lab.test"


class Farm:
    """One authority, one folder, and servers made from a table of pages."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.authority = Authority()
        self.key = self.authority.token_signing(f"ADFS Signing - {HOST}")
        self.pages = {
            paths.METADATA: Page(200, document(HOST, [self.key], []), "text/xml"),
            paths.OPENID: Page(200, json.dumps({"issuer": f"https://{HOST}/adfs"}).encode()),
            paths.PASSIVE: Page(200, b"<!DOCTYPE html><html>Sign in</html>"),
            paths.EXCHANGE: Page(200, b"<definitions/>", "text/xml"),
            paths.IDP_INITIATED: Page(404),
        }
        (self.folder / "roots.pem").write_bytes(self.authority.root_pem())

    def certificate(self, *names, name="server"):
        return self.authority.issue(names or [HOST]).write(self.folder, name)

    def serve(self, pages=None, *, names=(), **more):
        table = self.pages if pages is None else pages
        return HttpsServer(
            self.certificate(*names), lambda path: table.get(path, Page(404)), "farm", **more
        )

    def login(self, kind="Federated", *, host=HOST, status=200):
        """A sign-in host that says the same of every domain."""
        new = {"account_type": kind, "federation_active_auth_url": f"https://{host}/adfs/x"}
        old = {"NameSpaceType": kind, "AuthURL": f"https://{host}/adfs/ls/?a=b"}
        if kind != "Federated":
            new, old = {"account_type": kind}, {"NameSpaceType": kind}

        def answer(path):
            said = new if path.startswith("/common/userrealm/") else old
            return Page(status, json.dumps(said).encode(), "application/json")

        return HttpsServer(self.certificate(LOGIN, name="login"), answer, "login")

    def config(self, *hosts, connect=None, login=None, **network):
        network = {"timeout": 2.0, "connect": dict(connect or {}), **network}
        if login is not None:
            network["connect"][f"{LOGIN}:443"] = login.address
        return Config(
            tenant=Tenant(endpoints=TenantEndpoints(login=f"https://{LOGIN}")),
            domains=Domains(names=(DOMAIN,) if login is not None else ()),
            hosts=tuple(hosts),
            network=Network(**network),
            trust=Trust(ca_file=str(self.folder / "roots.pem")),
        )


def gathered(config, *given, **more):
    """What the source gives for that configuration."""
    source = FederationSource()
    gathering = Gathering(config, frozenset(source.kinds), given=list(given), **more)
    source.collect(gathering)
    return gathering


def adfs(server, role="adfs"):
    return Host(HOST, role, 443, server.address)


def federation(domain=DOMAIN, host=HOST, path="/adfs/ls/"):
    return DomainFederation(domain, passive_uri=f"https://{host}{path}")


@contextlib.contextmanager
def raw_server(behave, certificate=None):
    """A server that does to each connection what `behave(socket)` says; over TLS with a certificate."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def one(sock):
        with contextlib.suppress(OSError), sock:
            sock.settimeout(10)
            if context:
                with context.wrap_socket(sock, server_side=True) as wrapped:
                    behave(wrapped)
            else:
                behave(sock)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
