"""What a killed build leaves behind, the next one puts right."""

from tests.dbt_project.random_worlds import random_log
from tests.dbt_project.raw_log import land
from tests.dbt_project.warehouse_build import WarehouseBuild

LOST = {
    "staging.stg_events__sales_messages": "_offset % 3 = 0",
    "staging.stg_events__catalog_messages": "_offset % 3 = 0",
    "core.fact_sales": "line_number = 1",
    "kpi.mart_sales_daily": "product_id = 'p1'",
}


def test_the_next_build_mends_what_a_killed_one_left(build: WarehouseBuild) -> None:
    """Months that were not swapped in, a table that is gone, prepared rows: the next build mends all of it."""
    log = random_log(worlds=20, messages=10, seed=3)
    land(build.client, log[:-40])
    build.dbt("run")
    _kill_in_mid_run(build)
    land(build.client, log[-40:])
    build.dbt("run")
    assert build.rows("select name from system.tables where database = 'core' and name like '%\\_\\_%'") == []
    mended = build.hashes()
    build.dbt("run", "--full-refresh")
    assert build.hashes() == mended


def _kill_in_mid_run(build: WarehouseBuild) -> None:
    for table, lost in LOST.items():
        build.client.command(f"DELETE FROM {table} WHERE {lost}")
    build.client.command("DROP TABLE core.dim_product SYNC")
    build.client.command("CREATE TABLE core.fact_sales__dbt_new_data_killed ENGINE = Memory AS SELECT 0 AS sign")
