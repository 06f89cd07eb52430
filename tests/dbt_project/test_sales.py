"""Sales by hand: two loads with a build after each, every scenario a source of its own."""

from decimal import Decimal
from typing import Any

import pytest

from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.scenarios import scenarios
from tests.dbt_project.warehouse_build import NO_UNIT_TESTS, WarehouseBuild


class Told:
    """The warehouse after both loads."""

    def __init__(self, build: WarehouseBuild, parts_before: set[tuple]) -> None:
        self.build, self.parts_before = build, parts_before

    def facts(self, source: str, columns: str) -> list[tuple[Any, ...]]:
        """Columns of the source's facts, in the order of day, ticket and line."""
        order = "date_key, transaction_id, line_number"
        return self.build.rows(f"select {columns} from core.fact_sales where source = '{source}' order by {order}")

    def verdicts(self, source: str) -> dict[str, int]:
        """Messages of the source by verdict."""
        query = f"select verdict, sum(messages) from monitoring.message_verdicts where source = '{source}' group by 1"
        return dict(self.build.rows(query))


@pytest.fixture(scope="module")
def told(built_once: WarehouseBuild) -> Told:
    """Both loads of every scenario, built incrementally."""
    built_once.empty()
    log, told = RawLog(), list(scenarios())
    land(built_once.client, [log.append(event) for scenario in told for event in scenario.first])
    built_once.dbt("build", *NO_UNIT_TESTS)
    parts = _parts(built_once)
    land(built_once.client, [log.append(event) for scenario in told for event in scenario.later])
    built_once.dbt("build", *NO_UNIT_TESTS)
    return Told(built_once, parts)


def _parts(build: WarehouseBuild) -> set[tuple]:
    """Month and block numbers of the inserts that the facts lie in; a delete elsewhere only changes what follows."""
    query = "select distinct _partition_id, arrayStringConcat(arraySlice(splitByChar('_', _part), 2, 2), '_')"
    return set(build.rows(f"{query} from core.fact_sales"))


def test_the_last_correction_stands(told: Told) -> None:
    """A correction of a correction replaces both, though it arrived before the one it names."""
    assert told.facts("corrected", "unit_price, net_amount") == [(7, 14)]
    assert told.verdicts("corrected") == {"stands": 1, "corrected": 2}


def test_a_correction_may_arrive_before_its_event(told: Told) -> None:
    """What is corrected stays out when it arrives later."""
    assert told.facts("early", "unit_price") == [(7,)]


def test_repeated_lines_count_once(told: Told) -> None:
    """The same message again, and the same line under a new event id, change nothing and are counted."""
    assert told.facts("twice", "quantity") == [(2,)]
    assert told.verdicts("twice") == {"stands": 1, "duplicate": 1, "duplicate_document": 1}


def test_contradictions_are_set_aside(told: Told) -> None:
    """Another payload under a known id or line is quarantined with its payload; the first to arrive stands."""
    assert told.facts("conflict", "quantity") == [(2,)]
    query = """
        select reason, JSONExtractString(payload, 'quantity') from monitoring.quarantined_events
        where JSONExtractString(payload, 'source') = 'conflict' order by reason
    """
    assert told.build.rows(query) == [("conflicting_document", "6"), ("conflicting_id", "5")]


def test_a_day_that_loses_its_last_line_is_empty(told: Told) -> None:
    """A line corrected to another day leaves nothing behind, neither in the facts nor in the mart."""
    assert told.facts("emptied", "toString(date_key), transaction_id") == [("2026-01-06", "t1"), ("2026-01-06", "t2")]
    query = "select distinct toString(date_key) from kpi.mart_sales_daily where source = 'emptied'"
    assert told.build.rows(query) == [("2026-01-06",)]


def test_a_late_void_takes_its_line_out(told: Told) -> None:
    """A voided line is no fact; the other line of the ticket stays."""
    assert told.facts("voided", "line_number") == [(2,)]


def test_a_return_is_negative_and_costs_what_its_sale_did(told: Told) -> None:
    """Signs on returns; the cost of the sale for a referenced return, of its own day else; none if not resold."""
    columns = "transaction_id, quantity, discount_amount, net_amount, tax_amount, unit_cost, cost_amount"
    assert told.facts("returns", columns) == [
        ("t1", 3, 3, 12, 1, 3, 9),
        ("r1", -2, -2, -8, -1, 3, -6),
        ("r2", -2, 0, -10, 0, 4, -8),
        ("r3", -2, 0, -10, 0, 3, 0),
    ]


def test_a_sale_that_arrives_after_its_return_restates_it(told: Told) -> None:
    """The return had the cost of its own day; once its sale is there it has that of the sale, on a day without news."""
    assert told.facts("sale-later", "transaction_id, unit_cost, cost_amount") == [("t1", 3, 6), ("r1", 3, -3)]


