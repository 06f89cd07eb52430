"""Landing as a stream: Kafka's messages into raw, each offset once, through doors that shut earlier runs out."""

import contextlib
import secrets
import time
from datetime import UTC, datetime

from clickhouse_connect.driver.exceptions import ClickHouseError
from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

from contracts.settings import Settings
from spark_jobs.kafka_log import bounds
from spark_jobs.kafka_source import read_messages
from spark_jobs.landing_watch import LandingSummary, Watch
from spark_jobs.raw_sink import RawSink, sink_options
from spark_jobs.session import checkpoint_folder
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.doors import close_doors, open_doors, shut_other_doors

LIVE_TRIGGER = "4 seconds"


class Landing:
    """The stream `landing`. Raises Problem where ClickHouse or Kafka does not answer."""

    name = "landing"

    def __init__(self, settings: Settings) -> None:
        started = time.monotonic()
        self._settings, self._run = settings, new_run()
        self._client, held = connect(settings), bounds(settings)
        create_tables(self._client)
        self._watch = Watch(self._client, held, started)

    def start(self, spark: SparkSession, once: bool) -> StreamingQuery:
        """Open this run's doors, shut all others, land."""
        open_doors(self._client, self._run)
        shut_other_doors(self._client, self._run)
        return start_landing(spark, self._settings, self._run, once)

    def look(self, query: StreamingQuery) -> StreamingQuery:
        """Tell how far it has come."""
        self._watch.look(query)
        return query

    def close(self) -> None:
        """Take the doors away; the next run shuts what this one cannot close."""
        with contextlib.suppress(ClickHouseError):
            close_doors(self._client, self._run)

    def summary(self) -> LandingSummary:
        """What this run landed."""
        return self._watch.summary()


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
        .queryName(Landing.name)
        .options(**sink_options(settings, run))
        .option("checkpointLocation", str(checkpoint_folder(settings, Landing.name)))
        .trigger(**trigger)
        .start()
    )
