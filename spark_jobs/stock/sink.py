"""Writes lines of JSON into the tables they name; of two rows with one key the later counts."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from spark_jobs.stock.rows import Line


def write_lines(client: Client, lines: Iterable[Line], now: datetime | None = None) -> None:
    """One insert per table. `now` is when they are written, by the clock."""
    moment = f"{(now or datetime.now(UTC)).replace(tzinfo=None):%F %T.%f}"[:-3]
    by_table: dict[str, list[str]] = defaultdict(list)
    for table, line in lines:
        by_table[table].append(f'{line[:-1]}, "written_at": "{moment}"}}')
    for table, texts in by_table.items():
        client.raw_insert(table, insert_block="\n".join(texts).encode(), fmt="JSONEachRow")
