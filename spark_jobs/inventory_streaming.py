"""Stock as it is now, location by location and product by product, and the alerts it gives.

`python -m spark_jobs.inventory_streaming --once` works off what Kafka holds; without `--once` it goes on until SIGTERM.
It begins with what the last build of the warehouse and raw know, and rebases itself after each build.
"""

import argparse
import json
import shutil
import sys
import time
from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery

from contracts.settings import Settings, load_settings
from spark_jobs.hosting import exit_code, host, stop_event
from spark_jobs.kafka_log import bounds
from spark_jobs.kafka_source import read_topics
from spark_jobs.session import checkpoint_folder
from spark_jobs.stock import generations
from spark_jobs.stock.drift import drift_lines, written_stock
from spark_jobs.stock.frames import KEY, stock_events
from spark_jobs.stock.generations import Generation
from spark_jobs.stock.processor import OUTPUT, StockProcessor
from spark_jobs.stock.rows import stock_line
from spark_jobs.stock.seed import (
    TOPICS,
    NotReadyError,
    Offsets,
    Seed,
    built_ends,
    fulfilled_elsewhere,
    last_build,
    raw_ends,
    seed,
)
from spark_jobs.stock.sink import write_lines
from spark_jobs.stream import stop_between_batches
from spark_jobs.valid_events import valid_events
from warehouse.client import connect
from warehouse.create_tables import create_tables

MOST_EVENTS = 50_000  # of one batch
LIVE_TRIGGER = "10 seconds"
LOOK_EVERY_S = 15  # for a newer build
READY_WITHIN_S = 60  # a build that is between its delete and its insert, and landing that is behind


class InventoryStream:
    """The streaming query, its seed, and the pass that rebases it after a build of the warehouse."""

    name = "inventory"

    def __init__(self, settings: Settings, anew: bool = False) -> None:
        """`anew`: begin with a pass that rebases the state, whether or not there is a newer build."""
        self._settings, self._folder, self._anew = settings, checkpoint_folder(settings, self.name), anew
        self._client = connect(settings)
        self._spark: SparkSession | None = None
        self._once = False
        self._looked = 0.0
        self._generation: Generation | None = None

    def start(self, spark: SparkSession, once: bool) -> StreamingQuery:
        """Go on from the checkpoint, or begin with a seed of all that raw holds. Raises Problem."""
        self._spark, self._once = spark, once
        create_tables(self._client)
        self._generation = generations.current(self._folder)
        if self._generation and self._anew:
            return self._begin(self._rebased())
        if self._generation:
            return self._query(self._generation, None)
        return self._begin(self._seeded(None))

    def look(self, query: StreamingQuery) -> StreamingQuery:
        """Rebase on a build of the warehouse that has finished since the last seed."""
        if self._once or time.monotonic() - self._looked < LOOK_EVERY_S or not query.isActive:
            return query
        self._looked = time.monotonic()
        return self.reconcile(query) if self._is_built_anew() else query

    def reconcile(self, query: StreamingQuery) -> StreamingQuery:
        """Stop between two batches, count what has drifted, and go on from a new seed at the same offsets."""
        stop_between_batches(query)
        try:
            return self._begin(self._rebased())
        except NotReadyError:
            return self._query(self._generation, None)

    def _rebased(self) -> Seed:
        found = self._seeded(self._generation.reached())
        write_lines(self._client, drift_lines(written_stock(self._client), found, datetime.now(UTC)))
        return found

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _is_built_anew(self) -> bool:
        """Whether there is another build, and the query has reached everything that it holds."""
        if not self._generation.has_begun or last_build(self._client) == self._generation.build:
            return False
        try:
            built, reached = built_ends(self._client), self._generation.reached()
        except NotReadyError:
            return False
        return _are_within(built, reached)

    def _seeded(self, offsets: Offsets | None) -> Seed:
        """A seed at these offsets, or at the end of raw. Waits for a build under way and for landing."""
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                landed = raw_ends(self._client)
                wanted = offsets or self._all_partitions(landed)
                if offsets and not _are_within(offsets, landed):
                    raise NotReadyError("Landing is behind the stock stream.", "Look whether ./retail land runs.")
                return seed(self._client, wanted)
            except NotReadyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def _all_partitions(self, landed: Offsets) -> Offsets:
        """Where raw ends; of a partition of which it has nothing, where Kafka begins."""
        held = bounds(self._settings)
        return {
            topic: {number: landed[topic].get(number, first) for number, (first, _) in held[topic].items()}
            for topic in TOPICS
        }

    def _begin(self, found: Seed) -> StreamingQuery:
        self._generation = generations.begin(self._folder, found.offsets, found.build)
        write_lines(
            self._client,
            [
                stock_line(source, location, product, stock, found.frontier(source, location))
                for source, location, product, stock in found.stocks()
            ],
        )
        return self._query(self._generation, found)

    def _query(self, generation: Generation, found: Seed | None) -> StreamingQuery:
        """The query of a generation; `found` where no batch of it was committed yet."""
        spark = self._spark
        messages = read_topics(spark, self._settings, TOPICS, _as_json(generation.offsets), MOST_EVENTS)
        first = spark.createDataFrame(
            found.rows() if found else [], "source string, location_id string, shelf int, state binary"
        )
        out = (
            stock_events(valid_events(messages, TOPICS), fulfilled_elsewhere(self._client))
            .groupBy(*KEY)
            .transformWithState(StockProcessor(), OUTPUT, "update", "eventTime", first.groupBy(*KEY))
        )
        trigger = {"availableNow": True} if self._once else {"processingTime": LIVE_TRIGGER}
        return (
            out.writeStream.queryName(self.name)
            .foreachBatch(self._write)
            .outputMode("update")
            .option("checkpointLocation", str(generation.checkpoint))
            .trigger(**trigger)
            .start()
        )

    def _write(self, batch: DataFrame, _number: int) -> None:
        lines = batch.toArrow()
        write_lines(self._client, zip(*(lines.column(name).to_pylist() for name in ("table", "line")), strict=True))


def forget(settings: Settings) -> None:
    """Delete the checkpoint: the next run begins with a seed."""
    shutil.rmtree(checkpoint_folder(settings, InventoryStream.name), ignore_errors=True)


def _are_within(some: Offsets, others: Offsets) -> bool:
    return all(end <= others.get(topic, {}).get(number, 0) for topic in some for number, end in some[topic].items())


def _as_json(offsets: Offsets) -> str:
    return json.dumps(offsets)


def main() -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    parser = argparse.ArgumentParser(description="Follow stock and its alerts live.")
    parser.add_argument("--once", action="store_true", help="work off what Kafka holds, then end")
    parser.add_argument("--anew", action="store_true", help="count what has drifted, and begin with a new seed")
    options, stop, settings = parser.parse_args(), stop_event(), load_settings()
    return exit_code(
        lambda: host(settings, InventoryStream.name, [InventoryStream(settings, options.anew)], options.once, stop)
    )


if __name__ == "__main__":
    sys.exit(main())
