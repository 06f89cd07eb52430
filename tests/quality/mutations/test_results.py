"""Verdicts are kept, survivors listed, reasons found; a plan is always the same."""

from pathlib import Path

import pytest

from contracts.problems import Problem
from quality.mutations.equivalents import Reasoned, reason_for, reasons
from quality.mutations.mistakes import mutants_of
from quality.mutations.plan import Planned, planned
from quality.mutations.report import Judged, as_markdown, survivors, unproven
from quality.mutations.results import Results
from quality.mutations.verdicts import DATA, NOT_RUNNABLE, SURVIVED, UNIT, Verdict

SQL = "select sum(a) from b left join c using (x)"
SUM, JOIN = sorted(mutants_of("m", SQL), key=lambda one: one.mistake)


def _planned(own: str, shared: str) -> Planned:
    return Planned(SUM, "core", own, shared)


def test_a_verdict_is_kept_while_nothing_changes(tmp_path: Path) -> None:
    """It is read back by the next run, and not once its SQL, its own tests or the shared judges are others."""
    kept = Results(tmp_path / "new" / "verdicts.jsonl")
    kept.keep(_planned("sql", "worlds"), Verdict(SURVIVED, "changes m"))
    again = Results(tmp_path / "new" / "verdicts.jsonl")
    assert again.of(_planned("sql", "worlds")) == Verdict(SURVIVED, "changes m")
    assert again.of(_planned("other sql", "worlds")) is None
    assert again.of(_planned("sql", "other worlds")) is None


def test_what_a_unit_test_found_does_not_hang_on_the_worlds(tmp_path: Path) -> None:
    """Only its own judges count."""
    kept = Results(tmp_path / "verdicts.jsonl")
    kept.keep(_planned("sql", "worlds"), Verdict(UNIT, "a_test"))
    assert kept.of(_planned("sql", "other worlds")) == Verdict(UNIT, "a_test")


def test_what_was_found_stays_found_if_one_asks_for_survivors(tmp_path: Path) -> None:
    """Whatever has changed in the judges; what survived is judged again."""
    kept = Results(tmp_path / "verdicts.jsonl")
    kept.keep(_planned("sql", "worlds"), Verdict(DATA, "a_test"))
    again = Results(tmp_path / "verdicts.jsonl")
    assert again.found_before(_planned("other tests", "other worlds")) == Verdict(DATA, "a_test")
    kept.keep(_planned("other tests", "worlds"), Verdict(SURVIVED))
    assert kept.found_before(_planned("sql", "worlds")) is None


def test_the_later_verdict_counts_and_all_can_be_forgotten(tmp_path: Path) -> None:
    """Of two on one mistake."""
    kept = Results(tmp_path / "verdicts.jsonl")
    for verdict in (Verdict(SURVIVED), Verdict(UNIT, "t")):
        kept.keep(_planned("sql", "worlds"), verdict)
    assert Results(tmp_path / "verdicts.jsonl").of(_planned("sql", "worlds")) == Verdict(UNIT, "t")
    kept.forget()
    assert Results(tmp_path / "verdicts.jsonl").of(_planned("sql", "worlds")) is None


def test_a_reason_fits_its_line_only() -> None:
    """By model and line; `*` stands for anything, brackets for themselves."""
    reason = Reasoned(model="m", was="*left join c using (x)", reason="c has every x", mistake="join side")
    assert reason_for(JOIN, [reason]) == "c has every x"
    assert reason_for(SUM, [reason]) == ""
    bracket = mutants_of("m", "select a[1] - b")[0]
    assert reason_for(bracket, [Reasoned(model="*", was="select a[1] - b", reason="r")]) == "r"


def test_survivors_are_listed_unless_a_reason_is_known() -> None:
    """A survivor without a reason stands in the list and in the page, with its line."""
    judged = [
        Judged(SUM, "core", Verdict(SURVIVED, "changes no row"), ""),
        Judged(JOIN, "core", Verdict(SURVIVED, "changes no row"), "c has every x"),
    ]
    assert [one.mutant for one in survivors(judged)] == [SUM]
    page = as_markdown(judged)
    assert "- m:1 [aggregate] `select sum(a) from b left join c using (x)`" in page
    assert "(c has every x)" in page
    assert "| all | 2 |  |  |  |  |  |  | 1 | 1 |" in page


def test_a_join_that_no_mistake_reaches_is_named() -> None:
    """What ClickHouse refuses proves nothing."""
    refused = Judged(JOIN, "core", Verdict(NOT_RUNNABLE))
    assert unproven([refused]) == ["m:1"]
    assert unproven([refused, Judged(SUM, "core", Verdict(UNIT))]) == []


def test_a_plan_is_of_the_models_named() -> None:
    """In order of the text; every second, or a sample, is part of it; an unknown model is explained."""
    whole = planned(["mart_returns", "fact_sales"])
    assert {one.mutant.model for one in whole} == {"mart_returns", "fact_sales"}
    assert whole[0].layer == "core"
    assert planned(["mart_returns", "fact_sales"], every=2) == whole[::2]
    assert 3 <= len(planned(["mart_returns", "fact_sales"], sample=3)) <= 6
    with pytest.raises(Problem, match="no_such_model"):
        planned(["no_such_model"])


def test_every_reason_is_stated_and_needed_by_a_line_that_exists() -> None:
    """Each entry of the list fits a mistake that can be made today."""
    possible = [one.mutant for one in planned([], thorough=True)]
    stale = [entry for entry in reasons() if not any(entry.fits(mutant) for mutant in possible)]
    assert stale == []
    assert [entry for entry in reasons() if len(entry.reason) < 15] == []
