"""What the pages tell people to ask can be asked: SQL runs as the user who may only read, KPIs have these names."""

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from contracts.settings import PROJECT
from tests.dbt_project.kpis_by_hand import SOURCE
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.metrics.answers import ask
from warehouse.metrics.questions import Question

PAGES = sorted(path for path in (PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")) if path.name != "kpis.md")
BLOCK = re.compile(r"^ *```sql\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
CALL = re.compile(r'\./retail sql (?:--\S+ \S+ )?"([^"]+)"')
KPI = re.compile(r"\./retail kpi ([a-z][^`\n|]*)")


def _queries(page: Path) -> list[str]:
    """Without those over databases of a developer's own."""
    text = page.read_text(encoding="utf-8")
    return [query for query in (*BLOCK.findall(text), *CALL.findall(text)) if "dev_ana_" not in query]


def _asked(call: str) -> Question:
    """The metrics and dimensions of a call of `./retail kpi`."""
    words = shlex.split(call)
    names = [word for word, before in zip(words, ["", *words], strict=False) if "--" not in word + before]
    by = words[words.index("--by") + 1].split(",") if "--by" in words else []
    return Question(names, by, {"source": [SOURCE]}, date(2026, 1, 5), date(2026, 1, 11))


@pytest.mark.parametrize("page", [page for page in PAGES if _queries(page)], ids=lambda page: page.name)
def test_queries_run(week: WarehouseBuild, page: Path) -> None:
    """Each is answered, over the week on paper."""
    for query in _queries(page):
        week.reader.query(query)


@pytest.mark.parametrize("page", [page for page in PAGES if KPI.search(page.read_text())], ids=lambda page: page.name)
def test_kpis_are_known(week: WarehouseBuild, page: Path) -> None:
    """Each name is a metric's, and is known by what it is split by."""
    for call in KPI.findall(page.read_text(encoding="utf-8")):
        assert ask(week.client, _asked(call)).columns


def test_calls_are_read() -> None:
    """Names stand before the first option, or after the value of one."""
    question = _asked("in_stock_rate waste_rate --by store,week --compare last_year")
    assert (question.metrics, question.by) == (["in_stock_rate", "waste_rate"], ["store", "week"])