def test_lines_have_the_product_of_their_instant(told: Told) -> None:
    """A version counts from its very instant; one that arrives late takes over up to the next, and no further."""
    query = """
        select transaction_id, product_name from core.fact_sales as sales
        left join core.dim_product as products on sales.product_key = products.product_key
        where sales.source = 'versions' order by transaction_id
    """
    names = ["Unknown product", "first", "first", "between", "second"]
    assert told.build.rows(query) == [(f"t{n}", name) for n, name in enumerate(names)]


def test_versions_follow_each_other(told: Told) -> None:
    """Intervals are half open and leave no gap; only the version in force at as_of is current."""
    query = """
        select product_name, toString(valid_from), toString(valid_to), is_current from core.dim_product
        where source = 'versions' order by valid_from
    """
    assert told.build.rows(query) == [
        ("first", "2026-01-06 12:00:00.000", "2026-01-07 12:00:00.001", False),
        ("between", "2026-01-07 12:00:00.001", "2026-01-09 12:00:00.000", False),
        ("second", "2026-01-09 12:00:00.000", "2283-01-01 00:00:00.000", True),
    ]


def test_a_back_dated_cost_restates_sales(told: Told) -> None:
    """The last stated terms count from their valid_from on; a cost in another currency is not known."""
    assert told.facts("costs", "line_number, unit_cost, cost_amount") == [(1, 2, 4), (2, None, None)]


def test_an_absurd_amount_stops_nothing(told: Told) -> None:
    """A message whose amount does not fit is set aside by itself."""
    assert told.facts("too-large", "line_number") == [(2,)]
    assert told.verdicts("too-large") == {"stands": 1, "amount_too_large": 1}


def test_net_amounts_keep_four_decimals(told: Told) -> None:
    """0.375 kg at 3.999 is 1.499625, rounded to 1.4996."""
    assert told.facts("weighed", "net_amount") == [(Decimal("1.4996"),)]


def test_an_increment_rewrites_only_its_months(told: Told) -> None:
    """The rows of a month without new lines lie where the first build put them."""
    november = [{part for part in parts if part[0] == "202511"} for parts in (told.parts_before, _parts(told.build))]
    assert november[0] == november[1] != set()


def test_the_mart_keeps_revenue_and_other_income_apart(told: Told) -> None:
    """Units, gross, discount, revenue, other income and tracked cost of a day by hand."""
    columns = """
        product_id, ticket_lines, units_sold, units_returned, gross_amount, discount_amount, net_revenue, other_income,
        cogs_amount, cost_tracked_revenue
    """
    query = f"select {columns} from kpi.mart_sales_daily where source = 'mart' order by product_id"
    assert told.build.rows(query) == [
        # p1: 3 sold at 5 less 3, one returned to the shelf, one returned damaged, postage of 4; cost 3
        ("p1", 4, 3, 2, 15, 3, 12 - 10, 4, 9 - 3, 2),
        # p2 has no known cost
        ("p2", 1, 2, 0, 10, 0, 10, 0, 0, 0),
    ]


def test_equal_deliveries_are_two_and_equal_counts_one(told: Told) -> None:
    """Goods move as often as they are reported and with their sign; what is counted is counted once."""
    query = "select movement_type, quantity from staging.stg_events__inventory_movements where source = 'stock'"
    moved = [("damage", -10), ("receipt", 10), ("receipt", 10), ("transfer_out", -10)]
    assert sorted(told.build.rows(query)) == moved
    assert told.build.rows("select count() from staging.stg_events__stock_counts where source = 'stock'") == [(1,)]
    assert told.verdicts("stock") == {"stands": 5, "duplicate_document": 1}


def test_customers_whom_only_tickets_name_are_known(told: Told) -> None:
    """A customer id without a catalogue event gets a row; a ticket without one has the key 0."""
    query = """
        select customers.customer_id, is_inferred from core.fact_sales as sales
        left join core.dim_customer as customers on sales.customer_key = customers.customer_key
        where sales.source = 'customers' order by line_number
    """
    assert told.build.rows(query) == [("c1", True), ("", False)]


def test_lines_find_their_promotion(told: Told) -> None:
    """A promotion that only a ticket names has a row of its product; a line under none has that of 'No promotion'."""
    query = """
        select promotions.promotion_id, promotions.product_id, promotion_name from core.fact_sales as sales
        inner join core.dim_promotion as promotions on sales.promotion_key = promotions.promotion_key
        where sales.source = 'promotions' order by line_number
    """
    assert told.build.rows(query) == [("P9", "p1", "not stated"), ("", "", "No promotion")]


def test_a_full_build_says_the_same(told: Told) -> None:
    """Rebuilding everything changes no model."""
    incremental = told.build.hashes()
    told.build.dbt("run", "--full-refresh")
    assert told.build.hashes() == incremental
