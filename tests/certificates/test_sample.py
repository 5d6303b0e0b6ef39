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
        (check, host): reason
        for check in ("in-validity", "hostname-covered", "publicly-trusted", "tls-versions")
        for host, (status, reason) in verdicts(result, f"certificates.{check}").items()
        if status in ("fail", "warn")
    }
    assert said == {
        ("in-validity", "ndes.contoso.com:443"): "expired",
        ("hostname-covered", "vpn.contoso.com:443"): "other-names",
        ("publicly-trusted", "sts.contoso.com:443"): "unknown-issuer",
        ("publicly-trusted", "portal.contoso.com:443"): "self-signed",
        ("tls-versions", "mail.contoso.com:443"): "old-versions",
    }


def test_the_repaired_organisation_passes(tmp_path):
    result = scanned(tmp_path, healthy=True)
    assert {str(one.status) for one in result.findings} <= {"pass", "not-applicable"}
