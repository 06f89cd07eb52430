"""Rows of the reports: in the table, where a date computed again replaces itself, and in one CSV file per report."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.tables import BATCH_PROCESSING_RESULTS
from spark_jobs.batch.rankings import COLUMNS, REPORTS
from warehouse.written_rows import write_rows

Row = dict[str, Any]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """By report, currency, rank, subject and measure."""
    return sorted(
        rows,
        key=lambda row: (
            REPORTS.index(row["report"]), row["currency"], row["rank"], row["entity_id"], row["measure"]
        ),
    )  # fmt: skip


def write_results(client: Client, source: str, day: date, rows: Sequence[Row], run_id: str, made_at: datetime) -> None:
    """Put the rows in the place of what was computed of the day before."""
    stamp = {"run_id": run_id, "source": source, "business_date": day, "made_at": made_at}
    write_rows(client, BATCH_PROCESSING_RESULTS, [stamp | row for row in rows])
    # Readers take the newest run of a date, so nothing is missing or double in between.
    client.command(
        f"DELETE FROM {BATCH_PROCESSING_RESULTS} WHERE source = {{source:String}}"  # noqa: S608 - a name of our own
        " AND business_date = {day:Date32} AND run_id != {run_id:String}",
        {"source": source, "day": day, "run_id": run_id},
    )


def write_csv(folder: Path, rows: Sequence[Row]) -> list[Path]:
    """A file per report with rows, its name that of the report; NULL is an empty cell."""
    files = []
    for report in REPORTS:
        file, of_report = folder / f"{report}.csv", [row for row in rows if row["report"] == report]
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, COLUMNS)
            writer.writeheader()
            writer.writerows(of_report)
        files.append(file)
    return files
