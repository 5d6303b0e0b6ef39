"""What the scan itself may see."""

from checks.administration.scan import scanner_permissions_granted
from scanner.evidence.envelope import Missing
from scanner.evidence.tenant import NeededPermission, SignedIn
from scanner.testing import run_check
from scanner.words import Reason


def verdict(*granted, mode="app", needed=("User.Read.All", "Domain.Read.All")):
    wanted = tuple(NeededPermission(name, ("tenant-users",)) for name in needed)
    (found,) = run_check(
        scanner_permissions_granted, SignedIn("app", "tenant", mode, granted, wanted)
    )
    return found.status, found.reason


def test_everything_granted_passes():
    assert verdict("User.Read.All", "Domain.Read.All") == ("pass", "all-granted")


def test_case_does_not_matter():
    assert verdict("user.read.all", "domain.read.all") == ("pass", "all-granted")


def test_a_broader_permission_is_enough():
    assert verdict("Directory.Read.All") == ("pass", "all-granted")
    assert verdict("User.ReadWrite.All", "Domain.Read.All") == ("pass", "all-granted")


def test_some_missing_warns_and_names_them():
    assert verdict("User.Read.All") == ("warn", "some-missing")


def test_none_granted_fails():
    assert verdict("Mail.Read") == ("fail", "none-granted")


def test_no_tenant_is_not_applicable():
    missing = {SignedIn: Missing(Reason.UNCONFIGURED, "no tenant is named")}
    (found,) = run_check(scanner_permissions_granted, missing=missing)
    assert found.status == "not-applicable"


def test_a_refused_sign_in_is_not_assessed():
    missing = {SignedIn: Missing(Reason.DENIED, "sign-in refused")}
    (found,) = run_check(scanner_permissions_granted, missing=missing)
    assert (found.status, found.reason) == ("not-assessed", "denied-sign-in")
