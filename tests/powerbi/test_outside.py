"""Microsoft's own tools read the project, and say so when it is broken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.settings import PROJECT
from powerbi.checks.project import Project
from powerbi.outside import microsoft

FOLDER = PROJECT / ".retail" / "powerbi"
pytestmark = pytest.mark.skipif(
    not (microsoft.can_run() and microsoft.is_installed(FOLDER)),
    reason="Microsoft's validators are not installed: run ./retail powerbi check once, with Node.js",
)
VISUALS = "RetailInventory.Report/definition/pages/executive_overview/visuals"
TABLES = "RetailInventory.SemanticModel/definition/tables"


def test_microsoft_accepts_the_report_and_reads_the_queries() -> None:
    """No error and no warning; every M expression parses."""
    assert microsoft.report_faults(Project(), FOLDER) == []
    assert microsoft.query_faults(Project(), FOLDER) == []


def test_microsoft_rejects_an_unknown_kind_of_visual(copy: Callable[[], Path]) -> None:
    """A visual of a kind that Power BI has not is named."""
    folder = copy()
    _replace(folder / VISUALS / "stores" / "visual.json", '"tableEx"', '"tableau"')
    assert any("tableau" in one for one in microsoft.report_faults(Project(folder), FOLDER))


def test_microsoft_rejects_a_broken_query(copy: Callable[[], Path]) -> None:
    """A query without `in` does not parse."""
    folder = copy()
    _replace(folder / TABLES / "places.tmdl", "\t\t\t\tin\n", "")
    assert any(
        one.startswith("Partition places does not parse") for one in microsoft.query_faults(Project(folder), FOLDER)
    )


def _replace(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
