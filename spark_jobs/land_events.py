"""Lands every event of the three Kafka topics in the raw tables, each offset exactly once.

`python -m spark_jobs.land_events --once` lands what is there and ends; without `--once` it goes on until SIGTERM.
"""

import argparse
import contextlib
import secrets
import signal
import sys
import threading
import time
from datetime import UTC, datetime

from clickhouse_connect.driver.exceptions import ClickHouseError
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from spark_jobs.kafka_log import bounds
from spark_jobs.kafka_source import read_messages
from spark_jobs.landing_problems import explained
from spark_jobs.landing_watch import LandingSummary, Watch
from spark_jobs.raw_sink import RawSink, sink_options
from spark_jobs.session import build_session, checkpoint_folder
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.doors import close_doors, open_doors, shut_other_doors

LIVE_TRIGGER = "2 seconds"  # each batch makes a part per partition in ClickHouse
STOP_DEADLINE_S = 60
_SESSION = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.task.maxFailures": "1",  # a second attempt could overlap with the first: the next run begins anew
    "spark.speculation": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.streaming.numRecentProgressUpdates": "1000",
}


def land(settings: Settings, once: bool, stop: threading.Event | None = None) -> LandingSummary:
    """Land what Kafka holds (`once`), or go on until `stop` is set. Raises Problem."""
    started = time.monotonic()
    client, held, run = connect(settings), bounds(settings), new_run()
    create_tables(client)
    spark = build_session("landing", settings, _SESSION)
    try:
        open_doors(client, run)
        shut_other_doors(client, run)
        watch = Watch(run, client, held, started)
        query = start_landing(spark, settings, run, once)
        _follow(query, watch, stop or threading.Event())
        return watch.summary()
    except (PySparkException, Py4JError) as error:
        raise explained(error, settings) from error
    finally:
        spark.stop()
        with contextlib.suppress(ClickHouseError):  # the next run shuts what this one cannot close
            close_doors(client, run)


def new_run() -> str:
    """A name that sorts by time and is nobody else's."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}{secrets.token_hex(4)}"


def start_landing(spark: SparkSession, settings: Settings, run: str, once: bool) -> StreamingQuery:
    """The streaming query of a run whose doors are open and the only ones."""
    spark.dataSource.register(RawSink)
    trigger = {"availableNow": True} if once else {"processingTime": LIVE_TRIGGER}
    return (
        read_messages(spark, settings)
        .writeStream.format(RawSink.name())
        .queryName("landing")
        .options(**sink_options(settings, run))
        .option("checkpointLocation", str(checkpoint_folder(settings, "landing")))
        .trigger(**trigger)
        .start()
    )


def _follow(query: StreamingQuery, watch: Watch, stop: threading.Event) -> None:
    while not query.awaitTermination(1) and not stop.is_set():
        watch.look(query)
    if stop.is_set():
        _stop_between_batches(query)
    watch.look(query)


def _stop_between_batches(query: StreamingQuery) -> None:
    deadline = time.monotonic() + STOP_DEADLINE_S
    while query.isActive and query.status["isTriggerActive"] and time.monotonic() < deadline:
        time.sleep(0.05)
    query.stop()


def main() -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    parser = argparse.ArgumentParser(description="Land the events of Kafka in ClickHouse, each offset exactly once.")
    parser.add_argument("--once", action="store_true", help="land what is there, then end")
    arguments = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        summary = land(load_settings(), arguments.once, stop)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stderr.write(f"{summary}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
