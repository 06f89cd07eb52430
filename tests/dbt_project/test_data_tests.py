"""dbt's own tests: green over good data, red when a table says nonsense."""

import pytest

from contracts.events import Receipt
from tests.dbt_project.random_worlds import random_log
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.shop import moved
from tests.dbt_project.warehouse_build import NO_UNIT_TESTS, WarehouseBuild

DAMAGE = [
    "INSERT INTO core.fact_sales SELECT * FROM core.fact_sales LIMIT 1",
    "INSERT INTO core.fact_sales SELECT * REPLACE (transaction_id || 'x' AS transaction_id,"
    " net_amount + 1 AS net_amount, 7 AS product_key) FROM core.fact_sales LIMIT 1",
    "INSERT INTO core.dim_product SELECT * REPLACE (product_key + 1 AS product_key, valid_from + 1 AS valid_from)"
    " FROM core.dim_product WHERE product_key != 0 ORDER BY product_key LIMIT 1",
    "INSERT INTO core.fact_inventory SELECT * REPLACE (addDays(date_key, 90) AS date_key, closing_units + 1 AS"
    " closing_units, open_minutes + 1 AS out_of_stock_minutes) FROM core.fact_inventory ORDER BY date_key LIMIT 1",
    "INSERT INTO core.fact_inventory_movements SELECT * REPLACE (event_id || 'x' AS event_id, 'sale' AS movement_type)"
    " FROM core.fact_inventory_movements AS kept WHERE kept.movement_type = 'receipt' LIMIT 1",
]
FAILS = {
    "unique_grain_fact_sales",
    "net_amount_is_price_less_discount",
    "exists_in_fact_sales_product_key",
    "versions_follow_dim_product",
    "assert_mart_sales_agree_with_facts",
    "stock_conserved_fact_inventory",
    "days_complete_fact_inventory",
    "minutes_without_stock_are_open_minutes",
    "movements_have_their_sign",
    "stock_leaves_and_comes_back_as_sold",
    "assert_stock_agrees_with_movements",
}


def test_data_tests_find_damage(build: WarehouseBuild) -> None:
    """Doubled rows, wrong amounts, keys without a dimension, overlapping versions, lost stock turn their tests red."""
    land(build.client, random_log(worlds=10, messages=12, seed=5))
    land(build.client, [RawLog().append(moved(Receipt, source="world-000", unit_cost=3))])
    build.dbt("build", *NO_UNIT_TESTS)
    for damage in DAMAGE:
        build.client.command(damage)
    with pytest.raises(AssertionError) as failures:
        build.dbt("test", *NO_UNIT_TESTS)
    assert {name for name in FAILS if name not in str(failures.value)} == set()


def test_the_null_canary_sings(built_once: WarehouseBuild) -> None:
    """Without join_use_nulls the canary finds its row."""
    query = """
        select count() from (select toInt32(1) as number) as wanted
        left join (select toInt32(2) as number, toInt32(3) as amount) as found on wanted.number = found.number
        where isNotNull(found.amount) settings join_use_nulls = {}
    """
    assert [built_once.rows(query.format(setting)) for setting in (0, 1)] == [[(1,)], [(0,)]]
