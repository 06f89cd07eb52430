"""Questions compiled and asked of a real ClickHouse: a small star of a few rows."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import Settings
from warehouse.client import connect
from warehouse.metrics.answers import ask
from warehouse.metrics.compiler import compile_question
from warehouse.metrics.dimensions import NotAllowedError, UnknownNameError
from warehouse.metrics.questions import Question

PREFIX = "asked_"
ODD_NAMES = ["it's", 'say "no"', "back\\slash", "x') or 1 = 1 --", "{p0:String}", "tab\there", "größe"]
TABLES = {
    "core.fact_sales": """source String, store_id String, product_id String, date_key Date32, event_type String,
        line_type String, channel String, currency String, transaction_id String, customer_key Int64,
        quantity Decimal(18, 3), net_amount Decimal(18, 4), discount_amount Decimal(18, 4),
        unit_cost Nullable(Decimal(18, 4)), cost_amount Nullable(Decimal(18, 4))""",
    "core.dim_product": """source String, product_id String, category String, department String, brand String,
        product_name String, is_current Bool""",
    "core.dim_store": """source String, store_id String, region String, city String, country String, currency String,
        store_name String, store_type String, is_current Bool""",
    "kpi.mart_inventory_daily": """source String, store_id String, category String, date_key Date32,
        closing_value Decimal(18, 4), cogs_amount Decimal(18, 4), cost_tracked_revenue Decimal(18, 4),
        open_minutes Int64, out_of_stock_minutes Int64, offered_pairs Int64, offered_pairs_in_stock Int64""",
    "kpi.mart_inventory_health": """source String, store_id String, product_id String, category String,
        abc_class String, estimated_status String, is_dead Bool, on_hand_value Nullable(Decimal(18, 4)),
        stock_date Date32""",
}


@pytest.fixture(scope="module")
def client(running_stack: Settings) -> Iterator[Client]:
    """Databases of this test's own, with empty tables."""
    client = connect(running_stack)
    for database in ("core", "kpi"):
        client.command(f"CREATE DATABASE {PREFIX}{database}")
    for name, columns in TABLES.items():
        client.command(f"CREATE TABLE {PREFIX}{name} ({columns}) ENGINE = MergeTree ORDER BY tuple()")
    yield client
    for database in ("core", "kpi"):
        client.command(f"DROP DATABASE {PREFIX}{database} SYNC")


@pytest.fixture(autouse=True)
def _empty(client: Client) -> None:
    for name in TABLES:
        client.command(f"TRUNCATE TABLE {PREFIX}{name}")


def _insert(client: Client, table: str, *rows: dict[str, Any]) -> None:
    columns = list(rows[0])
    client.insert(f"{PREFIX}{table}", [[row[column] for column in columns] for row in rows], columns)


def _line(net: str, **fields: Any) -> dict[str, Any]:
    """A sale of one piece on 5 January 2026."""
    usual = {"source": "r", "store_id": "s1", "product_id": "tea", "date_key": date(2026, 1, 5), "event_type": "sale"}
    usual |= {"line_type": "merchandise", "channel": "store", "currency": "EUR", "transaction_id": "t", "quantity": 1}
    return usual | {"net_amount": Decimal(net), "discount_amount": 0, "cost_amount": None, "unit_cost": None} | fields


def _stock(day: int, value: int, **fields: Any) -> dict[str, Any]:
    usual = {"source": "r", "store_id": "s1", "category": "drinks", "date_key": date(2026, 1, day)}
    return usual | {"closing_value": value, "cogs_amount": 0} | fields


def _asked(client: Client, *metrics: str, **more: Any) -> list[tuple[Any, ...]]:
    return ask(client, Question(metrics, **more), PREFIX).rows


def test_money_stays_decimal(client: Client) -> None:
    """0.10 + 0.20 is 0.30, not 0.30000000000000004."""
    _insert(client, "core.fact_sales", _line("0.1"), _line("0.2"))
    [[total]] = _asked(client, "total_revenue")
    assert isinstance(total, Decimal)
    assert total == Decimal("0.3")


