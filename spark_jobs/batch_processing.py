"""Daily figures, rankings and exceptions from the marts: into the warehouse, and as a page and CSV files to read.

python -m spark_jobs.batch_processing [--date 2026-01-31] [--source NAME]
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own convention
from rich.console import Console

from contracts.lineage import tables, told
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from contracts.tables import BATCH_PROCESSING_RESULTS, PUBLICATION
from spark_jobs.batch.page import Report, Stamp, page
from spark_jobs.batch.rankings import reports
from spark_jobs.batch.results import in_order, write_csv, write_results
from spark_jobs.batch.slices import Slices, last_days, read_slices, tables_read
from spark_jobs.session import build_session
from warehouse.client import connect
from warehouse.create_tables import create_tables

_SESSION = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.shuffle.partitions": "2",  # a day of a chain is small
    "spark.sql.adaptive.enabled": "false",
}


@dataclass(frozen=True)
class Made:
    """One report that was made."""

    source: str
    day: date
    page: Path
    rows: list[dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 after a sentence on stderr, 130 after Ctrl-C."""
    options = _options(arguments)
    said = Console(stderr=True, highlight=False)
    try:
        settings = load_settings()
        client = connect(settings)
        create_tables(client)
        wanted = _wanted(client, options, settings.retail_schema_prefix)
        read = tables(settings, *tables_read(settings.retail_schema_prefix))
        with told(settings, "batch", read, tables(settings, BATCH_PROCESSING_RESULTS)):
            spark = build_session("batch", settings, _SESSION)
            for source, day in wanted.items():
                made = make_report(spark, client, settings, source, day)
                said.print(f"{made.source}, {made.day}: {len(made.rows)} rows; {made.page}", soft_wrap=True)
    except Problem as problem:
        said.print(str(problem), style="red", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        said.print("Stopped; a day that was not finished is as it was.")
        return 130
    return 0


def make_report(
    spark: SparkSession,
    client: Client,
    settings: Settings,
    source: str,
    day: date,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Made:
    """Compute one day of one source; write table, page and CSV files. Done again it replaces what was there."""
    made_at = clock()
    slices = read_slices(spark, client, source, day, settings.retail_schema_prefix)
    rows = in_order([row.asDict() for row in reports(slices).collect()])
    folder = settings.home / "reports" / str(day) / _file_name(source)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "index.html"
    report = Report(source, day, slices.before, rows, _trend(slices), _stamp(client, slices), made_at)
    file.write_text(page(report), encoding="utf-8")
    write_csv(folder, rows)
    if not settings.retail_schema_prefix:  # a developer's own marts are no results
        write_results(client, source, day, rows, f"batch-{made_at:%Y%m%dT%H%M%S%f}", made_at)
    return Made(source, day, file, rows)


def _wanted(client: Client, options: argparse.Namespace, prefix: str) -> dict[str, date]:
    """Sources and days. Raises Problem where there is nothing to report on."""
    if not client.command(f"EXISTS TABLE {prefix}kpi.mart_sales_daily"):
        raise Problem("There are no marts yet.", "Build them with ./retail dbt build.")
    last = last_days(client, prefix)
    if options.source and options.source not in last:
        known = f"There are {', '.join(last)}." if last else "./retail demo makes one."
        raise Problem(f"No day of {options.source!r} is over, or it sells nothing.", known)
    sources = [options.source] if options.source else list(last)
    if not sources:
        raise Problem("No source has a business day that is over.", "./retail demo makes one.")
    return {source: options.date or last[source] for source in sources}


def _stamp(client: Client, slices: Slices) -> Stamp:
    [(stores, complete)] = slices["closings"].agg(F.count("*"), F.count_if("is_complete")).collect()
    found = client.query(
        f"SELECT status, reason FROM {PUBLICATION} WHERE source = {{source:String}} ORDER BY checked_at DESC LIMIT 1",  # noqa: S608
        {"source": slices.source},
    ).result_rows
    status, reason = found[0] if found else ("", "")
    return Stamp(stores, complete, status, reason)


def _trend(slices: Slices) -> dict[str, list[tuple[date, Decimal]]]:
    sums = slices["trend"].groupBy("currency", "date_key").agg(F.sum("net_revenue").alias("value"))
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for row in sums.orderBy("currency", "date_key").collect():
        found.setdefault(row["currency"], []).append((row["date_key"], row["value"]))
    return found


def _file_name(source: str) -> str:
    """A source may be called anything; a folder may not."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in source).strip(".") or "_"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./retail batch", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--date", type=date.fromisoformat, help="business date (default: the last that is over)")
    parser.add_argument("--source", default="", help="of which source (default: of each)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
