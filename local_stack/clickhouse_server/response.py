"""Answers: short ones whole with a length, long ones in chunks; an exception in mid-stream in ClickHouse's form."""

import random
import socket
import string
import time
from http import HTTPStatus

from local_stack.clickhouse_server.encodings import Encoder
from local_stack.clickhouse_server.errors import ServerError

_KEEP_ALIVE = "timeout=30, max=9999"
_TEXT = "text/plain; charset=UTF-8"


class Response:
    """One answer on a socket. `add` headers, then `send`, or `write` and `finish`; `fail` at any time.

    The end of an answer is held until `end`: the client must not learn that its query is over before its session and
    its query id are free again.
    """

    def __init__(self, sock: socket.socket, version: str, keeps_alive: bool, has_body: bool = True) -> None:
        self.socket, self._has_body = sock, has_body
        self._chunked = version == "HTTP/1.1"
        self.keeps_alive = keeps_alive
        self.headers: dict[str, str] = {}
        self.tag = "".join(random.choices(string.ascii_lowercase, k=16))
        self.is_started = False  # the head has been sent to its end
        self._early: set[str] | None = None  # headers sent before the first progress, while the head is open
        self._encoder: Encoder | None = None
        self._last: list[bytes] = []

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
        if self._early is not None:
            self._last += [self._head(status), *self._framed(encoded), *self._final_chunk()]
            return
        if not body:
            self.headers.pop("Content-Encoding", None)
        self.headers["Content-Length"] = str(len(encoded))
        self._last += [self._head(status), encoded if self._has_body else b""]

    def write(self, data: bytes) -> None:
        """A part of a long answer, sent now."""
        encoded = self._encoder.write(data) if self._encoder else data
        head = b""
        if not self.is_started:
            self._announce_stream()
            head = self._head(HTTPStatus.OK)
        _send_parts(self.socket, [head, *self._framed(encoded)])

    def finish(self) -> None:
        """The end of a long answer."""
        rest = self._encoder.finish() if self._encoder else b""
        self._last += [*self._framed(rest), *self._final_chunk()]

    def fail(self, error: ServerError, text: str) -> None:
        """Report an error: with its status before anything was sent, else inside the body, which is then cut short."""
        self._last.clear()
        message = text.encode(errors="surrogateescape")
        if not self.is_started:
            if self._early is None:
                self.headers.pop("Content-Encoding", None)
                self._encoder = None
            self.add("X-ClickHouse-Exception-Code", str(error.code))
            self.headers["Content-Type"] = _TEXT
            self.send(error.status, message)
            return
        self.keeps_alive = False
        tag = self.tag.encode()
        frame = b"\r\n__exception__\r\n%b\r\n%b%d %b\r\n__exception__\r\n" % (tag, message, len(message), tag)
        self._last += self._framed(self._encoder.write(frame) + self._encoder.finish() if self._encoder else frame)

    def progress(self, line: str) -> None:
        """A progress header, sent now: the status goes out before the statement has ended."""
        if self.is_started:
            return
        if self._early is None:
            self._announce_stream()
            head = self._head(HTTPStatus.OK)
            self._early, self.is_started = set(self.headers), False
            self.socket.sendall(head.removesuffix(b"\r\n"))
        self.socket.sendall(f"X-ClickHouse-Progress: {line}\r\n".encode())

    def end(self) -> None:
        """Send what was held."""
        _send_parts(self.socket, self._last)
        self._last = []

    def _announce_stream(self) -> None:
        if self._chunked:
            self.headers["Transfer-Encoding"] = "chunked"
        else:
            self.keeps_alive = False

    def _head(self, status: HTTPStatus) -> bytes:
        """The head, or what is missing of it after progress."""
        self.is_started = True
        lines = []
        if self._early is None:
            lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Date: {_date()}"]
            lines.append("Connection: Keep-Alive" if self.keeps_alive else "Connection: Close")
            if self.keeps_alive:
                lines.append(f"Keep-Alive: {_KEEP_ALIVE}")
        lines += [f"{name}: {value}" for name, value in self.headers.items() if name not in (self._early or ())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")

    def _framed(self, data: bytes) -> list[bytes]:
        if not data or not self._has_body:
            return []
        return [b"%x\r\n" % len(data), data, b"\r\n"] if self._chunked else [data]

    def _final_chunk(self) -> list[bytes]:
        return [b"0\r\n\r\n"] if self._chunked and self._has_body else []


def _date() -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())


def _send_parts(sock: socket.socket, parts: list[bytes]) -> None:
    views = [memoryview(part) for part in parts if part]
    while views:
        sent = sock.sendmsg(views)
        while views and sent >= len(views[0]):
            sent -= len(views.pop(0))
        if views and sent:
            views[0] = views[0][sent:]