def test_a_ratio_is_that_of_the_totals(client: Client) -> None:
    """50 % of 100 and 10 % of 900 are 14 %, not 30 %."""
    big = _line("900", store_id="s2", unit_cost=1, cost_amount=810)
    _insert(client, "core.fact_sales", _line("100", unit_cost=1, cost_amount=50), big)
    assert _asked(client, "profit_margin") == [(pytest.approx(0.14),)]
    assert _asked(client, "profit_margin", by=["store"]) == [("s1", pytest.approx(0.5)), ("s2", pytest.approx(0.1))]


def test_what_is_divided_by_nothing_is_nothing(client: Client) -> None:
    """No transaction, no average; sums of nothing are 0."""
    assert _asked(client, "average_transaction_value", "total_revenue", "transactions") == [(None, 0, 0)]
    assert _asked(client, "total_revenue", by=["store"]) == []


def test_a_ticket_counts_once_however_it_is_split(client: Client) -> None:
    """One ticket with two categories is one transaction, and one of each."""
    _insert(client, "core.fact_sales", _line("1"), _line("2", product_id="soap"))
    _insert(client, "core.dim_product", _product("tea", "drinks"), _product("soap", "household"))
    assert _asked(client, "transactions") == [(1,)]
    assert _asked(client, "transactions", by=["category"]) == [("drinks", 1), ("household", 1)]


def _product(name: str, category: str, **fields: Any) -> dict[str, Any]:
    return {"source": "r", "product_id": name, "category": category, "is_current": True} | fields


def test_a_category_is_todays_and_of_the_same_retailer(client: Client) -> None:
    """An older version and a namesake elsewhere change nothing; what is in no catalogue is not stated."""
    _insert(client, "core.fact_sales", _line("1"), _line("10", product_id="new"), _line("100", source="other"))
    old = _product("tea", "groceries", is_current=False)
    _insert(client, "core.dim_product", old, _product("tea", "drinks"), _product("tea", "toys", source="other"))
    found = _asked(client, "total_revenue", by=["category"])
    assert found == [("drinks", 1), ("not stated", 10), ("toys", 100)]
    for category, revenue in found:
        assert _asked(client, "total_revenue", where={"category": [category]}) == [(revenue,)]
    assert _asked(client, "total_revenue", where={"category": ["not stated", "toys"]}) == [(110,)]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_values_are_bound(client: Client, name: str) -> None:
    """A store is found by its name, whatever is in it, and nothing else is."""
    _insert(client, "core.fact_sales", _line("1"), _line("10", store_id=name))
    _insert(client, "core.dim_store", {"source": "r", "store_id": name, "region": name, "is_current": True})
    assert name not in compile_question(Question(["total_revenue"], where={"store": [name]})).sql
    assert _asked(client, "total_revenue", where={"store": [name]}) == [(10,)]
    assert _asked(client, "total_revenue", where={"region": [name]}) == [(10,)]
    assert _asked(client, "total_revenue", where={"store": ["s1", name]}) == [(11,)]


def test_stock_is_that_of_the_last_day_of_each_source(client: Client) -> None:
    """Never the sum over days; a retailer whose data end earlier keeps his."""
    other = _stock(6, 7, source="other")
    _insert(client, "kpi.mart_inventory_daily", _stock(5, 1), _stock(6, 2), _stock(8, 4), other)
    assert _asked(client, "stock_value") == [(4 + 7,)]
    assert _asked(client, "stock_value", by=["source"]) == [("other", 7), ("r", 4)]
    assert _asked(client, "stock_value", last=date(2026, 1, 7)) == [(2 + 7,)]
    assert _asked(client, "mean_stock_value", where={"source": ["r"]}) == [(pytest.approx((1 + 2 + 4) / 3),)]


def test_stock_by_period_is_that_of_each_periods_end(client: Client) -> None:
    """The week of Sunday 11 ends with 4, the next one with 8."""
    _insert(client, "kpi.mart_inventory_daily", _stock(5, 1), _stock(11, 4), _stock(12, 8))
    weeks = _asked(client, "stock_value", by=["week"])
    assert weeks == [(date(2026, 1, 5), 4), (date(2026, 1, 12), 8)]


