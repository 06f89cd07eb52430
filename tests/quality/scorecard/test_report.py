"""What the scorecard says, and what it says when there is nothing to say."""

import pytest

from quality.scorecard.grading import Grade, NothingToGradeError, grade
from quality.scorecard.report import as_markdown, as_tables, compare, headlines, markdown_rows
from quality.scorecard.subjects import Subject, read_subjects
from tests.quality.scorecard.lab import PREFIX, Lab

ROW = {"part": "all", "measure": "units lost", "inferred": 11.0, "truth": 10, "relative_error": 0.1, "naive": None}
SUBJECT = Subject("lost_sales", "Lost sales", "Units.", "select 1")


def test_every_query_has_a_title_and_words() -> None:
    """Each SQL file of the folder is read, says what it compares, and asks for one source."""
    subjects = read_subjects()
    assert len(subjects) == 15
    assert all(subject.title and subject.about and "{source:String}" in subject.query for subject in subjects)
    assert ("truth", "lost_sales") in subjects[0].tables


def test_a_missing_table_is_said_in_words(lab: Lab) -> None:
    """The subject that needs it is not graded, the others are."""
    lab.history("2026-01-01", "2026-09-30")
    lab.client.command(f"DROP TABLE {PREFIX}kpi.mart_stockouts")
    assert f"for want of {PREFIX}kpi.mart_stockouts" in lab.grade("root_causes").missing
    assert lab.grade("lost_sales").missing == ""


def test_a_source_without_truth_is_a_sentence(lab: Lab) -> None:
    """A retailer's own data cannot be graded."""
    with pytest.raises(NothingToGradeError, match="There is no truth of 'online_retail'"):
        grade(lab.client, "online_retail", PREFIX)


def test_an_aim_is_met_or_missed() -> None:
    """An error of −10 % meets an aim of 10 %, one of 11 % does not."""
    rows = [ROW | {"relative_error": -0.1, "aim": 0.1}, ROW | {"relative_error": 0.11, "aim": 0.1}]
    page = as_markdown("demo", "2026-11-21", [Grade(SUBJECT, rows)])
    assert "| all | units lost | 11 | 10 | -10.0% | 10% met |\n" in page
    assert "| all | units lost | 11 | 10 | +11.0% | 10% missed |\n" in page


def test_what_is_not_graded_is_on_the_page() -> None:
    """A subject without rows gives its reason instead of a table."""
    grades = [Grade(SUBJECT, missing="Not graded, for want of a.b.")]
    assert "## Lost sales\n\nUnits.\n\nNot graded, for want of a.b.\n" in as_markdown("demo", "2026-11-21", grades)
    assert list(as_tables(grades)) == ["Lost sales: Not graded, for want of a.b."]


def test_worlds_stand_side_by_side() -> None:
    """The totals of each world in a column; a missed aim is marked, the naive rule in brackets."""
    grades = [Grade(SUBJECT, [ROW | {"aim": 0.05}, ROW | {"part": "cause: phantom", "aim": None}])]
    other = [Grade(SUBJECT, [ROW | {"naive": -0.5, "aim": None}])]
    table = markdown_rows(compare({"grocer": headlines(grades), "gifts": headlines(other)}))
    assert table == (
        "| subject | measure | grocer | gifts |\n| --- | --- | --: | --: |\n"
        "| Lost sales | units lost | +10.0% ✗ | +10.0% (naive -50.0%) |"
    )
