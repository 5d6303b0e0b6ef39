"""No clause of the customer's responsibilities is silently absent."""

import json
from pathlib import Path

from reports.clauses import clauses_of
from scanner.clauses import CLAUSES, SeenBy, clause_named
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from tests.scanning import parts, scan_text

CHECKS = parts().catalogue.checks


def serving(clause):
    return [one for one in CHECKS if clause in one.clause]


def test_the_list_is_the_whole_page():
    groups = {"G": 21, "I": 2, "A": 6, "R": 2, "E": 7}
    assert [one.id for one in CLAUSES] == [
        f"{group}{number}" for group, size in groups.items() for number in range(1, size + 1)
    ]


def test_every_check_names_clauses_that_exist():
    named = {(one.id, clause) for one in CHECKS for clause in one.clause}
    assert [pair for pair in sorted(named) if clause_named(pair[1]) is None] == []
    assert [one.id for one in CHECKS if not one.clause] == []


def test_what_people_are_to_answer_is_asked():
    asked = [one for one in CLAUSES if one.seen_by == (SeenBy.ANSWER,)]
    silent = [one.id for one in asked if not any(check.question for check in serving(one.id))]
    assert silent == []


AWAITED = {"G21"}
"""Clauses whose checks are under way."""


def test_no_clause_is_silently_absent():
    unseen = {
        one.id for one in CLAUSES if not serving(one.id) and SeenBy.PRODUCT not in one.seen_by
    }
    assert unseen <= AWAITED


def test_what_the_product_serves_says_by_what():
    assert [one.id for one in CLAUSES if (SeenBy.PRODUCT in one.seen_by) != bool(one.served)] == []


def test_the_english_report_uses_the_same_words():
    words = json.loads(Path("reports/locale/en.json").read_text(encoding="utf-8"))
    assert {one.id: one.text for one in CLAUSES} == {
        key.removeprefix("clause."): text
        for key, text in words.items()
        if key.startswith("clause.")
    }


def test_a_run_without_any_answer_still_has_every_clause_with_a_state(tmp_path):
    result = scan_text("", tmp_path, only=["responsibilities"])
    states = {one.id: one.state for one in clauses_of(result)}
    assert list(states) == [one.id for one in CLAUSES]
    assert {states[f"G{number}"] for number in (1, 2, 3, 4, 6, 12, 13)} == {"asked"}
    served = [one.id for one in CLAUSES if SeenBy.PRODUCT in one.seen_by]
    assert "uncovered" not in {states[name] for name in served}


def test_the_repaired_organisation_has_answered_everything(tmp_path):
    with Lab(Organisation(healthy=True), tmp_path) as lab:
        result = scan_text(
            lab.config.read_text(encoding="utf-8"), tmp_path, only=["responsibilities"]
        )
    assert {str(one.status) for one in result.findings} == {"pass", "not-applicable"}
    assert "asked" not in {one.state for one in clauses_of(result)}