def test_a_store_without_rows_on_the_last_day_has_nothing_left(client: Client) -> None:
    """So that stores add up to the chain."""
    _insert(client, "kpi.mart_inventory_daily", _stock(5, 1, store_id="closed"), _stock(6, 2))
    assert _asked(client, "stock_value") == [(2,)]
    assert _asked(client, "stock_value", where={"store": ["closed"]}) == [(0,)]


def test_facts_meet_by_dimension_and_repeat_nothing(client: Client) -> None:
    """Two lines of sales beside two days of stock are not four; what one of them lacks is 0 there."""
    _insert(client, "core.fact_sales", _line("1"), _line("2"), _line("4", store_id="s2"))
    _insert(client, "kpi.mart_inventory_daily", _stock(5, 10), _stock(6, 20), _stock(6, 40, store_id="s3"))
    found = _asked(client, "total_revenue", "stock_value_days", by=["store"])
    assert found == [("s1", 3, 30), ("s2", 4, 0), ("s3", 0, 40)]


def test_comparisons_are_of_moved_days(client: Client) -> None:
    """By day, the day before and the same weekday of last year stand on the day they are compared with."""
    days = (date(2025, 1, 6), date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 6))
    _insert(client, "core.fact_sales", *(_line(str(10**n), date_key=day) for n, day in enumerate(days)))
    window = {"first": date(2026, 1, 5), "last": date(2026, 1, 6)}
    [row] = _asked(client, "total_revenue", compare=["prior_period", "last_year", "year_to_date"], **window)
    assert row == (1100, 10, 1, 1110)
    by_day = _asked(client, "total_revenue", by=["day"], compare=["last_year", "prior_period"], **window)
    assert by_day == [(date(2026, 1, 5), 100, 1, 0), (date(2026, 1, 6), 1000, 0, 10)]


def test_what_is_as_of_now_knows_no_window(client: Client) -> None:
    """Stock on hand is what there is now, whatever days are asked for; it has no periods and no day before."""
    now = {"source": "r", "store_id": "s1", "product_id": "tea", "on_hand_value": 5, "stock_date": date(2026, 1, 12)}
    _insert(client, "kpi.mart_inventory_health", now)
    window = {"first": date(2020, 1, 1), "last": date(2020, 1, 2)}
    assert _asked(client, "on_hand_value", **window) == [(5,)]
    with pytest.raises(NotAllowedError, match="not known by day"):
        compile_question(Question(["on_hand_value"], by=["day"]))
    with pytest.raises(NotAllowedError, match="as of now"):
        compile_question(Question(["on_hand_value"], compare=["last_year"], **window))


def test_the_share_of_dead_stock_is_by_value(client: Client) -> None:
    """20 of 50 at cost are 40 %, one of two pairs though it is; a pair without a cost counts for nothing."""
    now = {"source": "r", "store_id": "s1", "product_id": "tea", "on_hand_value": 20, "is_dead": True}
    alive, unknown = now | {"on_hand_value": 30, "is_dead": False}, now | {"on_hand_value": None}
    _insert(client, "kpi.mart_inventory_health", now, alive, unknown)
    assert _asked(client, "dead_stock_value", "dead_stock_share") == [(20, pytest.approx(0.4))]


@pytest.mark.parametrize(
    ("question", "error", "said"),
    [
        (Question(["total_revenu"]), UnknownNameError, "total_revenue"),
        (Question(["total_revenue"], by=["categry"]), UnknownNameError, "category"),
        (Question(["total_revenue"], where={"shop; drop table x": ["1"]}), UnknownNameError, "dimension"),
        (Question(["shrinkage"], by=["channel"]), NotAllowedError, "not known by channel"),
        (Question(["total_revenue"], where={"month": ["2026-01-01"]}), NotAllowedError, "no filter"),
        (Question(["total_revenue"], compare=["last_year"]), Problem, "window"),
        (Question(["total_revenue"], first=date(2026, 1, 2), last=date(2026, 1, 1)), Problem, "before"),
        (Question([]), Problem, "No metric"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(question: Question, error: type[Problem], said: str) -> None:
    """An unknown name with the nearest, a dimension that the metric does not have, a window that is none."""
    with pytest.raises(error) as raised:
        compile_question(question)
    assert said in f"{raised.value.what} {raised.value.remedy}"
