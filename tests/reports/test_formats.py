"""Every format: complete, the same bytes twice, and nothing foreign is more than text in it."""

import csv
import dataclasses
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest
from jsonschema import Draft7Validator

from reports.markdown import LONGEST, fenced, plain
from reports.plan_rows import COLUMNS, OBJECT_COLUMNS
from reports.tables import inert, table
from reports.view import titled
from scanner.report import FormatError, ReportFormat
from scanner.words import Status
from tests.reports import samples
from tests.reports.rules import tool
from tests.scanning import parts
from tests.servers.parts import need

NAMES = [
    "csv",
    "docx",
    "html",
    "json",
    "junit",
    "markdown",
    "sarif",
    "xlsx",
    "planner",
    "jira",
    "ado",
]
SAMPLES = ["small", "hostile", "empty", "unassessed"]
FORMULA = re.compile(r"^[\s\0]*[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")


def rendered(name, sample, **more):
    return parts().formats[name].render(samples.order(getattr(samples, sample)(), **more))


def rows_of(data):
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_format_renders_every_run_the_same_way_twice(name, sample, language):
    first = rendered(name, sample, language=language)
    assert first == rendered(name, sample, language=language)
    assert parts().formats[name].filename in first
    assert all(re.fullmatch(r"(affected/)?[a-z0-9.-]+", one) for one in first)


@pytest.mark.parametrize("name", ["csv", "planner", "jira", "ado"])
def test_no_cell_of_a_csv_is_computed(name):
    for data in rendered(name, "hostile").values():
        for row in rows_of(data):
            for cell in row:
                assert not FORMULA.match(cell), cell
                assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", cell)


def test_csv_has_a_row_for_each_item_and_each_object():
    files = rendered("csv", "small")
    result, _ = samples.small()
    plan, objects = rows_of(files["plan.csv"]), rows_of(files["objects.csv"])
    assert tuple(plan[0]) == COLUMNS
    assert [row[0] for row in plan[1:]] == [one.id.removeprefix("efp1:")[:8] for one in result.plan]
    assert tuple(objects[0]) == OBJECT_COLUMNS
    assert sum(row[1] == "sample.check-1" for row in objects) == 60


def test_numbers_stay_numbers_and_text_is_neutralised():
    rows = rows_of(table([["=1", "-1", -1, 2.5, None, " =x", "a=b", "\x00=x"]]))
    assert rows == [["'=1", "'-1", "-1", "2.5", "", "' =x", "a=b", "'\ufffd=x"]]
    assert inert("\uff1dx") == "'\uff1dx"


def test_the_workbook_holds_no_formula_and_reads_back():
    openpyxl = pytest.importorskip("openpyxl")
    for sample in ("small", "hostile"):
        data = rendered("xlsx", sample)["plan.xlsx"]
        book = openpyxl.load_workbook(io.BytesIO(data))
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds
        assert not any(
            cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row
        )
    sheet = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", "small")["plan.xlsx"])).worksheets[0]
    head = [cell.value for cell in sheet[1]]
    assert {"id", "assignee", "due", "status", "note"} <= set(head)
    assert sheet.freeze_panes == "C2"
    due = sheet.cell(2, head.index("due") + 1)
    assert due.is_date
    lists = [one.formula1 for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert lists == ['"open,in-progress,done,accepted"']


def test_another_spreadsheet_reads_the_workbook(tmp_path):
    import shutil  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    if not shutil.which("soffice"):
        pytest.skip("soffice is not installed")
    (tmp_path / "plan.xlsx").write_bytes(rendered("xlsx", "hostile")["plan.xlsx"])
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "csv", "plan.xlsx"], cwd=tmp_path, check=True
    )
    assert "evil.example" in (tmp_path / "plan.csv").read_text(encoding="utf-8")


