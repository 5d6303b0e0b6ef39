"""What is seen from inside and from outside, each by itself and put together."""

from scanner.evidence import federation as at
from scanner.evidence.federation import Vantage
from scanner.lab.https import Page
from scanner.lab.lab import toml
from scanner.scan import Options, rejudge
from scanner.select import Selection
from tests.checks.federation.samples import closed, face, metadata, said, service
from tests.scanning import parts, scan_text
from tests.sources.federation.farms import DOMAIN, HOST, LOGIN, Farm
from tests.sources.federation.test_end_to_end import PACKAGE
from tests.sources.federation.test_end_to_end import said as verdicts_of


def test_of_one_view_the_later_counts_and_of_two_both():
    old = service(face(answers=[said(at.PASSIVE, 503)]), domains=("a.com",), adfs=None)
    new = service(face(answers=[said(at.PASSIVE)]), domains=("b.com",))
    inside = service(face(Vantage.INSIDE))
    assert [one.answer(at.PASSIVE).status for one in old.joined(new).faces] == [200]
    assert len(old.joined(inside).faces) == 2
    assert (old.joined(new).domains, old.joined(new).adfs) == (("a.com", "b.com"), True)


def test_the_document_that_is_there_and_the_view_that_is_public():
    inside = metadata(vantage=Vantage.INSIDE, public=False)
    outside = closed()
    for both in (inside.joined(outside), outside.joined(inside)):
        assert both.accepted
        assert both.outside.status == 404


def test_two_scans_put_together_say_more_than_either(tmp_path):
    farm = Farm(tmp_path)
    inner = {
        **farm.pages,
        **{
            path: Page(401, headers=(("WWW-Authenticate", "Negotiate"),))
            for path in (at.WINDOWS_2005, at.WINDOWS_13)
        },
        **{
            path: Page(405)
            for path in (at.USERNAME_2005, at.USERNAME_13, at.CERTIFICATE_2005, at.CERTIFICATE_13)
        },
    }
    folders = []
    with farm.login() as login, farm.serve(inner) as server, farm.serve() as proxy:
        for name, at_work in (("inside", server), ("outside", proxy)):
            (tmp_path / name).mkdir()
            text = toml(
                {
                    "domains": {"names": [DOMAIN]},
                    "scope": {"workloads": ["hybrid-join"]},
                    "tenant": {"endpoints": {"login": f"https://{LOGIN}"}},
                    "network": {
                        "vantage": name,
                        "connect": {f"{LOGIN}:443": login.address, f"{HOST}:443": at_work.address},
                    },
                    "trust": {"ca_file": str(tmp_path / "roots.pem")},
                }
            )
            scan_text(text, tmp_path / name, only=PACKAGE)
            folders += (tmp_path / name / "run").rglob("evidence")
    options = Options(Selection(PACKAGE), ())
    found = verdicts_of(rejudge(folders, parts(), options, tmp_path / "again"))
    assert found["hybrid-join-endpoints"] == {("pass", "open")}
    assert found["ws-trust-not-exposed"] == {("pass", "closed")}
    assert found["metadata-published"] == {("pass", "readable")}
