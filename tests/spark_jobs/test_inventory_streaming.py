"""Stock that is followed live, from a seed, over a disturbed log, to the pass that rebases it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

import orjson
import pytest
from confluent_kafka import Producer
from landing_lab import Lab
from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

from contracts.tables import RAW_TABLES
from ingestion.simulation.faults import read_faults
from ingestion.simulation.message import Message
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth
from spark_jobs.hosting import session_options
from spark_jobs.inventory_streaming import InventoryStream, forget
from spark_jobs.session import build_session
from spark_jobs.stream import stop_between_batches
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.create_tables import create_tables

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]
FIRST, BUILT, LAST = date(2026, 1, 1), date(2026, 2, 20), date(2026, 3, 1)
FAULTS = "duplicate_same_id=0.02,duplicate_new_id=0.02,late=0.02,out_of_order=0.05,malformed=0.02,corrected=0.02"
MODELS = ("--select", "+fact_inventory", "+mart_replenishment", "+int_regular_prices_versioned")
CLOSING = """
select toString(source), toString(store_id), toString(product_id), argMax(closing_units, date_key)
from core.fact_inventory group by all"""
TOLD = """
select toString(source), toString(store_id), toString(product_id), argMax(units_on_hand, written_at)
from realtime.realtime_stock group by all"""
ALERTS = """
select alert_id, toString(cause), opened_at, argMax(resolved_at, (written_at, isNotNull(resolved_at)))
from realtime.realtime_inventory_alerts group by all order by all"""
Pairs = dict[tuple[str, str, str], float]


@cache
def history() -> list[tuple[date, list[Message]]]:
    """What a chain sends day by day, with copies, delays, damage and corrections."""
    run = Run("grocer", "tiny", 7, "chain", FIRST, read_faults(FAULTS))
    days: dict[date, list[Message]] = {}
    for number, batch in enumerate(simulate(run, LAST, Truth())):
        days.setdefault(FIRST + timedelta(days=number), []).extend(batch.messages)
    return list(days.items())


class Live(Lab):
    """A stack with a Spark session, a warehouse that is built, and the stock stream."""

    def __init__(self, lab: Lab, spark: SparkSession) -> None:
        super().__init__(lab.settings)
        self.spark, self.build = spark, WarehouseBuild(lab.settings)

    def send(self, messages: list[Message]) -> None:
        """Into Kafka."""
        producer = Producer({"bootstrap.servers": self.settings.kafka_bootstrap, "linger.ms": 20})
        for message in messages:
            producer.produce(message.topic, message.value, key=message.key)
        assert producer.flush(60) == 0

    def send_days(self, after: date, until: date) -> None:
        """What the chain sent on these days."""
        self.send([message for day, messages in history() if after < day <= until for message in messages])

    def land_all(self) -> None:
        """What Kafka holds and raw does not, into raw."""
        there = {row[:3] for row in self.raw()}
        rows = [row for row in self.log() if row[:3] not in there]
        now = datetime.now(UTC)
        columns = ["_topic", "_partition", "_offset", "_kafka_timestamp", "payload"]
        for topic, table in RAW_TABLES.items():
            some = [(*row[:3], now, row[3]) for row in rows if row[0] == topic]
            if some:
                self.client.insert(table, some, columns)

    def stream(self) -> InventoryStream:
        """The stream, as a program that has just started would have it."""
        return InventoryStream(self.settings)

    def follow(self) -> None:
        """Work off what Kafka holds, as a run with `--once`."""
        stream = self.stream()
        query = stream.start(self.spark, once=True)
        query.awaitTermination()
        stream.close()

    def build_models(self) -> None:
        """The ledger and what it takes to replenish it."""
        self.build.dbt("seed")
        self.build.dbt("run", *MODELS)

    def pairs(self, query: str) -> Pairs:
        """Units by source, location and product."""
        return {row[:3]: row[3] for row in self.build.rows(query)}


@pytest.fixture(scope="module")
def spark(_lab_stack) -> Iterator[SparkSession]:
    """One session for the module."""
    session = build_session("stock-tests", _lab_stack, session_options(_lab_stack))
    yield session
    session.stop()


@pytest.fixture
def live(lab: Lab, spark: SparkSession) -> Live:
    """Nothing sent, nothing built, no checkpoint."""
    create_tables(lab.client)
    live = Live(lab, spark)
    live.build.empty()
    create_tables(lab.client)
    for table in ("realtime_stock", "realtime_inventory_alerts"):
        lab.client.command(f"TRUNCATE TABLE realtime.{table}")
    forget(lab.settings)
    return live


def differing(some: Pairs, others: Pairs) -> dict[tuple[str, str, str], float]:
    """By how much, where it is not nothing."""
    found = {pair: some.get(pair, 0) - others.get(pair, 0) for pair in set(some) | set(others)}
    return {pair: units for pair, units in found.items() if units}


def test_after_a_pass_state_is_the_ledger(live: Live) -> None:
    """Drift is the difference of both tables, then there is none, and the next event moves the new state."""
    live.send_days(date.min, BUILT)
    live.land_all()
    live.build_models()
    live.follow()
    assert differing(live.pairs(TOLD), live.pairs(CLOSING)) == {}

    live.send_days(BUILT, LAST)
    live.land_all()
    live.send([_old_movement_corrected(live)])
    live.follow()
    live.land_all()
    live.build_models()
    drifted = differing(live.pairs(TOLD), live.pairs(CLOSING))
    assert drifted, "the log is not disturbed enough to tell anything"

    stream = live.stream()
    query = stream.reconcile(stream.start(live.spark, once=False))
    ((pairs, count, units),) = live.build.rows("select pairs, drifted_pairs, drifted_units from monitoring.stock_drift")
    assert (pairs, count) == (len(live.pairs(CLOSING)), len(drifted))
    assert units == sum(abs(units) for units in drifted.values())
    closing = live.pairs(CLOSING)
    assert differing(live.pairs(TOLD), closing) == {}
    _end(stream, query)

    sold = next(pair for pair in closing if pair[1] == "S01")
    live.send([_receipt(sold, 3)])
    live.follow()
    assert differing(live.pairs(TOLD), closing) == {sold: 3}


def test_a_lost_checkpoint_changes_nothing(live: Live) -> None:
    """State and episodes that were open are the same, and none is there twice."""
    live.send_days(date.min, BUILT)
    live.land_all()
    live.build_models()
    live.follow()
    live.send_days(BUILT, LAST)
    live.follow()
    told, alerts = live.pairs(TOLD), live.build.rows(ALERTS)
    live.land_all()
    live.build_models()
    forget(live.settings)
    live.follow()
    assert differing(live.pairs(TOLD), live.pairs(CLOSING)) == {}
    assert len(told) == len(live.pairs(TOLD))
    assert live.build.rows(ALERTS) == alerts


def _old_movement_corrected(live: Live) -> Message:
    """Goods that came or went before the first build, 7 more than was said; nobody has counted them since."""
    query = f"""
    select payload from raw.raw_inventory_events as moves
    left join (
        select location_id, product_id, max(counted_at) as counted
        from raw.raw_inventory_events where _error = '' group by 1, 2
    ) as counts on moves.location_id = counts.location_id and moves.product_id = counts.product_id
    where event_type in ('receipt', 'transfer_in', 'damage', 'transfer_out') and _error = ''
        and event_time < toDateTime64('{BUILT} 00:00:00', 3, 'UTC') - interval 2 day
        and event_time > counted and isNull(corrects_event_id)
        and event_id not in (select ifNull(corrects_event_id, '') from raw.raw_inventory_events)
    order by event_time desc, event_id"""
    event = orjson.loads(live.build.rows(query)[0][0])
    event |= {
        "quantity": str(float(event["quantity"]) + 7), "event_id": "late-mend", "corrects_event_id": event["event_id"],
    }  # fmt: skip
    return Message("inventory_events", f"{event['location_id']}:{event['product_id']}".encode(), orjson.dumps(event))


def _receipt(pair: tuple[str, str, str], units: int) -> Message:
    source, location_id, product_id = pair
    event = {
        "event_id": "new", "event_type": "receipt", "schema_version": 1, "event_time": f"{LAST}T23:59:59.000Z",
        "source": source, "location_id": location_id, "product_id": product_id, "quantity": str(units),
        "unit_cost": "1",
    }  # fmt: skip
    return Message("inventory_events", f"{location_id}:{product_id}".encode(), orjson.dumps(event))


def _end(stream: InventoryStream, query: StreamingQuery) -> None:
    stop_between_batches(query)
    stream.close()
