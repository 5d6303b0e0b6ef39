"""The services of the sample organisation, end to end."""

from scanner.config import read_config
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from scanner.scan import Options, scan
from scanner.select import Selection
from tests.scanning import parts, verdicts


def scanned(folder, *, healthy):
    options = Options(Selection(("certificates",)), ())
    with Lab(Organisation(healthy=healthy), folder) as lab:
        return scan(read_config(lab.config), parts(), options, folder / "run")


def test_each_fault_of_the_troubled_organisation_is_told_apart(tmp_path):
    result = scanned(tmp_path, healthy=False)
    said = {
        (one.check.partition(".")[2], one.subject.name): one.reason
        for one in result.findings
        if one.status in ("fail", "warn")
    }
    assert said == {
        ("chain-complete", "apps.contoso.com:443"): "intermediate-missing",
        ("crl-publication", "pki.contoso.com"): "expired",
        ("hostname-covered", "autodiscover.contoso.com:443"): "other-names",
        ("tls-versions", "autodiscover.contoso.com:443"): "old-versions",
        ("hostname-covered", "enterpriseregistration.contoso.com:443"): "other-names",
        ("hostname-covered", "vpn.contoso.com:443"): "other-names",
        ("in-validity", "ndes.contoso.com:443"): "expired",
        ("publicly-trusted", "portal.contoso.com:443"): "self-signed",
        ("strict-transport-security", "sts.contoso.com:443"): "absent",
        ("tls-versions", "mail.contoso.com:443"): "old-versions",
    }
    assert verdicts(result, "certificates.not-revoked")["mail.contoso.com:443"] == ("pass", "good")


def test_the_repaired_organisation_passes(tmp_path):
    result = scanned(tmp_path, healthy=True)
    rest = [one for one in result.findings if one.status not in ("pass", "not-applicable")]
    assert {(one.check.partition(".")[2], one.reason) for one in rest} == {
        ("not-revoked", "unsupported-no-way"),
        ("path-not-intercepted", "missing-unsupported"),
        ("strict-transport-security", "absent"),
    }
