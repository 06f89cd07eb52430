"""Reports over the marts as dbt builds them agree with the metrics of the semantic layer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from spark_jobs.batch.slices import last_days
from spark_jobs.batch_processing import make_report
from spark_jobs.session import build_session
from tests.dbt_project.kpis_by_hand import EVENTS, SOURCE
from tests.dbt_project.own_server import own_clickhouse
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.metrics.answers import ask
from warehouse.metrics.questions import Question

pytestmark = pytest.mark.long
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# Of the depot nobody buys: the rate of minutes is that of shops, so it is held to a shop's metric.
OF_STORES = {
    *("total_revenue", "transactions", "average_transaction_value", "units_sold", "gross_margin", "profit_margin"),
    *("markdown_rate", "other_income", "in_stock_rate", "known_loss"),
}


@pytest.fixture(scope="module")
def week() -> Iterator[WarehouseBuild]:
    """A week of a little retailer, landed and built."""
    with own_clickhouse() as settings:
        build = WarehouseBuild(settings)
        log = RawLog()
        land(build.client, [log.append(event) for event in EVENTS])
        build.dbt("build", *WITHOUT_TESTS)
        yield build


def test_reports_say_what_the_metrics_say(week: WarehouseBuild) -> None:
    """For each shop and day of the week, measure by measure; and the view shows the last run's rows."""
    spark = build_session("reports", week.settings)
    compared = 0
    for day in (date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 8)):
        made = make_report(spark, week.client, week.settings, SOURCE, day, lambda: datetime(2026, 2, 1, tzinfo=UTC))
        for row in made.rows:
            if row["report"] != "store_ranking" or row["measure"] not in OF_STORES or row["value"] is None:
                continue
            shop = {"source": [SOURCE], "store": [row["entity_id"]]}
            [said] = ask(week.client, Question([row["measure"]], where=shop, first=day, last=day)).records()
            assert float(row["value"]) == pytest.approx(float(said[row["measure"]] or 0), abs=1e-6), (day, row)
            compared += 1
        shown = week.rows(
            f"select count(), uniqExact(report) from reporting.batch_processing_results where business_date = '{day}'"
        )
        assert shown == [(len(made.rows), len({row["report"] for row in made.rows}))]
    spark.stop()
    assert compared > 20


def test_the_last_day_is_one_that_sold_and_is_over(week: WarehouseBuild) -> None:
    """Monday 12 has begun and nothing was sold on Sunday: the report is of Saturday."""
    assert last_days(week.client) == {SOURCE: date(2026, 1, 10)}
