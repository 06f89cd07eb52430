"""Rows into a table, a few at a time."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from clickhouse_connect.driver.client import Client


def write_rows(client: Client, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows that all have the same columns; instants carry their time zone."""
    if rows:
        lines = "\n".join(json.dumps(row, default=_text) for row in rows)
        client.raw_insert(table, list(rows[0]), lines.encode(), fmt="JSONEachRow")


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%F %T.%f}"[:-3]
    return str(value)
