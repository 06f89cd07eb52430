"""A statement under way: the engine works in a thread, its result comes through a pipe, and it can be stopped."""

import contextlib
import fcntl
import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future

from local_stack.clickhouse_server.engine import Connection, Engine, Outcome
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.feed import Feed, write_all
from local_stack.clickhouse_server.http_request import ClientGone

_PIPE_BYTES = 1 << 20
_NO_SELECT = 36
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ, Linux only


class Running:
    """Runs one statement. `pieces` yields what the engine writes, as it writes it; `outcome` waits for the end."""

    def __init__(self, engine: Engine, token: str, feed: Feed | None = None) -> None:
        self._engine, self._token, self._feed = engine, token, feed
        self._read_end, self._write_end = os.pipe()
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._write_end, _SET_PIPE_SIZE, _PIPE_BYTES)
        self._future: Future[Outcome] | None = None

    @property
    def path(self) -> str:
        """The file name the engine writes its result to."""
        return f"/dev/fd/{self._write_end}"

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, pool: Executor, connection: Connection, sql: bytes, format_name: str) -> None:
        """Begin in a thread of `pool`."""
        self._future = pool.submit(self._work, lambda: connection.execute(sql, format_name))

    def start_blocks(
        self, pool: Executor, connection: Connection, sql: bytes, change: Callable[[bytes], bytes]
    ) -> None:
        """Begin a statement whose Native blocks are changed one by one; what is no SELECT has one block."""

        def execute() -> Outcome:
            try:
                return connection.blocks(sql, lambda block: write_all(self._write_end, change(block)))
            except ServerError as error:
                if error.code != _NO_SELECT or "Streaming query is not supported" not in error.message:
                    raise
            outcome = connection.execute(sql, "Native")
            write_all(self._write_end, change(outcome.result))
            return outcome

        self._future = pool.submit(self._work, execute)

    def _work(self, execute: Callable[[], Outcome]) -> Outcome:
        try:
            return execute()
        finally:
            os.close(self._write_end)
            if self._feed:
                self._feed.end()

    def pieces(self, sock: socket.socket, patience: float) -> Iterator[bytes]:
        """What the engine wrote, b'' each time `patience` seconds passed without. Raises `ClientGone` on hanging up."""
        poller = select.poll()
        poller.register(self._read_end, select.POLLIN)
        poller.register(sock, select.POLLIN)
        while True:
            ready = {fd for fd, _ in poller.poll(patience * 1000)}
            if self._read_end in ready:
                data = os.read(self._read_end, _PIPE_BYTES)
                if not data:
                    return
                yield data
            elif sock.fileno() in ready:
                if has_hung_up(sock):
                    raise ClientGone
                poller.unregister(sock)  # the next request came early: it waits
            else:
                yield b""

    def outcome(self) -> Outcome:
        """What the statement did. Raises `ServerError`."""
        assert self._future is not None  # noqa: S101
        return self._future.result()

    def close(self) -> None:
        """Stop the statement if it is still at work, and free the pipes."""
        if self._future is None:
            os.close(self._write_end)
        while self._future is not None and not self._future.done():
            is_told = self._engine.kill(self._token)
            if self._feed and is_told:
                self._feed.close()  # not earlier: data that only seems complete would be written
            self._drain()
            time.sleep(0.02)
        os.close(self._read_end)
        if self._feed:
            self._feed.close()
            self._feed.end()

    def _drain(self) -> None:
        """Let a writer that waits for room in the pipe see that it was stopped."""
        os.set_blocking(self._read_end, False)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read_end, _PIPE_BYTES):
                pass


def has_hung_up(sock: socket.socket) -> bool:
    """Whether the other side has closed the connection; a next request that came early is no hanging up."""
    poller = select.poll()
    poller.register(sock, select.POLLIN)
    if not poller.poll(0):
        return False
    try:
        return sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
