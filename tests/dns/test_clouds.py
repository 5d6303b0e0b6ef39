"""Good and faulty domains of all four clouds on real servers, judged end to end."""

import pytest

from tests.dns.faults import FAULTS, GOOD, MSOID, MX
from tests.scanning import scan_text
from tests.servers import clouds
from tests.servers.dns import knot, unbound

CLOUDS = list(FAULTS)


def domain_of(fault):
    return f"{fault}.test"


def records_of(fault, cloud, changes):
    name = domain_of(fault)
    values = {"{d}": name, "{t}": name.replace(".", "-")}

    def filled(text):
        for mark, value in values.items():
            text = text.replace(mark, value)
        return text

    records = clouds.good(name, cloud)
    for key, data in changes.items():
        records.pop(key, None)
        if data is not None:
            records[key] = [filled(one) for one in data]
    return records


@pytest.fixture(scope="module", params=CLOUDS)
def judged(request, tmp_path_factory):
    """(cloud, {(check, subject): (status, reason)}) of one scan over all domains of a cloud."""
    cloud = request.param
    folder = tmp_path_factory.mktemp(cloud)
    faults = {"good": ({}, {}), **FAULTS[cloud]}
    zones = clouds.world([domain_of(one) for one in faults], cloud)
    for fault, (changes, _) in faults.items():
        zones[domain_of(fault)] = clouds.lines_of(records_of(fault, cloud, changes))
    names = ", ".join(f'"{domain_of(one)}"' for one in faults)
    with (
        knot(folder / "knot", zones) as authority,
        unbound(folder / "unbound", zones, authority) as resolver,
    ):
        text = f"""
            [tenant]
            cloud = "{cloud}"
            [domains]
            names = [{names}]
            [dns]
            external = ["127.0.0.1:{resolver}"]
            timeout = 2.0
            [trust]
            issuers = ["digicert.com"]
            [network]
            connect = {{ "127.0.0.1:53" = "127.0.0.1:{authority}" }}
        """
        result = scan_text(text, folder, only=["dns"])
    found = {
        (one.check, one.subject.name): (str(one.status), one.reason, one.message.text)
        for one in result.findings
    }
    assert not [one for one in result.findings if one.status == "error"]
    return cloud, found


def expected():
    for cloud, faults in FAULTS.items():
        for fault, (_, verdicts) in faults.items():
            for check, verdict in verdicts.items():
                yield cloud, fault, check, verdict


def test_every_fault_gets_its_verdict(judged):
    cloud, found = judged
    wrong = []
    for of, fault, check, verdict in expected():
        if of != cloud:
            continue
        of_check, label = check if isinstance(check, tuple) else (check, "")
        name = f"{label}.{domain_of(fault)}" if label else domain_of(fault)
        got = found.get((of_check, name), ("nothing", "", ""))
        if got[:2] != verdict:
            wrong.append((fault, check, verdict, got))
    assert wrong == []


def test_the_good_domain_has_no_fault(judged):
    cloud, found = judged
    name = domain_of("good")
    wanted = dict(GOOD)
    wanted[MSOID] = ("pass", "right" if cloud == "china" else "absent-as-wanted")
    wanted[MX] = (
        ("pass", "right") if cloud in ("worldwide", "china") else ("warn", "token-unconfirmed")
    )
    wrong = [
        (check, verdict, found.get((check, name)))
        for check, verdict in wanted.items()
        if found.get((check, name), ("nothing", ""))[:2] != verdict
    ]
    assert wrong == []


def test_a_fault_shows_only_where_it_is(judged):
    """No check but those of a fault may fail for it, but for what follows from it."""
    cloud, found = judged
    stray = []
    for fault, (_, verdicts) in FAULTS[cloud].items():
        named = {one if isinstance(one, str) else one[0] for one in verdicts}
        named |= {"dns.dangling-cname", "dns.wildcard", "dns.msoid-absent"}
        named |= {"dns.spf-lookup-limit"} if fault == "spf-word" else set()
        for (check, subject), got in found.items():
            if subject == domain_of(fault) and got[0] == "fail" and check not in named:
                stray.append((fault, check, got))
    assert stray == []


def test_there_are_enough_faults():
    assert sum(1 for _ in expected()) >= 40
