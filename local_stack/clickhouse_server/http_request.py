"""Read HTTP/1.1 requests from a socket: head at once, body as a stream of chunks that nobody holds as a whole."""

import io
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from local_stack.clickhouse_server.errors import ServerError

MAX_HEAD = 1 << 20  # bytes of a request line, and of all headers
CHUNK = 1 << 20


class ClientGone(Exception):
    """The client closed its connection before the request or the answer was complete."""


class BadRequest(Exception):
    """What came is not HTTP/1.x."""


@dataclass
class Request:
    """One request. Header names are lower case; of a repeated parameter the last value counts."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    version: str
    body: "Body"
    fields: dict[str, str] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to use the connection again."""
        connection = self.headers.get("connection", "").lower()
        return "close" not in connection and (self.version == "HTTP/1.1" or "keep-alive" in connection)


class Body:
    """A request's body, read once, in chunks. Raises code 307 past `limit` bytes, `ClientGone` if it breaks off."""

    def __init__(self, stream: io.BufferedReader, sock: socket.socket, headers: dict[str, str], limit: int) -> None:
        self._stream, self._socket, self._limit = stream, sock, limit
        self._expects_continue = headers.get("expect", "").lower() == "100-continue"
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self._left = 0 if self._chunked else _length(headers)
        self.is_finished = not self._chunked and self._left == 0
        if self._left > limit:
            raise self._too_large()

    def __iter__(self) -> Iterator[bytes]:
        if self._expects_continue and not self.is_finished:
            self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._expects_continue = False
        return self._chunks() if self._chunked else self._counted()

    def _counted(self) -> Iterator[bytes]:
        while self._left:
            data = self._read(self._left)
            self._left -= len(data)
            self.is_finished = self._left == 0
            yield data

    def _chunks(self) -> Iterator[bytes]:
        seen = 0
        while not self.is_finished:
            left = self._chunk_size()
            seen += left
            if seen > self._limit:
                raise self._too_large()
            if left == 0:
                while self._stream.readline(MAX_HEAD).strip():
                    pass
                self.is_finished = True
            while left:
                data = self._read(left)
                left -= len(data)
                yield data
            if not self.is_finished:
                self._stream.readline(8)

    def _chunk_size(self) -> int:
        line = self._stream.readline(1024)
        try:
            return int(line.split(b";")[0], 16)
        except ValueError:
            raise ClientGone from None

    def _read(self, left: int) -> bytes:
        try:
            data = self._stream.read1(min(left, CHUNK))
        except OSError:
            raise ClientGone from None
        if not data:
            raise ClientGone
        return data

    def _too_large(self) -> ServerError:
        return ServerError(307, f"The request body is larger than {self._limit} bytes (LOCAL_CLICKHOUSE_MAX_BODY_GB)")


def read_request(stream: io.BufferedReader, sock: socket.socket, limit: int) -> Request | None:
    """The next request of a connection, None when the client closed it instead."""
    line = stream.readline(MAX_HEAD)
    while line in (b"\r\n", b"\n"):
        line = stream.readline(MAX_HEAD)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest(f"Malformed request line: {line[:100]!r}")
    headers = _headers(stream)
    target = urlsplit(words[1])
    params = dict(parse_qsl(target.query, keep_blank_values=True, errors="surrogateescape"))
    body = Body(stream, sock, headers, limit)
    return Request(words[0].upper(), unquote(target.path), params, headers, words[2], body)


def _headers(stream: io.BufferedReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    size = 0
    while (line := stream.readline(MAX_HEAD)) not in (b"\r\n", b"\n"):
        size += len(line)
        if not line:
            raise ClientGone
        if size > MAX_HEAD:
            raise BadRequest("The request's headers are too large")
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise BadRequest(f"Malformed header: {line[:100]!r}")
        headers[name.strip().lower()] = value.strip()
    return headers


def _length(headers: dict[str, str]) -> int:
    value = headers.get("content-length", "0") or "0"
    if not value.isdigit():
        raise BadRequest(f"Content-Length is not a number: {value[:40]}")
    return int(value)
