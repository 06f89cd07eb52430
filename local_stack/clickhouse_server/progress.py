"""`X-ClickHouse-Progress` headers, for clients that ask for them (`send_progress_in_http_headers`)."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local_stack.clickhouse_server.engine import Connection
from local_stack.clickhouse_server.home import Query

_NAMES = ("read_rows", "read_bytes", "total_rows_to_read", "written_rows", "written_bytes", "result_rows")


class Progress:
    """The latest numbers of one statement, and when they were last told."""

    def __init__(self, query: Query) -> None:
        options = query.options
        self.is_wanted = options.is_on("send_progress_in_http_headers", False) and query.request.version == "HTTP/1.1"
        self.interval = options.number("http_headers_progress_interval_ms", 100) / 1000
        self._response, self._told = query.response, query.started
        self._numbers: dict[str, int] = {}

    @contextmanager
    def watching(self, connection: Connection) -> Iterator[None]:
        """Listen to the connection's statement."""
        if not self.is_wanted:
            yield
            return
        connection.watch(self._numbers.update)
        try:
            yield
        finally:
            connection.watch(None)

    def tell(self) -> None:
        """Send a header if one is due."""
        now = time.perf_counter()
        if self.is_wanted and now - self._told >= self.interval:
            self._told = now
            numbers = {name: str(self._numbers.get(name, 0)) for name in _NAMES}
            self._response.progress(json.dumps(numbers, separators=(",", ":")))
