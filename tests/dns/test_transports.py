"""DoT and DoH against unbound, with the certificate checked."""

import asyncio

import pytest

from scanner.config.model import Config, Dns, Trust
from scanner.deadline import Deadline
from scanner.lab.authority import Authority
from scanner.sources.dns.views import open_views
from tests.servers.dns import free_dns_port, knot, unbound


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """(DoT port, DoH port, root file) of a resolver for good.test."""
    folder = tmp_path_factory.mktemp("secure")
    authority = Authority()
    issued = authority.issue(["127.0.0.1", "dns.good.test"])
    pem = issued.write(folder, "dns")
    root = folder / "root.pem"
    root.write_bytes(authority.root_pem())
    zones = {".": ["@ A 127.0.0.1"], "good.test": ["www A 192.0.2.80"]}
    dot, doh = free_dns_port(), free_dns_port()
    with (
        knot(folder / "knot", zones) as port,
        unbound(folder / "unbound", zones, port, tls=(dot, doh, pem, pem)),
    ):
        yield dot, doh, root


def ask(servers, root, questions=(("www.good.test", "A"),), connect=None):
    config = Config(dns=Dns(external=tuple(servers), timeout=3.0), trust=Trust(ca_file=str(root)))
    if connect:
        from dataclasses import replace  # noqa: PLC0415

        config = replace(config, network=replace(config.network, connect=connect))

    async def asked():
        views = await open_views(config, Deadline.after(10))
        try:
            return await views.public.ask_all(*questions)
        finally:
            await views.close()

    return asyncio.run(asked())


def test_over_tls(secure):
    dot, _, root = secure
    found = ask([f"tls://127.0.0.1:{dot}"], root, [(f"www{n}.good.test", "A") for n in range(20)])
    assert {one.status for one in found} == {"nxdomain"}
    assert {one.transport for one in found} == {"tls"}


def test_over_https(secure):
    _, doh, root = secure
    (found,) = ask([f"https://127.0.0.1:{doh}/dns-query"], root)
    assert (found.status, found.value, found.transport) == ("answer", "192.0.2.80", "https")


@pytest.mark.parametrize("scheme", ["tls", "https"])
def test_by_name_where_the_configuration_says_what_is_behind_it(secure, scheme):
    dot, doh, root = secure
    port, path = (dot, "") if scheme == "tls" else (doh, "/dns-query")
    usual = 853 if scheme == "tls" else 443
    (found,) = ask(
        [f"{scheme}://dns.good.test{path}"],
        root,
        connect={f"dns.good.test:{usual}": f"127.0.0.1:{port}"},
    )
    assert found.status == "answer"


@pytest.mark.parametrize("scheme", ["tls", "https"])
def test_a_certificate_that_is_not_trusted_is_no_answer(secure, scheme, tmp_path):
    dot, doh, _ = secure
    other = tmp_path / "other.pem"
    other.write_bytes(Authority().root_pem())
    server = f"tls://127.0.0.1:{dot}" if scheme == "tls" else f"https://127.0.0.1:{doh}/dns-query"
    (found,) = ask([server], other)
    assert found.status == "unreachable"
    assert "certificate" in found.detail.lower()
