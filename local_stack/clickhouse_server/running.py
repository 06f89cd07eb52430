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
from local_stack.clickhouse_server.http_request import ClientGone
from local_stack.clickhouse_server.response import has_hung_up

_PIPE_BYTES = 1 << 20
_NO_SELECT = 36
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ, Linux only


class Running:
    """Runs one statement. `pieces` yields what the engine writes, as it writes it; `outcome` waits for the end."""

    def __init__(self, engine: Engine, token: str) -> None:
        self._engine, self._token = engine, token
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

    def start(self, pool: Executor, connection: Connection, sql: bytes, format_name: str) -> "Running":
        """Begin in a thread of `pool`."""
        self._future = pool.submit(self._work, connection.execute, sql, format_name)
        return self

    def start_blocks(
        self, pool: Executor, connection: Connection, sql: bytes, change: Callable[[bytes], bytes]
    ) -> "Running":
        """Begin a statement whose Native blocks are changed one by one; what is no SELECT has one block."""

        def execute(sql: bytes, format_name: str) -> Outcome:
            try:
                return connection.blocks(sql, lambda block: self._write(change(block)))
            except ServerError as error:
                if error.code != _NO_SELECT or "Streaming query is not supported" not in error.message:
                    raise
            outcome = connection.execute(sql, format_name)
            self._write(change(outcome.result))
            return outcome

        self._future = pool.submit(self._work, execute, sql, "Native")
        return self

    def _work(self, execute: Callable[[bytes, str], Outcome], sql: bytes, format_name: str) -> Outcome:
        try:
            return execute(sql, format_name)
        finally:
            os.close(self._write_end)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._write_end, view) :]

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
        """Stop the statement if it is still at work, and free the pipe."""
        if self._future is None:
            os.close(self._write_end)
        while self._future is not None and not self._future.done():
            self._engine.kill(self._token)
            self._drain()
            time.sleep(0.02)
        os.close(self._read_end)

    def _drain(self) -> None:
        """Let a writer that waits for room in the pipe see that it was stopped."""
        os.set_blocking(self._read_end, False)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read_end, _PIPE_BYTES):
                pass
