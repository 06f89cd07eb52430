"""What dbt did is kept in `monitoring`; where it cannot be kept, the models stand and the run says so."""

import pytest

from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.shop import sale
from tests.dbt_project.warehouse_build import WarehouseBuild

SALES = ("--select", "+fact_sales")


def test_a_run_leaves_its_results_rows_and_freshness(build: WarehouseBuild) -> None:
    """One invocation, a row per node with status, duration and rows, and the age of each source that was read."""
    last = land_one(build)
    results = build.dbt("build", *SALES, "--exclude-resource-type", "test")
    [(command, selection, nodes, failed)] = build.rows(
        "select command, selection, nodes, errors + failures from monitoring.dbt_invocations"
    )
    assert (command, selection, failed) == ("build", "+fact_sales", 0)
    assert nodes == len([result for result in results if not result.node.unique_id.startswith("operation.")])
    found = "select status, seconds > 0, row_count, layer from monitoring.dbt_results where name = 'fact_sales'"
    assert build.rows(found) == [("success", True, 1, "core")]
    fresh = "select name, row_count, last_arrived_at from monitoring.dbt_freshness where name = 'raw_sales_events'"
    assert build.rows(fresh) == [("raw_sales_events", 1, last.replace(tzinfo=None))]


def test_a_failed_run_is_recorded_too(build: WarehouseBuild) -> None:
    """The message of a model that could not be built is kept, quotes and all."""
    land_one(build)
    build.dbt("run", *SALES)
    build.client.command("DROP TABLE core.dim_store SYNC")
    with pytest.raises(AssertionError):
        build.dbt("run", "--select", "fact_sales", "--full-refresh")
    [(status, message)] = build.rows("select status, message from monitoring.dbt_results where status = 'error'")
    assert (status, "dim_store" in message) == ("error", True)
    assert build.rows("select sum(errors) from monitoring.dbt_invocations") == [(1,)]


def test_an_invocation_is_written_once(build: WarehouseBuild) -> None:
    """Each run adds its own rows, and no pair of invocation and node comes twice."""
    land_one(build)
    build.dbt("run", *SALES)
    build.dbt("run", *SALES)
    assert build.rows("select count() from monitoring.dbt_invocations") == [(2,)]
    nodes = "select count() - uniqExact(invocation_id, unique_id) from monitoring.dbt_results"
    assert build.rows(nodes) == [(0,)]


def test_what_cannot_be_written_is_left_out(build: WarehouseBuild) -> None:
    """A table of an older version gains its columns; a run that is told not to record leaves nothing."""
    land_one(build)
    build.dbt("run", *SALES, "--vars", "record_runs: false")
    assert build.rows("select name from system.tables where database = 'monitoring' and name like 'dbt_%'") == []
    build.dbt("run", *SALES)
    build.client.command("ALTER TABLE monitoring.dbt_results DROP COLUMN message")
    build.dbt("run", *SALES)
    assert build.rows("select uniqExact(invocation_id) from monitoring.dbt_results") == [(2,)]


def test_a_record_that_is_refused_fails_the_run_but_no_model(build: WarehouseBuild) -> None:
    """As with any hook of dbt: the models are built, the server's words are told; a run can be told not to record."""
    land_one(build)
    build.dbt("run", *SALES)
    build.client.command("RENAME TABLE monitoring.dbt_results TO monitoring.kept")
    build.client.command("CREATE VIEW monitoring.dbt_results AS SELECT * FROM monitoring.kept")
    build.client.command("TRUNCATE TABLE core.fact_sales")
    with pytest.raises(AssertionError, match="Method write is not supported"):
        build.dbt("run", *SALES)
    assert build.rows("select count() from core.fact_sales") == [(1,)]
    build.dbt("run", *SALES, "--vars", "record_runs: false")


def land_one(build: WarehouseBuild):
    """One sale; the instant it arrived."""
    message = RawLog().append(sale())
    land(build.client, [message])
    return message.arrived_at
