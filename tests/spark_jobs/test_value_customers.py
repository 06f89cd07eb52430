"""Customers of a warehouse valued: a row for each, the same after a second run, none where too few came back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from clickhouse_connect.driver.client import Client

from contracts.problems import NotYet
from contracts.settings import Settings
from contracts.tables import CUSTOMER_VALUES, ML_MODEL_RESULTS
from spark_jobs.customer_values import estimates
from spark_jobs.value_customers import value_customers
from warehouse.client import connect

SOURCE, TABLE = "valued", "batch.purchases_of_test"
# 300 customers who came 2 to 11 times for 8 to 12 each and were here yesterday or long ago; a third of sales is margin,
# a tenth came back. One more buys in EUR.
_PURCHASES = f"""
CREATE TABLE {TABLE} ENGINE = MergeTree ORDER BY tuple() AS
SELECT
    '{SOURCE}' AS source, 'C' || leftPad(toString(number), 3, '0') AS customer_id,
    if(number = 300, 'EUR', 'GBP') AS currency,
    toInt64(1 + number % 10) AS repeat_days, toInt64(if(number % 3 = 0, 60, 365)) AS recency_days, 366 AS age_days,
    toDecimal64(repeat_days * (8 + number % 5), 4) AS repeat_sales_amount, toDecimal64(100, 4) AS sales_amount,
    toDecimal64(90, 4) AS net_revenue, toDecimal64(90, 4) AS cost_tracked_revenue, toDecimal64(60, 4) AS cogs_amount,
    toDate32('2025-03-30') AS first_purchase_date, toDate32('2026-03-30') AS last_purchase_date,
    toDate32('2026-03-31') AS known_until_date
FROM numbers(301)
"""
NOW = datetime(2026, 4, 1, 5, tzinfo=UTC)


@pytest.fixture
def client(running_stack: Settings) -> Iterator[Client]:
    """A warehouse with features of 301 customers."""
    client = connect(running_stack)
    client.command(f"DROP TABLE IF EXISTS {TABLE} SYNC")
    client.command(_PURCHASES)
    yield client
    client.command(f"DROP TABLE {TABLE} SYNC")
    for table in (CUSTOMER_VALUES, ML_MODEL_RESULTS):
        client.command(f"DELETE FROM {table} WHERE source = '{SOURCE}'")


def _rows(client: Client) -> list[tuple]:
    query = f"""
        SELECT customer_id, made_date, estimated_value, round(margin_rate, 6), discount_rate, chance_alive
        FROM {CUSTOMER_VALUES} FINAL WHERE source = '{SOURCE}' ORDER BY customer_id
    """
    return client.query(query).result_rows


def test_a_day_is_estimated_once(client: Client) -> None:
    """300 rows in GBP after one run and after two, of 90 % × 30 ÷ 90 margin; one customer in EUR is too few to tell."""
    (said,) = value_customers(client, TABLE, SOURCE, 0.1, NOW)
    first = _rows(client)
    value_customers(client, TABLE, SOURCE, 0.1, NOW.replace(hour=6))
    assert said.startswith("300 customers of valued: GBP ")
    assert (len(first), _rows(client)) == (300, first)
    assert {row[1:2] + row[3:5] for row in first} == {(first[0][1], 0.3, 0.1)}
    assert str(first[0][1]) == "2026-03-31"
    assert all(row[2] > 0 for row in first if row[5] > 0.5)


def test_both_models_say_how_well_they_fit(client: Client) -> None:
    """Of two models of purchases one is the champion, the likelier for its parameters."""
    value_customers(client, TABLE, SOURCE, 0.1, NOW)
    query = f"""
        SELECT model, value, is_champion FROM {ML_MODEL_RESULTS} FINAL
        WHERE source = '{SOURCE}' AND task = '{estimates.TASK}'
    """
    found = {model: (value, is_champion) for model, value, is_champion in client.query(query).result_rows}
    assert set(found) == {"BG/NBD", "exponential/NBD"}
    by_rule = max(found, key=lambda name: found[name][0] - {"BG/NBD": 4, "exponential/NBD": 3}[name])
    assert [name for name, (_, is_champion) in found.items() if is_champion] == [by_rule]


def test_without_costs_there_is_no_margin(client: Client) -> None:
    """Where nothing has a known cost, nothing is estimated, and the sentence says why."""
    client.command(
        f"ALTER TABLE {TABLE} UPDATE cost_tracked_revenue = toDecimal64(0, 4) WHERE 1 SETTINGS mutations_sync = 1"
    )
    with pytest.raises(NotYet, match="margin cannot be told"):
        value_customers(client, TABLE, SOURCE, 0.1, NOW)
    assert _rows(client) == []


def test_money_is_kept_exact(client: Client) -> None:
    """Values are decimals with four places."""
    value_customers(client, TABLE, SOURCE, 0.1, NOW)
    assert {type(row[2]) for row in _rows(client)} == {Decimal}


def test_where_nobody_is_known_there_is_nothing_to_value(client: Client) -> None:
    """A retailer whose customers have no names is told so, as what is too early is."""
    client.command(f"TRUNCATE TABLE {TABLE}")
    with pytest.raises(NotYet, match="nobody to value"):
        value_customers(client, TABLE, "", 0.1, NOW)
