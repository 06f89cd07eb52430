"""The headers every answer to a query has."""

import json

from local_stack.clickhouse_server.engine import Outcome
from local_stack.clickhouse_server.response import Response

_EXPOSED = ("Query-Id", "Summary", "Server-Display-Name", "Format", "Timezone", "Exception-Code", "Exception-Tag")


def add_query_headers(response: Response, query_id: str, host: str, timezone: str) -> None:
    """What is known before the query runs."""
    exposed = ",".join(f"X-ClickHouse-{name}" for name in _EXPOSED)
    response.add("Access-Control-Expose-Headers", exposed)
    response.add("X-ClickHouse-Server-Display-Name", host)
    response.add("X-ClickHouse-Query-Id", query_id)
    response.add("X-ClickHouse-Timezone", timezone)
    response.add("X-ClickHouse-Exception-Tag", response.tag)


def summary(outcome: Outcome, seconds: float) -> str:
    """The value of `X-ClickHouse-Summary`: numbers as strings, as ClickHouse writes them."""
    numbers = {
        "read_rows": outcome.read_rows,
        "read_bytes": outcome.read_bytes,
        "written_rows": outcome.written_rows,
        "written_bytes": outcome.written_bytes,
        "total_rows_to_read": outcome.read_rows,
        "result_rows": outcome.result_rows or outcome.written_rows,
        "result_bytes": outcome.written_bytes,
        "elapsed_ns": int(seconds * 1e9),
        "memory_usage": 0,
    }
    return json.dumps({name: str(number) for name, number in numbers.items()}, separators=(",", ":"))
