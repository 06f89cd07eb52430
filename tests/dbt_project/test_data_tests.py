"""dbt's own tests: green over good data, red when a table says nonsense."""

import pytest

from tests.dbt_project.random_worlds import random_log
from tests.dbt_project.raw_log import land
from tests.dbt_project.warehouse_build import WarehouseBuild

DAMAGE = [
    "INSERT INTO core.fact_sales SELECT * FROM core.fact_sales LIMIT 1",
    "INSERT INTO core.fact_sales SELECT * REPLACE (transaction_id || 'x' AS transaction_id,"
    " net_amount + 1 AS net_amount, 7 AS product_key) FROM core.fact_sales LIMIT 1",
    "INSERT INTO core.dim_product SELECT * REPLACE (product_key + 1 AS product_key, valid_from + 1 AS valid_from)"
    " FROM core.dim_product WHERE product_key != 0 ORDER BY product_key LIMIT 1",
]
FAILS = {
    "unique_grain_fact_sales",
    "net_amount_is_price_less_discount",
    "exists_in_fact_sales_product_key",
    "versions_follow_dim_product",
    "assert_mart_sales_agree_with_facts",
}


def test_data_tests_find_damage(build: WarehouseBuild) -> None:
    """A doubled row, a wrong amount, a key without its dimension and overlapping versions each turn their test red."""
    land(build.client, random_log(worlds=10, messages=12, seed=5))
    build.dbt("build")
    for damage in DAMAGE:
        build.client.command(damage)
    with pytest.raises(AssertionError) as failures:
        build.dbt("test")
    assert {name for name in FAILS if name not in str(failures.value)} == set()


def test_the_null_canary_sings(built_once: WarehouseBuild) -> None:
    """Without join_use_nulls the canary finds its row."""
    query = """
        select count() from (select toInt32(1) as number) as wanted
        left join (select toInt32(2) as number, toInt32(3) as amount) as found on wanted.number = found.number
        where isNotNull(found.amount) settings join_use_nulls = {}
    """
    assert [built_once.rows(query.format(setting)) for setting in (0, 1)] == [[(1,)], [(0,)]]
