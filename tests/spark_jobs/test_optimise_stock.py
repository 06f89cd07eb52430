"""The contest on a warehouse's own demand: advice for what can be ordered, once per day, and out into a file."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from contracts.policy_file import read_policy_file
from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import ML_MODEL_RESULTS, RECOMMENDATIONS
from spark_jobs import export_policies, optimise_stock
from spark_jobs.stock_policies import supply
from warehouse.client import connect

SOURCE = "advised"
DAYS = 280
OPTIONS = Namespace(source=SOURCE, origins=1, trees=False)
_DEMAND = f"""
CREATE TABLE batch.demand_of_test ENGINE = MergeTree ORDER BY tuple() AS
SELECT
    '{SOURCE}' AS source, 'S' || toString(1 + number % 2) AS store_id,
    'P' || toString(intDiv(number, 2) % 20) AS product_id,
    addDays(toDate32('2025-06-01'), intDiv(number, 40)) AS date_key,
    toNullable(toFloat64((number * 7919) % 5)) AS estimated_units, true AS is_offered, true AS is_known,
    'one' AS category
FROM numbers({DAYS} * 40)
"""
_TERMS = f"""
CREATE TABLE batch.terms_of_test ENGINE = MergeTree ORDER BY tuple() AS
SELECT
    '{SOURCE}' AS source, 'S' || toString(1 + number % 2) AS store_id, 'P' || toString(intDiv(number, 2)) AS product_id,
    'V1' AS supply_source_id, 'one' AS category, 3. AS lead_time_days, 0.5 AS lead_time_deviation_days,
    arrayMap(day -> toUInt8(day), [1, 2, 3, 4, 5, 6, 7]) AS order_weekdays, 1. AS pack_units, 0. AS minimum_order_units,
    0. AS minimum_order_value,
    1. AS minimum_presentation_units, toNullable(40.) AS shelf_capacity_units,
    cast(NULL AS Nullable(Int32)) AS shelf_life_days, toNullable(4.) AS unit_cost,
    if(product_id = 'P1', NULL, 2.) AS lost_unit_cost, toNullable(0.003) AS holding_cost_per_day,
    product_id != 'P0' AS is_orderable
FROM numbers(40)
"""


@pytest.fixture
def client(running_stack: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A warehouse with features of 20 products in two stores."""
    client = connect(running_stack)
    client.command("CREATE DATABASE IF NOT EXISTS batch")
    for name, table in {"demand_of_test": _DEMAND, "terms_of_test": _TERMS}.items():
        client.command(f"DROP TABLE IF EXISTS batch.{name} SYNC")
        client.command(table)
    monkeypatch.setattr(supply, "DEMAND", "batch.demand_of_test")
    monkeypatch.setattr(supply, "TERMS", "batch.terms_of_test")
    yield client
    for table in ("batch.demand_of_test", "batch.terms_of_test"):
        client.command(f"DROP TABLE {table} SYNC")
    for table in (RECOMMENDATIONS, ML_MODEL_RESULTS):
        client.command(f"DELETE FROM {table} WHERE source = '{SOURCE}'")


def _rows(client: Client) -> list[tuple]:
    query = f"""
        SELECT store_id, product_id, made_date, reorder_point_units, order_up_to_units, policy, driver
        FROM {RECOMMENDATIONS} FINAL WHERE source = '{SOURCE}' ORDER BY store_id, product_id
    """
    return client.query(query).result_rows


def test_advice_is_written_once_per_day_and_pair(running_stack: Settings, client: Client) -> None:
    """All but P0, which nobody can order, and P1, whose margin nobody knows: 36 rows, the same after a second run."""
    optimise_stock._of_warehouse(OPTIONS, running_stack, lambda _text: None)
    first = _rows(client)
    optimise_stock._of_warehouse(OPTIONS, running_stack, lambda _text: None)
    assert len(first) == 36
    assert _rows(client) == first
    assert {str(row[2]) for row in first} == {"2026-03-07"}
    assert {row[1] for row in first}.isdisjoint({"P0", "P1"})
    assert all(1 <= row[3] <= row[4] <= 40 + 4 * 2 for row in first)
    results = client.query(f"SELECT DISTINCT task, model FROM {ML_MODEL_RESULTS} WHERE source = '{SOURCE}'").result_rows
    assert ("stock policy", "released") in results


def test_advice_goes_into_a_file(
    running_stack: Settings, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last day's levels, to count from the day after."""
    monkeypatch.setattr(export_policies, "load_settings", lambda: running_stack)
    optimise_stock._of_warehouse(OPTIONS, running_stack, lambda _text: None)
    assert export_policies.main([str(tmp_path / "levels.csv"), "--source", SOURCE]) == 0
    levels = read_policy_file(tmp_path / "levels.csv")
    assert [(level.store_id, level.product_id, level.order_up_to) for level in levels] == [
        (row[0], row[1], float(row[4])) for row in _rows(client)
    ]
    assert {str(level.from_date) for level in levels} == {"2026-03-08"}
    later = ["--source", SOURCE, "--from-date", "2026-03-20"]
    assert export_policies.main([str(tmp_path / "levels.csv"), *later]) == 0
    assert {str(level.from_date) for level in read_policy_file(tmp_path / "levels.csv")} == {"2026-03-20"}


def test_a_source_that_is_not_there_is_named(client: Client) -> None:
    """The sentence says which there are."""
    with pytest.raises(Problem, match=f"There is {SOURCE}"):
        supply.the_source(client, "nobody")


def test_too_little_history_leaves_the_formula(running_stack: Settings, client: Client) -> None:
    """With a hundred days nothing can be chosen by what it would have cost."""
    client.command("DELETE FROM batch.demand_of_test WHERE date_key > '2025-09-08'")
    with pytest.raises(Problem, match="The formula serves"):
        optimise_stock._of_warehouse(OPTIONS, running_stack, lambda _text: None)


def test_no_advice_says_how_to_make_some(running_stack: Settings, client: Client) -> None:
    """Before the first run there is nothing to export."""
    with pytest.raises(Problem, match="policies makes some"):
        export_policies.read_levels(client, SOURCE, None)
