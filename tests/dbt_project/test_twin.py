"""The simulator's log with all its faults: the models undo what its truth says was put in."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ingestion.simulation.faults import read_faults
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild

FAULTS = "duplicate_same_id,duplicate_new_id,late,out_of_order,malformed,corrected,clock_off,back_dated_cost"

SETTLED = datetime(2026, 3, 15, tzinfo=UTC)  # whatever is late has arrived when the run ends, 16 days on


class Twin:
    """A tiny chain, landed and built, and its injected faults."""

    def __init__(self, build: WarehouseBuild) -> None:
        truth = Truth()
        build.empty()
        land(build.client, list(simulated_messages(truth)))
        build.dbt("build")
        self.build, self.faults = build, truth.table("injected_faults").to_pylist()

    def injected(self, fault: str) -> Counter:
        """How often a fault was put into each topic, in events before SETTLED."""
        return Counter(row["topic"] for row in self.faults if row["fault"] == fault and row["starts_at"] < SETTLED)

    def judged(self, verdict: str) -> Counter:
        """How many messages of each topic have a verdict, in events before SETTLED."""
        query = "select _topic, count() from staging.stg_events__{}_messages where verdict = '{}' and event_time < '{}'"
        settled = f"{SETTLED:%F %T}"
        tables = ("sales", "inventory", "catalog")
        rows = [self.rows(f"{query.format(table, verdict, settled)} group by 1") for table in tables]
        return Counter(dict(row for found in rows for row in found))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.build.rows(query)


def simulated_messages(truth: Truth) -> Iterator[Any]:
    """Two months of a tiny grocer with every fault; what was put in is told to `truth`."""
    run = Run("grocer", "tiny", 7, "twin", date(2026, 2, 1), read_faults(FAULTS))
    log = RawLog(partitions=3)
    for batch in simulate(run, date(2026, 3, 31), truth):
        for message in batch.messages:
            yield log.append_payload(message.topic, message.value, message.key.decode())


@pytest.fixture(scope="module")
def twin(built_once: WarehouseBuild) -> Twin:
    """The twin, built once."""
    return Twin(built_once)


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [("duplicate_same_id", "duplicate"), ("duplicate_new_id", "duplicate_document"), ("corrected", "corrected")],
)
def test_faults_are_found_and_none_too_many(twin: Twin, fault: str, verdict: str) -> None:
    """Topic by topic there are as many messages with the verdict as the simulator put in."""
    assert twin.injected(fault) == twin.judged(verdict) != Counter()


def test_damaged_messages_are_set_aside(twin: Twin) -> None:
    """The quarantine has the damaged copies and nothing else."""
    found = Counter(dict(twin.rows("select topic, count() from monitoring.quarantined_events group by 1")))
    assert found == Counter(row["topic"] for row in twin.faults if row["fault"] == "malformed") != Counter()


def test_facts_match_the_control_totals(twin: Twin) -> None:
    """Every store day's tickets and net total are those the store closed with, unless some of it is still to arrive."""
    query = """
        select days.store_id, days.business_date, ticket_count, net_total, uniqExact(transaction_id), sum(net_amount)
        from staging.stg_events__store_days_closed as days
        inner join core.fact_sales as sales on days.store_id = sales.store_id and days.business_date = sales.date_key
        where days.business_date <= '2026-03-15'
        group by days.store_id, days.business_date, ticket_count, net_total
    """
    days = twin.rows(query)
    assert len(days) > 60
    assert [day for day in days if day[2:4] != day[4:6]] == []


def test_every_line_finds_its_product_and_store(twin: Twin) -> None:
    """No sale is of a product or store unknown at its instant, and merchandise has a cost."""
    query = "select countIf(product_key = 0), countIf(store_key = 0), countIf(unit_cost is null), count() > 500"
    assert twin.rows(f"{query} from core.fact_sales where line_type = 'merchandise'") == [(0, 0, 0, True)]
