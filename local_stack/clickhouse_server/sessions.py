"""Sessions: a client's own connection to the engine, kept between its requests, ended when idle for too long."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local_stack.clickhouse_server.engine import Connection, Engine
from local_stack.clickhouse_server.errors import ServerError


class Session:
    """One user's session. It has a connection of its own only once a statement changed something on it."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.has_given_up_rights = False
        self.busy = threading.Lock()
        self.expires = float("inf")

    def close(self) -> None:
        """Drop its connection with all temporary tables."""
        if self.connection:
            self.connection.close()


class Sessions:
    """All sessions by user and id."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sessions: dict[tuple[str, str], Session] = {}
        self._lock = threading.Lock()

    @contextmanager
    def use(self, user: str, session_id: str, timeout: int, must_exist: bool) -> Iterator[Session]:
        """Hold a session for one request. Raises 372 if it must exist and does not, 373 if another request holds it.
        A `timeout` of 0 ends it after the request."""
        key = (user, session_id)
        with self._lock:
            self._end_idle()
            session = self._sessions.get(key)
            if session is None and must_exist:
                raise ServerError(372, f"Session {session_id} not found")
            session = session or self._sessions.setdefault(key, Session())
            if not session.busy.acquire(blocking=False):
                raise ServerError(373, f"Session {session_id} is locked by a concurrent client")
            session.expires = float("inf")
        try:
            yield session
        finally:
            session.expires = time.monotonic() + timeout
            session.busy.release()

    def end_idle(self) -> None:
        """Close the sessions whose time is over; called about once a second."""
        with self._lock:
            self._end_idle()

    def _end_idle(self) -> None:
        now = time.monotonic()
        for key in [key for key, session in self._sessions.items() if session.expires <= now]:
            self._sessions.pop(key).close()

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            ended, self._sessions = list(self._sessions.values()), {}
        for session in ended:
            session.close()
