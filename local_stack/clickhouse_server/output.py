"""Pass a result on as the engine writes it: short ones whole with their summary, long ones in chunks as they come."""

import tempfile
import time
from http import HTTPStatus

from local_stack.clickhouse_server.engine import Outcome
from local_stack.clickhouse_server.formats import content_type
from local_stack.clickhouse_server.home import Query
from local_stack.clickhouse_server.progress import Progress
from local_stack.clickhouse_server.query_headers import summary
from local_stack.clickhouse_server.running import Running

_HELD_BYTES = 256 << 10  # an answer shorter than this goes out whole, with its summary
_HELD_SECONDS = 0.1  # unless it takes longer than this to grow
_IN_MEMORY = 16 << 20  # of an answer the client wants held until the query has ended


def send_whole(query: Query, outcome: Outcome) -> None:
    """Answer with a result that is complete."""
    _add_summary(query, outcome)
    query.response.headers.setdefault("Content-Type", content_type(query.options.default_format))
    query.response.send(HTTPStatus.OK, outcome.result)


def send_result(query: Query, running: Running, progress: Progress) -> None:
    """Answer with what a running statement writes. Raises `ServerError` if it fails, before or after the first byte."""
    if query.options.buffer_all:
        _send_held(query, running, progress)
        return
    held, size, since = [], 0, 0.0
    for data in running.pieces(query.response.socket, _HELD_SECONDS):
        progress.tell()
        if query.response.is_started:
            query.response.write(data)
            continue
        held.append(data)
        size += len(data)
        since = since or (time.perf_counter() if size else 0.0)
        if size >= _HELD_BYTES or (size and time.perf_counter() - since >= _HELD_SECONDS):
            _add_summary(query, Outcome())
            query.response.write(b"".join(held))
    outcome = running.outcome()
    if query.response.is_started:
        query.response.finish()
        return
    _add_summary(query, outcome)
    query.response.send(HTTPStatus.OK, b"".join(held))


def _send_held(query: Query, running: Running, progress: Progress) -> None:
    """Hold the result until the statement has ended, large ones in a file, so that no error comes after data."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=query.home.folders.temporary) as held:
        size = 0
        for data in running.pieces(query.response.socket, _HELD_SECONDS):
            size += held.write(data)
            progress.tell()
        _add_summary(query, running.outcome())
        held.seek(0)
        if size <= _IN_MEMORY:
            query.response.send(HTTPStatus.OK, held.read())
            return
        while data := held.read(1 << 20):
            query.response.write(data)
        query.response.finish()


def _add_summary(query: Query, outcome: Outcome) -> None:
    query.response.add("X-ClickHouse-Summary", summary(outcome, time.perf_counter() - query.started))
