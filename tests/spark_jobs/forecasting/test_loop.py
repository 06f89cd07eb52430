"""The loop through warehouse and models: a retailer's months, features, train, predict, and what people read."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from contracts.settings import PROJECT, process_environment
from ingestion.simulation.faults import read_faults
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth
from tests.dbt_project.own_server import own_clickhouse
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild

DAYS = 260
FIRST = date(2025, 3, 3)
RUN = ("--exclude-resource-type", "unit_test")
PLANS = """
    SELECT store_id, product_id, toString(forecast_model), estimated_units_per_day, estimated_reorder_point_units
    FROM reporting.replenishment_list ORDER BY 1, 2"""


@dataclass
class Loop:
    """A warehouse and our programs over it."""

    build: WarehouseBuild

    def program(self, module: str, *arguments: str) -> str:
        """What a program prints; it has to end well."""
        command = [sys.executable, "-m", module, *arguments]
        environment = process_environment(self.build.settings)
        done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def after_ml(self) -> None:
        """Build and test everything that predictions reach."""
        self.build.dbt("build", "--selector", "after_ml", *RUN)

    def rows(self, query: str) -> list:
        """Of a query, as the reader."""
        return [tuple(row) for row in self.build.reader.query(query).result_rows]


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """A small chain of two stores, its nine months landed and modelled up to the features."""
    log = RawLog(partitions=4)
    run = Run("grocer", "tiny", 11, "shop", FIRST, read_faults("all"))
    days = simulate(run, FIRST + timedelta(days=DAYS - 1), Truth())
    landed = [log.append_payload(m.topic, m.value, m.key.decode(), seconds=0.001) for _, day in days for m in day]
    with own_clickhouse() as settings:
        build = WarehouseBuild(settings)
        land(build.client, landed)
        build.dbt("seed")
        build.dbt("run", "--selector", "before_ml")
        build.dbt("run", "--selector", "after_ml")
        yield Loop(build)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_the_loop_closes(loop: Loop) -> None:
    """Replenishment first goes by usual weekdays; after train and predict it names the released models, and their sums
    and scores are there to read.
    """
    before = loop.rows(PLANS)
    assert {row[2] for row in before} == {"usual weekdays"}

    said = loop.program("spark_jobs.ml_training", "train")
    assert "smooth" in said
    assert "x 28 days from" in loop.program("spark_jobs.predict_demand")
    loop.after_ml()
    after = loop.rows(PLANS)
    served = {model for (model,) in loop.rows("SELECT DISTINCT model FROM reporting.ml_releases WHERE is_serving")}
    named = {name for row in after for name in row[2].split(", ")} - {"usual weekdays"}
    assert named
    assert named <= served | {"young_weekday_mean", "young_category_level"}
    assert sum(one[3] != other[3] for one, other in zip(before, after, strict=True)) > len(before) / 3
    _forecasts_reach_replenishment(loop)
    _sums_are_sums(loop)

    [(last,)] = loop.rows("SELECT toString(max(made_date)) FROM reporting.predictions")
    past = str(date.fromisoformat(last) - timedelta(days=28))
    assert loop.rows("SELECT count() FROM reporting.ml_model_performance WHERE evaluation = 'live'") == [(0,)]
    loop.program("spark_jobs.predict_demand", "--as-of", past)
    loop.after_ml()
    _scores_are_those_of_the_lines(loop, past)
    reasons = loop.rows("SELECT serving_reason FROM reporting.ml_model_performance WHERE is_serving")
    assert reasons
    assert all(len(reason) > 20 for (reason,) in reasons)


def _forecasts_reach_replenishment(loop: Loop) -> None:
    """Demand expected of a place that supplies no other is the champion's word, added up."""
    wrong = loop.rows("""
        SELECT store_id, product_id, expected.cumulated_units[said.days], said.units
        FROM intermediate.int_demand_expected AS expected
        INNER JOIN (
            SELECT store_id, product_id, sum(predicted_units) AS units, count() AS days
            FROM ml.predictions FINAL
            INNER JOIN (
                SELECT store_id, max(date_key) AS last_day FROM intermediate.int_store_days_opened GROUP BY store_id
            ) AS places USING (store_id)
            WHERE target_date > last_day  -- the last day opened may not be over yet
            GROUP BY store_id, product_id
        ) AS said USING (store_id, product_id)
        WHERE expected.is_predicted AND store_id IN (SELECT store_id FROM core.dim_store WHERE store_type = 'store')
            AND abs(expected.cumulated_units[said.days] - said.units) > 0.01""")
    assert wrong == []


def _sums_are_sums(loop: Loop) -> None:
    """The whole, the stores and the categories are the lines added up."""
    [(lines, whole, stores, categories)] = loop.rows("""
        SELECT
            (SELECT sum(predicted_units) FROM ml.predictions FINAL),
            sumIf(predicted_units, store_id = '' AND category = ''),
            sumIf(predicted_units, store_id != '' AND category = ''),
            sumIf(predicted_units, store_id = '' AND category != '')
        FROM reporting.demand_forecasts""")
    assert whole == stores == categories
    assert float(whole) == pytest.approx(lines, rel=1e-5)


def _scores_are_those_of_the_lines(loop: Loop, past: str) -> None:
    """Each line that met its day counts in the live figures, and their errors are those of the lines."""
    [(lines, error)] = loop.rows(f"""
        SELECT count(), sum(abs(predicted_units - toFloat64(assumeNotNull(actual_units))))
        FROM core.fact_ml_predictions WHERE made_date = '{past}' AND is_over AND NOT is_demand_constrained""")
    [(observations, absolute)] = loop.rows(
        "SELECT sum(observations), sum(numerator) FROM reporting.ml_model_performance"
        " WHERE evaluation = 'live' AND measure = 'wape'"
    )
    assert lines > 500
    assert observations == lines
    assert absolute == pytest.approx(error)
