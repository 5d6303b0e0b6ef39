"""No English sentence is left in a Chinese report: not where everything failed, either."""

import pytest

from reports.html import HTML
from scanner.api import Missing, Reason, said
from scanner.assess import Options, assess
from scanner.evidence.envelope import kinds
from scanner.evidence.scope import Plans, Scope
from scanner.registry import sentences
from scanner.testing import evidence_of
from scanner.translate import translate
from tests.reports import samples
from tests.reports.english import in_markdown, in_page, sentences_in
from tests.scanning import parts, scan_text

CLOSED = "127.0.0.1:9"

NOTHING_ANSWERS = f"""
[customer]
name = "Contoso"
[tenant]
domain = "contoso.com"
[tenant.endpoints]
login = "https://{CLOSED}"
graph = "https://{CLOSED}"
[tenant.auth]
method = "secret"
client_id = "11111111-2222-4333-8444-555555555555"
[domains]
names = ["contoso.com"]
sign_in = {{ "contoso.com" = "federated" }}
[dns]
external = ["{CLOSED}"]
internal = ["{CLOSED}"]
forests = ["corp.contoso.local"]
timeout = 1
[[hosts]]
name = "sts.contoso.com"
role = "adfs"
connect = "{CLOSED}"
[network]
roles = ["client"]
vantage = "Berlin"
timeout = 1
[directory]
files = ["users.ldif"]
"""


def chinese(run):
    said_in_chinese = translate(run, "zh-CN", sentences("zh-CN"))
    return HTML.render(samples.order((said_in_chinese, {}), language="zh-CN"))["report.html"]


def test_where_nothing_answers(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSREADY_CLIENT_SECRET", "none")
    (tmp_path / "users.ldif").write_text("no export at all", encoding="utf-8")
    only = ("administration", "dns", "federation", "certificates", "directory_sync")
    run = scan_text(NOTHING_ANSWERS, tmp_path, only=only)
    assert sum(one.status == "not-assessed" for one in run.findings) > 100
    assert translate(run, "zh-CN", sentences("zh-CN")).untranslated == []
    found = in_page(chinese(run).decode())
    assert [one for one in found if "forest, sync-plan" not in one] == []


@pytest.mark.parametrize("reason", list(Reason))
def test_where_no_evidence_could_be_had(reason, tmp_path):
    """Every kind is missing for that reason, with the detail of a source."""
    why = Missing(reason, said("{address}: no answer in time", address="sts.contoso.com"))
    missing = {one.type: why for one in kinds() if one.name not in ("header", "scope", "decisions")}
    scope = Scope(Plans(workloads=("intune",), platforms=("windows", "ios"), identity="hybrid"))
    evidence = evidence_of(scope, missing=missing)
    run = assess(evidence, parts(), Options(), lambda *_: None, tmp_path)
    told = translate(run, "zh-CN", sentences("zh-CN"))
    assert told.untranslated == []
    texts = [one.message.text for one in told.findings]
    texts += [step.text for item in told.plan for step in item.steps]
    texts += [item.title for item in told.plan] + [one.detail for one in told.coverage]
    assert sorted({one for text in texts for one in sentences_in(text)}) == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>The door is shut.</p>", ["The door is shut"]),
        ("<p lang=en>here stands English still</p>", ["here stands English still"]),
        ("<p>\u95e8 Defender for Endpoint \u4e0e Skype for Business</p>", []),
        ("<p>see <code>the door is shut</code> and `emsready judge it now`</p>", []),
        ("<p>run emsready directory check now</p>", []),
        ("<p class=portal>go there and press it</p>", []),
        ("<p>dns-alias, dns-apex, tenant-users</p>", []),
        ("<br><p>a<br>door is shut</p>", ["door is shut"]),
        ("<td>CN=the door,OU=that is,DC=shut</td>", []),
    ],
)
def test_what_counts_as_a_sentence(page, found):
    assert in_page(page) == found


def test_markdown_is_listed_without_code():
    page = "## the door is\n\n```\nget the door shut\n```\n1. \u5f00 Admin > that is it\n"
    assert in_markdown(page) == ["the door is"]