def test_markdown_is_inert():
    text = rendered("markdown", "hostile")["report.md"].decode()
    outside = re.sub(r"^(`{3,})\n.*?\n\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    unescaped = re.sub(r"\\.", "", outside)
    assert not re.search(r"<(?!https://)", unescaped)
    assert "](" not in unescaped
    assert "\u202e" not in text
    assert len(text) <= LONGEST * 1.5


def test_markdown_says_how_much_it_leaves_out():
    order = samples.order(samples.big(findings=200, objects=400, largest=10))
    text = parts().formats["markdown"].render(order)["report.md"].decode()
    assert len(text) < 80_000
    assert "more items are in the full report" in text


def test_a_name_is_one_escaped_line():
    assert plain("a|b\n# c `d` <e> @f [g](h)") == r"a\|b \# c \`d\` \<e\> \@f \[g\]\(h\)"


def test_a_command_cannot_end_its_fence():
    assert fenced("a ```` b").startswith("`````\n")


def doubled():
    """Packages named like their topics, and two findings about one subject in one item."""
    result, rows = samples.small()
    item = next(one for one in result.plan if one.status is Status.FAIL)
    found = next(one for one in result.findings if one.id == item.findings[0])
    other = dataclasses.replace(found, id="efp1:0123456789abcdef")
    plan = [dataclasses.replace(item, findings=[found.id, other.id])]
    checks = [dataclasses.replace(one, package=str(one.topic)) for one in result.checks]
    findings = [*result.findings, other]
    return dataclasses.replace(result, plan=plan, findings=findings, checks=checks), rows


@pytest.mark.parametrize("name", ["small", "hostile", "empty", "unassessed", "doubled"])
def test_sarif_follows_its_schema(name):
    """The schema of OASIS as Microsoft packs it for its own tests (errata of 2.1.0, rtm.5)."""
    schema = tool("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")
    checker = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    made = doubled() if name == "doubled" else getattr(samples, name)()
    log = json.loads(parts().formats["sarif"].render(samples.order(made))["report.sarif"])
    assert [one.message for one in checker.iter_errors(log)] == []


def test_sarif_has_one_result_for_each_item_with_rules_and_fingerprints():
    log = json.loads(rendered("sarif", "small")["report.sarif"])
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert len(run["results"]) == 3
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["partialFingerprints"]["primaryLocationLineHash"].endswith(":1")
        assert one["level"] in ("error", "warning", "note")
        assert one["kind"] == "fail"
        assert one["baselineState"] in ("new", "unchanged", "updated", "absent")
    assert max(one["occurrenceCount"] for one in run["results"]) == 60
    (fault,) = run["invocations"][0]["toolExecutionNotifications"]
    assert fault["associatedRule"]["id"] == "sample.check-6"


def test_junit_counts_what_it_says():
    result, _ = samples.small()
    root = ET.fromstring(rendered("junit", "small")["report.xml"])  # our own bytes
    cases = root.findall("testsuite/testcase")
    assert len(cases) == len(result.findings)
    for suite in root:
        for tag, number in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert len(suite.findall(f"testcase/{tag}")) == int(suite.get(number))
    counted = sum(one.status is Status.FAIL for one in result.findings)
    assert len(root.findall(".//failure")) == counted


def test_xml_parts_of_hostile_runs_parse():
    ET.fromstring(rendered("junit", "hostile")["report.xml"])
    with zipfile.ZipFile(io.BytesIO(rendered("docx", "hostile")["report.docx"])) as file:
        text = file.read("word/document.xml")
        ET.fromstring(text)
    assert b"evil.example" in text
    assert b"w:hyperlink" not in text
    assert b"instrText" not in text


def test_docx_holds_the_plan_in_words():
    docx = pytest.importorskip("docx")
    document = docx.Document(io.BytesIO(rendered("docx", "small")["report.docx"]))
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    result, _ = samples.small()
    assert {titled(one) for one in result.plan} <= set(headings)


def test_boards_get_their_columns_and_no_more_rows_than_they_take():
    ado = rows_of(rendered("ado", "small")["plan-ado.csv"])
    assert ado[0][:2] == ["Work Item Type", "Title"]
    assert {row[0] for row in ado[1:]} == {"Task"}
    jira = rows_of(rendered("jira", "hostile")["plan-jira.csv"])
    assert jira[0][0] == "Summary"
    assert not any(set("{}[]") & set(cell) for row in jira for cell in row)
    planner = rows_of(rendered("planner", "small")["plan-planner.csv"])
    assert planner[0][0] == "Task name"
    order = samples.order(samples.big(findings=1_500, objects=1_500, largest=1))
    files = parts().formats["ado"].render(order)
    assert sorted(files) == ["plan-ado-2.csv", "plan-ado.csv"]
    assert [len(rows_of(files[one])) for one in sorted(files)] == [501, 1001]


def test_descriptions_of_work_items_are_escaped():
    for row in rows_of(rendered("ado", "hostile")["plan-ado.csv"]):
        assert "<img" not in row[4]
        assert "<script" not in row[4]


def test_a_format_without_its_library_is_refused_before_anything_is_done():
    missing = ReportFormat("odd", "odd", lambda order: {}, module="no_such_library", extra="odd")
    with pytest.raises(FormatError, match=r"pip install 'emsready\[odd\]'"):
        missing.refuse_without_library()


def test_a_browser_prints_the_report():
    need("chromium")
    data = rendered("pdf", "small")["report.pdf"]
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 2
    rows = rendered("pdf-rows", "small")["report-rows.pdf"]
    assert len(rows) > len(data)


def test_without_a_browser_the_message_says_how_to_print(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(FormatError, match="print it to a file"):
        rendered("pdf", "small")
