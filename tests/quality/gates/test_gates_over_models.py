"""Gates over the models as dbt builds them, by the program that Airflow and people start."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from contracts.settings import PROJECT, process_environment
from quality.check_gates import FAILS, HOLDS, UNCHECKED
from tests.dbt_project.kpis_by_hand import EVENTS, SOURCE
from tests.dbt_project.own_server import own_clickhouse
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild

pytestmark = pytest.mark.long
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
STATUS = (
    "select source, status, is_amber, reason != '', published_as_of = shown_as_of from reporting.publication_status"
)


@pytest.fixture(scope="module")
def week() -> Iterator[WarehouseBuild]:
    """A week of a little retailer, landed; nothing is built yet."""
    with own_clickhouse() as settings:
        build = WarehouseBuild(settings)
        log = RawLog()
        land(build.client, [log.append(event) for event in EVENTS])
        yield build


def _check(week: WarehouseBuild, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    environment = process_environment(week.settings.model_copy(update=settings))
    command = [sys.executable, "-m", "quality.check_gates", *arguments]
    return subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_what_cannot_be_checked_is_no_failure(week: WarehouseBuild) -> None:
    """Without models, and without a server, the code is another one, and a sentence says what to do."""
    unbuilt = _check(week, "reporting")
    assert (unbuilt.returncode, "Build them with ./retail dbt build." in unbuilt.stderr) == (UNCHECKED, True)
    nobody = _check(week, "raw", clickhouse_port=1)
    assert (nobody.returncode, "Start it with ./retail up" in nobody.stderr) == (UNCHECKED, True)


def test_the_gates_of_a_week_by_hand(week: WarehouseBuild) -> None:
    """Both gates hold, Data Docs ask nobody; a view astray turns the source amber, mended it is ok again."""
    week.dbt("build", *WITHOUT_TESTS)
    assert week.rows(STATUS) == [(SOURCE, "not checked", 1, False, True)]
    good = _check(week, "all", "--docs")
    assert good.returncode == HOLDS, good.stdout + good.stderr
    assert week.rows(STATUS) == [(SOURCE, "ok", 0, False, True)]
    for gate in ("raw", "reporting"):
        pages = list((week.settings.home / "quality" / gate).rglob("*.html"))
        assert len(pages) > 5
        first = (week.settings.home / "quality" / gate / "index.html").read_text()
        links = re.findall(r'href="(validations/[^"]+)"', first)
        assert links and all((week.settings.home / "quality" / gate / link).exists() for link in links)
        assert not [page for page in pages if 'src="http' in page.read_text() or '<link rel="stylesheet" href="http' in page.read_text()]  # fmt: skip  # noqa: E501

    astray = "ALTER TABLE kpi.mart_category_monthly UPDATE net_revenue = net_revenue + {} WHERE category = 'drinks'"
    week.client.command(astray.format(1), settings={"mutations_sync": 1})
    bad = _check(week, "reporting")
    assert (bad.returncode, "✗ critical" in bad.stdout) == (FAILS, True), bad.stdout + bad.stderr
    assert week.rows(STATUS) == [(SOURCE, "amber", 1, True, True)]
    [(failed,)] = week.rows("select groupUniqArray(suite) from monitoring.quality_checks where is_stopping")
    assert failed == ["reporting_totals"]

    week.client.command(astray.format(-1), settings={"mutations_sync": 1})
    assert _check(week, "reporting").returncode == HOLDS
    assert week.rows(STATUS) == [(SOURCE, "ok", 0, False, True)]
