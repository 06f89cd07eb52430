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


def test_rows_that_were_deleted_and_not_inserted_come_back(build: WarehouseBuild) -> None:
    """Rows of every incremental model lost, and one table gone, are back after an incremental run."""
    land(build.client, random_log(worlds=20, messages=10, seed=3))
    build.dbt("run")
    whole = build.hashes()
    for table, lost in LOST.items():
        build.client.command(f"DELETE FROM {table} WHERE {lost}")
    assert build.hashes() != whole
    build.client.command("DROP TABLE core.dim_product SYNC")
    build.dbt("run")
    assert build.hashes() == whole


def test_a_delete_that_waits_for_a_table_that_is_gone_is_ended(build: WarehouseBuild) -> None:
    """A mutation and prepared rows left over from a killed run hold nothing up and go away."""
    log = random_log(worlds=5, messages=10, seed=4)
    land(build.client, log[:-10])
    build.dbt("run")
    build.client.command("CREATE TABLE core.fact_sales__dbt_new_data_killed ENGINE = Memory AS SELECT 0 AS sign")
    build.client.command(
        "ALTER TABLE core.fact_sales DELETE WHERE line_number IN (SELECT line_number FROM core.gone)",
        settings={"mutations_sync": 0, "validate_mutation_query": 0, "allow_nondeterministic_mutations": 1},
    )
    assert build.rows("select count() from system.mutations where not is_done") == [(1,)]
    land(build.client, log[-10:])
    build.dbt("run")
    assert build.rows("select count() from system.mutations where not is_done") == [(0,)]
    assert build.rows("select name from system.tables where database = 'core' and name like '%\\_\\_%'") == []
    incremental = build.hashes()
    build.dbt("run", "--full-refresh")
    assert build.hashes() == incremental
