"""One Spark session for one or more streams, from its options to the sentence that says why it broke off."""

import signal
import sys
import threading
from collections.abc import Callable, Sequence

from clickhouse_connect.driver.exceptions import ClickHouseError
from confluent_kafka import KafkaException
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from contracts.problems import Problem
from contracts.settings import Settings
from spark_jobs.lineage import streams_told
from spark_jobs.metrics_endpoint import serving
from spark_jobs.session import build_session
from spark_jobs.stream import Stream, follow
from spark_jobs.stream_meter import Meter
from spark_jobs.stream_problems import explained

_SESSION = {
    "spark.scheduler.mode": "FAIR",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.task.maxFailures": "1",  # a second attempt could overlap with the first: the next run begins anew
    "spark.speculation": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.streaming.numRecentProgressUpdates": "50",
    "spark.sql.streaming.stateStore.providerClass": (
        "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
    ),
    "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled": "true",  # changes, not whole copies
}


def session_options(settings: Settings) -> dict[str, str]:
    """What a session that hosts streams asks of Spark."""
    return {**_SESSION, "spark.sql.shuffle.partitions": str(settings.spark_stateful_partitions)}


def host(settings: Settings, name: str, streams: Sequence[Stream], once: bool, stop: threading.Event) -> None:
    """Run the streams in one session called `name` until they end (`once`) or `stop` is set. Raises Problem."""
    meter = Meter.of(settings)
    lineage = streams_told(settings, name, [stream.name for stream in streams])
    with serving(settings.retail_metrics_port, meter.gauges, settings.retail_metrics_bind), lineage:
        spark = build_session(name, settings, session_options(settings))
        try:
            follow(spark, streams, once, stop, meter.observe)
        except (PySparkException, Py4JError, ClickHouseError, KafkaException) as error:
            raise explained(error, settings, name) from error
        finally:
            meter.close()
            spark.stop()


def stop_event() -> threading.Event:
    """Set by Ctrl-C and SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def exit_code(program: Callable[[], object]) -> int:
    """0, or 1 after the Problem's sentences on stderr; what the program gives is said there too."""
    try:
        said = program()
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    if said is not None:
        sys.stderr.write(f"{said}\n")
    return 0
