"""Reads a range of Kafka again and lands what raw lacks of it, each offset exactly once.

python -m spark_jobs.backfill_events --from 2026-01-31 [--to 2026-02-02]
python -m spark_jobs.backfill_events --offsets sales_events:0:1000-1999

It is a landing run like any other and shuts a running one out (`./retail backfill` starts that one again afterwards).
Stopped or killed it leaves whole inserts; the same command goes on from there.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from confluent_kafka import Consumer, KafkaException
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from contracts.kafka_login import librdkafka
from contracts.settings import Settings, load_settings
from spark_jobs.backfill_ranges import dated_ranges, end_of, instant, named_ranges
from spark_jobs.batch_progress import Span
from spark_jobs.hosting import exit_code
from spark_jobs.kafka_log import bounds, unreachable
from spark_jobs.landing_stream import new_run
from spark_jobs.offsets import Partition
from spark_jobs.partition_reader import read_span
from spark_jobs.partition_writer import PartitionWriter
from spark_jobs.stream_problems import explained
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.doors import close_doors, open_doors, shut_other_doors
from warehouse.erasure_list import ErasureList

Tell = Callable[[Span, int], None]


def backfill(
    client: Client, consumer: Consumer, spans: Iterable[Span], tell: Tell, erased: ErasureList
) -> Counter[str]:
    """Land what raw lacks of the spans; gives how many messages of each topic. Raises Problem, KafkaException."""
    lacking = [span for span in spans if _raw_has(client, span) < span.to_offset - span.from_offset]
    landed: Counter[str] = Counter()
    if not lacking:
        return landed
    run = new_run()
    try:
        open_doors(client, run)
        shut_other_doors(client, run)
        for span in lacking:
            landed[span.topic] += _fill(client, run, consumer, span, tell, erased)
    finally:
        with suppress(ClickHouseError):
            close_doors(client, run)
    return landed


def _raw_has(client: Client, span: Span) -> int:
    return Partition(client, span.topic, span.partition).count(span.from_offset, span.to_offset - 1)


def _fill(client: Client, run: str, consumer: Consumer, span: Span, tell: Tell, erased: ErasureList) -> int:
    batches = read_span(consumer, span, lambda reached: tell(span, reached))
    _, inserted = PartitionWriter(client, run, next(batches), erased).write(batches)
    return inserted


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    options = _options(arguments)
    return exit_code(lambda: _run(options, load_settings()))


def _run(options: argparse.Namespace, settings: Settings) -> str:
    client, held = connect(settings), bounds(settings)
    create_tables(client)
    consumer = Consumer({**librdkafka(settings), "group.id": "backfill", "log_level": 0})
    try:
        spans = (
            named_ranges(options.offsets, held)
            if options.offsets
            else dated_ranges(consumer, options.since, options.until, held)
        )
        with _bar() as progress:
            erased = ErasureList(client, settings.retail_erasure_salt.get_secret_value())
            return _told(spans, backfill(client, consumer, spans, _progress_of(progress, spans), erased))
    except KafkaException as error:
        raise unreachable(settings, error.args[0].str()) from error
    except ClickHouseError as error:
        raise explained(error, settings, "backfill") from error
    finally:
        consumer.close()


def _told(spans: Sequence[Span], landed: Counter[str]) -> str:
    if not spans:
        return "Nothing arrived in that time."
    read: Counter[str] = Counter()
    for span in spans:
        read[span.topic] += span.to_offset - span.from_offset
    lines = [
        f"{topic}: {landed[topic]:,} of {count:,} messages were missing and are landed now."
        if landed[topic]
        else f"{topic}: raw has all {count:,} messages."
        for topic, count in read.items()
    ]
    return "\n".join(lines)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}/{task.total:,.0f}"))
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True)


def _progress_of(progress: Progress, spans: Sequence[Span]) -> Tell:
    task = progress.add_task("reading again", total=sum(span.to_offset - span.from_offset for span in spans))
    done = dict.fromkeys(spans, 0)

    def tell(span: Span, reached: int) -> None:
        done[span] = reached - span.from_offset
        progress.update(task, completed=sum(done.values()))

    return tell


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="backfill", description="Read a range of Kafka again and land what the raw tables lack of it."
    )
    parser.add_argument(
        "--from", dest="since", type=instant, metavar="DATE", help="arrived in Kafka from this day or instant (UTC) on"
    )
    parser.add_argument(
        "--to", dest="until", type=end_of, metavar="DATE", help="up to the end of this day, or before this instant"
    )
    parser.add_argument(
        "--offsets", action="append", metavar="TOPIC:PARTITION:FIRST-LAST", help="instead of dates; may be repeated"
    )
    options = parser.parse_args(arguments)
    if bool(options.offsets) == bool(options.since or options.until):
        parser.error("say either --from and --to, or --offsets")
    return options


if __name__ == "__main__":
    sys.exit(main())
