"""Answers: short ones whole with a length, long ones in chunks; an exception in mid-stream in ClickHouse's form."""

import json
import random
import select
import socket
import string
import time
from http import HTTPStatus

from local_stack.clickhouse_server.encodings import Encoder
from local_stack.clickhouse_server.engine import Outcome
from local_stack.clickhouse_server.errors import ServerError

_EXPOSED = ("Query-Id", "Summary", "Server-Display-Name", "Format", "Timezone", "Exception-Code", "Exception-Tag")
_KEEP_ALIVE = "timeout=30, max=9999"
_TEXT = "text/plain; charset=UTF-8"


class Response:
    """One answer on a socket. `add` headers, then `write` and `finish`, or `fail`."""

    def __init__(self, sock: socket.socket, version: str, keeps_alive: bool, has_body: bool = True) -> None:
        self.socket, self._has_body = sock, has_body
        self._chunked = version == "HTTP/1.1"
        self.keeps_alive = keeps_alive
        self.headers: dict[str, str] = {}
        self.is_started = False
        self._is_head_open = False
        self._sent: set[str] = set()
        self._encoder: Encoder | None = None
        self.tag = "".join(random.choices(string.ascii_lowercase, k=16))

    def add(self, name: str, value: str) -> None:
        """Set a header, before the answer starts. Line breaks cannot enter."""
        self.headers[name] = value.replace("\r", " ").replace("\n", " ")

    def encode_with(self, encoder: Encoder, content_encoding: str = "") -> None:
        """Compress the body, announced as a content encoding unless it is ClickHouse's own."""
        self._encoder = encoder
        if content_encoding:
            self.headers["Content-Encoding"] = content_encoding

    def send(self, status: HTTPStatus, body: bytes) -> None:
        """A whole answer, compressed if that was agreed."""
        encoded = self._encoder.write(body) + self._encoder.finish() if self._encoder and body else body
        if self._is_head_open:
            self._send(self._head_end(), encoded)
            self._send_last()
            return
        if not body:
            self.headers.pop("Content-Encoding", None)
        self.headers["Content-Length"] = str(len(encoded))
        self._start(status, encoded if self._has_body else b"")

    def write(self, data: bytes) -> None:
        """A part of a long answer."""
        encoded = self._encoder.write(data) if self._encoder else data
        head = b""
        if self._is_head_open:
            head = self._head_end()
        elif not self.is_started:
            head = self._stream_head()
        self._send(head, encoded)

    def progress(self, line: str) -> None:
        """A progress header, sent at once: the status goes out before the statement has ended."""
        if self.is_started:
            return
        if not self._is_head_open:
            self.socket.sendall(self._stream_head()[:-2])
            self._sent = set(self.headers)
            self.is_started, self._is_head_open = False, True
        self.socket.sendall(f"X-ClickHouse-Progress: {line}\r\n".encode())

    def finish(self) -> None:
        """The end of a long answer."""
        if self._encoder:
            self._send(b"", self._encoder.finish())
        self._send_last()

    def _send_last(self) -> None:
        if self._chunked and self._has_body:
            self.socket.sendall(b"0\r\n\r\n")

    def _stream_head(self) -> bytes:
        if self._chunked:
            self.headers["Transfer-Encoding"] = "chunked"
        else:
            self.keeps_alive = False
        return self._head(HTTPStatus.OK)

    def _head_end(self) -> bytes:
        """Headers that came up after the first progress, and the end of the head."""
        self._is_head_open, self.is_started = False, True
        late = [f"{name}: {value}" for name, value in self.headers.items() if name not in self._sent]
        return "\r\n".join([*late, "", ""]).encode("latin-1", errors="replace")

    def fail(self, error: ServerError, text: str) -> None:
        """Report an error: with its status before anything was sent, else inside the body, which is then cut short."""
        if not self.is_started:
            if not self._is_head_open:
                self.headers.pop("Content-Encoding", None)
                self._encoder = None
            self.add("X-ClickHouse-Exception-Code", str(error.code))
            self.headers["Content-Type"] = _TEXT
            self.send(error.status, text.encode(errors="surrogateescape"))
            return
        self.keeps_alive = False
        message = text.encode(errors="surrogateescape")
        tag = self.tag.encode()
        frame = b"\r\n__exception__\r\n%b\r\n%b%d %b\r\n__exception__\r\n" % (tag, message, len(message), tag)
        self._send(b"", self._encoder.write(frame) + self._encoder.finish() if self._encoder else frame)

    def _start(self, status: HTTPStatus, body: bytes) -> None:
        self.socket.sendall(self._head(status) + body)

    def _head(self, status: HTTPStatus) -> bytes:
        self.is_started = True
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Date: {_date()}"]
        lines.append("Connection: Keep-Alive" if self.keeps_alive else "Connection: Close")
        if self.keeps_alive:
            lines.append(f"Keep-Alive: {_KEEP_ALIVE}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")

    def _send(self, head: bytes, data: bytes) -> None:
        if not self._has_body:
            data = b""
        parts = [head, data]
        if data and self._chunked:
            parts = [head, b"%x\r\n" % len(data), data, b"\r\n"]
        _send_parts(self.socket, [part for part in parts if part])


def add_query_headers(response: Response, query_id: str, host: str, timezone: str) -> None:
    """The headers every answer to a query has."""
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


def _date() -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())


def _send_parts(sock: socket.socket, parts: list[bytes]) -> None:
    views = [memoryview(part) for part in parts]
    while views:
        sent = sock.sendmsg(views)
        while views and sent >= len(views[0]):
            sent -= len(views.pop(0))
        if views and sent:
            views[0] = views[0][sent:]


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
