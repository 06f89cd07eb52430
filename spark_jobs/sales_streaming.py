"""Live sales: windows of one and five minutes by store, category and channel, from Kafka into `realtime`.

`python -m spark_jobs.sales_streaming --once` works off what is there; without `--once` it goes on until SIGTERM.
"""

import argparse
import sys
import threading
from datetime import UTC, datetime
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery

from contracts.events import SALES
from contracts.settings import Settings, load_settings
from spark_jobs.anomaly_watch import AnomalyWatch
from spark_jobs.hosting import exit_code, host, stop_event
from spark_jobs.kafka_source import read_topics
from spark_jobs.live_edge import beginning
from spark_jobs.product_categories import categories_of
from spark_jobs.sales_lines import packed_lines
from spark_jobs.sales_sink import Written, write_sales
from spark_jobs.sales_windows import sales_windows
from spark_jobs.session import checkpoint_folder
from warehouse.client import connect
from warehouse.create_tables import create_tables

NAME = "sales"
TRIGGER = "1 second"
MAX_OFFSETS = 50_000  # per batch


class SalesStream:
    """The live sales as one query of a session."""

    name = NAME

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = connect(settings)
        create_tables(self._client)
        self._anomalies = AnomalyWatch(self._client, settings.retail_schema_prefix)

    def start(self, spark: SparkSession, once: bool) -> StreamingQuery:
        """Begin 48 hours before the latest event in raw, or go on from the checkpoint. Raises Problem."""
        checkpoint = checkpoint_folder(self._settings, NAME)
        began = beginning(self._client, self._settings, checkpoint, SALES)
        messages = read_topics(spark, self._settings, [SALES], began.starting, MAX_OFFSETS)
        lines = packed_lines(messages, partial(categories_of, self._settings))
        return (
            sales_windows(lines, began.edge)
            .writeStream.foreachBatch(partial(self._write, began.computation))
            .outputMode("update")
            .queryName(NAME)
            .option("checkpointLocation", str(checkpoint))
            .trigger(**({"availableNow": True} if once else {"processingTime": TRIGGER}))
            .start()
        )

    def _write(self, computation: str, batch: DataFrame, number: int) -> None:
        write_sales(self._client, batch.toArrow(), Written(computation, number, datetime.now(UTC)))

    def look(self, query: StreamingQuery) -> StreamingQuery:
        """Look for anomalies in what was written; the query itself needs no care."""
        if query.isActive:
            self._anomalies.look(datetime.now(UTC))
        return query

    def close(self) -> None:
        """Let go of the warehouse."""
        self._client.close()


def stream_sales(settings: Settings, once: bool, stop: threading.Event) -> None:
    """Run the stream alone until it ends (`once`) or `stop` is set. Raises Problem."""
    host(settings, NAME, [SalesStream(settings)], once, stop)


def main() -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    parser = argparse.ArgumentParser(description="Windows of the live sales, from Kafka into ClickHouse.")
    parser.add_argument("--once", action="store_true", help="work off what is there, then end")
    once, stop = parser.parse_args().once, stop_event()
    return exit_code(lambda: stream_sales(load_settings(), once, stop))


if __name__ == "__main__":
    sys.exit(main())
