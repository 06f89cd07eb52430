"""Forms (`multipart/form-data`): fields are parameters, files are external tables. Parts are spooled to disk."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.http_request import Request

_BOUNDARY = re.compile(r"""boundary=(?:"([^"]+)"|([^;\s]+))""", re.IGNORECASE)
_NAME = re.compile(rb"""\bname=(?:"([^"]*)"|([^;\s]+))""")
_IN_MEMORY = 8 << 20
_MAX_HEADERS = 64 << 10


@dataclass
class Part:
    """One part of a form; `is_file` if it came with a file name."""

    name: str
    is_file: bool
    content: IO[bytes]

    def text(self) -> str:
        """The content of a field."""
        return self.content.read().decode(errors="surrogateescape")


def is_form(request: Request) -> bool:
    """Whether the body is a form."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


def read_form(request: Request, chunks: Iterable[bytes], folder: Path) -> list[Part]:
    """The parts of a form. Raises code 36 if it is not one; closing the parts' contents is the caller's task."""
    found = _BOUNDARY.search(request.headers["content-type"])
    if not found:
        raise ServerError(36, "The form has no boundary")
    boundary = b"\r\n--" + (found.group(1) or found.group(2)).encode()
    source = _Source(chunks)
    for _ in source.until(boundary):
        pass
    parts = []
    while source.take(2) == b"\r\n":
        part = _part(b"".join(source.until(b"\r\n\r\n"))[:_MAX_HEADERS], folder)
        parts.append(part)
        for data in source.until(boundary):
            part.content.write(data)
        part.content.seek(0)
    return parts


def _part(head: bytes, folder: Path) -> Part:
    name = _NAME.search(head)
    if not name:
        raise ServerError(36, "A part of the form has no name")
    content = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=folder)  # noqa: SIM115 - the caller closes it
    text = (name.group(1) or name.group(2) or b"").decode(errors="surrogateescape")
    return Part(text, b"filename" in head, content)


class _Source:
    """A stream one can read up to a mark. A line break before it makes the first boundary like the others."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._buffer = b"\r\n"

    def _more(self) -> None:
        chunk = next(self._chunks, b"")
        if not chunk:
            raise ServerError(36, "The form breaks off")
        self._buffer += chunk

    def take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def until(self, mark: bytes) -> Iterator[bytes]:
        """Everything before the mark, which is taken off."""
        while (place := self._buffer.find(mark)) < 0:
            sure = len(self._buffer) - len(mark) + 1
            if sure > 0:
                data, self._buffer = self._buffer[:sure], self._buffer[sure:]
                yield data
            self._more()
        data, self._buffer = self._buffer[:place], self._buffer[place + len(mark) :]
        yield data
