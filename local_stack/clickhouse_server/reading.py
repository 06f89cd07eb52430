"""The text of a request's statement, and the stream of data behind it if it is an INSERT."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from local_stack.clickhouse_server.blocks import decode_blocks
from local_stack.clickhouse_server.encodings import decode
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.http_request import Request
from local_stack.clickhouse_server.options import Options
from local_stack.clickhouse_server.statements import (
    InsertHead,
    insert_head,
    is_insert,
    refuse_what_http_has_not,
)

_HEAD = 256 << 10  # an INSERT's head, its column list included, is shorter than this
_MAX_TEXT = 64 << 20  # of any other statement; the engine's max_query_size is far below


@dataclass(frozen=True)
class Statement:
    """A statement as text; with `insert` and `data` if it is an INSERT that brings its own data."""

    sql: bytes
    insert: InsertHead | None = None
    data: Iterator[bytes] = field(default_factory=lambda: iter(()))


def read_statement(options: Options, chunks: Iterator[bytes]) -> Statement:
    """Join the `query` parameter and the body. Raises code 229 if a statement is too long to be one."""
    text = options.query.encode(errors="surrogateescape")
    head, is_complete = _up_to(chunks, _HEAD)
    text = text + b"\n" + head if text and head else text or head
    if is_insert(text):
        found = insert_head(text)
        if found and not (found.format == "Values" and is_complete):
            return Statement(text, found, chain([text[found.data_start :]], chunks))
    if not is_complete:
        rest, is_complete = _up_to(chunks, _MAX_TEXT)
        text += rest
        if not is_complete:
            raise ServerError(229, f"The statement is longer than {_MAX_TEXT} bytes")
    refuse_what_http_has_not(text)
    return Statement(text)


def decoded_body(request: Request, options: Options) -> Iterator[bytes]:
    """The body as plain data, whichever ways it is compressed."""
    chunks: Iterable[bytes] = decode(request.body, request.headers.get("content-encoding", "").lower())
    if options.decompress:
        verify = not options.is_on("http_native_compression_disable_checksumming_on_decompress", False)
        chunks = decode_blocks(chunks, verify)
    return iter(chunks)


def _up_to(chunks: Iterator[bytes], size: int) -> tuple[bytes, bool]:
    """At least `size` bytes, or all there are; and whether that was all."""
    parts, total = [], 0
    for chunk in chunks:
        parts.append(chunk)
        total += len(chunk)
        if total >= size:
            return b"".join(parts), False
    return b"".join(parts), True
