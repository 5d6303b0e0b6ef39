"""The blocking call that other sources resolve names with."""

from scanner.config.model import Config, Dns
from scanner.deadline import Deadline
from scanner.sources.dns.names import addresses_of
from tests.servers.dns import Misbehaving, knot


def test_addresses_of_both_views(tmp_path):
    outside = {"good.test": ["www A 192.0.2.1", "www AAAA 2001:db8::1", "alias CNAME www"]}
    inside = {"good.test": ["www A 10.0.0.1"]}
    with knot(tmp_path / "out", outside) as public, knot(tmp_path / "in", inside) as private:
        config = Config(
            dns=Dns(external=(f"127.0.0.1:{public}",), internal=(f"127.0.0.1:{private}",))
        )
        names = ["www.good.test", "alias.good.test", "gone.good.test"]
        found = addresses_of(config, names, Deadline.after(10))
        within = addresses_of(config, names, Deadline.after(10), internal=True)
    assert found.addresses("www.good.test") == ("192.0.2.1", "2001:db8::1")
    assert found.addresses("alias.good.test") == ("192.0.2.1", "2001:db8::1")
    assert found.resolves("gone.good.test") is False
    assert within.addresses("WWW.good.test.".rstrip(".")) == ("10.0.0.1",)


def test_silence_is_not_absence(tmp_path):
    with (
        knot(tmp_path, {"good.test": ["www A 192.0.2.1"]}) as port,
        Misbehaving(port, [("good.test", None, "servfail")]) as server,
    ):
        config = Config(dns=Dns(external=(server.address,), timeout=0.5))
        found = addresses_of(config, ["www.good.test"], Deadline.after(5))
    assert found.resolves("www.good.test") is None
