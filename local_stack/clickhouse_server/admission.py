"""How many queries may be at work at once, and which: the register behind code 202 and code 216."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from local_stack.clickhouse_server.errors import ServerError


class Admission:
    """The queries at work, by id."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: set[str] = set()
        self._killed: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def admit(self, query_id: str) -> Iterator[None]:
        """Hold a place. Raises 202 when all are taken, 216 while another query has the same id."""
        with self._lock:
            if query_id in self._running:
                raise ServerError(216, f"Query with id = {query_id} is already running")
            if len(self._running) >= self._limit:
                raise ServerError(
                    202, f"Too many simultaneous queries. Maximum: {self._limit} (LOCAL_CLICKHOUSE_MAX_QUERIES)"
                )
            self._running.add(query_id)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(query_id)
                self._killed.discard(query_id)

    def kill(self, query_ids: Iterable[str]) -> None:
        """Note that queries at work are being killed: an INSERT of blocks ends without a word, its rows unwritten."""
        with self._lock:
            self._killed |= self._running.intersection(query_ids)

    def complain_if_killed(self, query_id: str) -> None:
        """Raise 394 for a query that somebody killed, whatever the engine says of it."""
        with self._lock:
            if query_id in self._killed:
                raise ServerError(394, "Query was cancelled")
