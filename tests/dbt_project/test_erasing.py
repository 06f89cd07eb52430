"""An erased customer is in no table, view and file, and every total is what it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from contracts.persons import Person
from tests.dbt_project.kpis_by_hand import EVENTS
from tests.dbt_project.raw_log import Message, RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.archived import archived_files
from warehouse.archiving import archive_partition, forget, old_partitions
from warehouse.erasing import erase, traces

AFTERWARDS, SALT = datetime(2026, 6, 1, tzinfo=UTC), "salt-of-tests"
ADA = Person("corner-shop", "ada-4711-lovelace")  # c1 of the week on paper, under a name that is found anywhere
TOTALS = (
    "select count(), sum(quantity), sum(net_amount), sum(unit_cost * quantity) from core.fact_sales",
    "select count(), sum(sales_amount), sum(net_revenue) from core.fact_tickets",
    "select sum(units_sold), sum(net_revenue), sum(ticket_lines) from kpi.mart_sales_daily",
    "select sum(transactions), sum(net_revenue) from kpi.mart_sales_hourly",
    "select sum(closing_units) from core.fact_inventory",
)


@pytest.fixture
def archive(build: WarehouseBuild) -> Iterator[WarehouseBuild]:
    """An empty warehouse whose archive and list are left empty."""
    yield build
    for one in archived_files(build.client):
        forget(build.client, one)
    build.client.command("truncate table monitoring.erasures")


def _messages() -> list[Message]:
    """The week on paper, its second half landed two months after the first."""
    log = RawLog()
    named = [
        event.model_copy(update={"customer_id": ADA.customer_id})
        if getattr(event, "customer_id", None) == "c1"
        else event
        for event in EVENTS
    ]
    messages = [log.append(event) for event in named]
    later = timedelta(days=61)
    return [
        replace(one, arrived_at=one.arrived_at + later) if number > len(messages) // 2 else one
        for number, one in enumerate(messages)
    ]


def _totals(build: WarehouseBuild) -> list:
    return [build.rows(query) for query in TOTALS]


def _tables_with(build: WarehouseBuild, text: str) -> dict[str, int]:
    """Rows of every table and view in which the text stands in any column."""
    query = "select database || '.' || name from system.tables where database not in ('system', '_local')"
    names = [name for (name,) in build.rows(f"{query} and lower(database) != 'information_schema'")]
    found = {}
    for name in (*names, "system.mutations"):
        where = f"position(toString(tuple(*)), '{text}') > 0"
        found[name] = build.rows(f"select count() from {name} where {where}")[0][0]
    assert len(found) > 150
    return {name: rows for name, rows in found.items() if rows}


def _files_with(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*.parquet") if text in str(pq.read_table(path).to_pylist())]


def test_an_erased_customer_is_nowhere_and_totals_stay(archive: WarehouseBuild, tmp_path: Path) -> None:
    """Before, the id is in raw, the archive, staging, the star, marts and views; afterwards in none of them, by an
    increment as by a full refresh. Money, units and tickets are the same before, between and after.
    """
    land(archive.client, _messages())
    archive.dbt("run")
    totals = _totals(archive)
    for partition in old_partitions(archive.client, AFTERWARDS, 60):
        archive_partition(archive.client, partition, str(tmp_path))
    before = _tables_with(archive, ADA.customer_id)
    assert {"core.dim_customer", "kpi.mart_customers", "staging.stg_events__sales_messages"} <= set(before)
    assert _files_with(tmp_path, ADA.customer_id) and traces(archive.client, ADA)

    counts = erase(archive.client, ADA, SALT)
    assert {"core.fact_sales", "core.fact_tickets", "core.dim_customer"} <= set(counts)
    assert _totals(archive) == totals
    archive.dbt("run")
    assert _totals(archive) == totals
    assert _tables_with(archive, ADA.customer_id) == {} == traces(archive.client, ADA)
    assert _files_with(tmp_path, ADA.customer_id) == []

    incremental = archive.hashes()
    archive.dbt("run", "--full-refresh")
    assert _totals(archive) == totals
    assert {model for model, said in archive.hashes().items() if said != incremental[model]} == set()
