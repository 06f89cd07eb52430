"""External data: files of a form become temporary tables of the request's connection."""

import json
from collections.abc import Iterator
from typing import IO

from local_stack.clickhouse_server.engine import Connection, identifier, quoted
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.form import Part
from local_stack.clickhouse_server.http_request import Request
from local_stack.clickhouse_server.options import format_name

_CHUNK = 1 << 20


def create_tables(connection: Connection, request: Request, parts: list[Part]) -> list[str]:
    """Make a temporary table of every file; returns the statements that remove them. Raises 36 without structure.

    Names, types and formats come from the client and the connection may have more rights than the client: nothing of it
    becomes part of a statement but what the engine has read as a list of columns.
    """
    params = {**request.fields, **request.params}
    removals = []
    for part in parts:
        if not part.is_file:
            continue
        name = identifier(part.name)
        columns = _columns(connection, _structure(part.name, params))
        connection.execute(f"CREATE TEMPORARY TABLE {name} ({columns})".encode(errors="surrogateescape"))
        removals.append(f"DROP TEMPORARY TABLE IF EXISTS {name}")
        form = format_name(params.get(f"{part.name}_format", "TabSeparated"))
        connection.insert(f"INSERT INTO {name}".encode(errors="surrogateescape"), form, _content(part.content))
    return removals


def _columns(connection: Connection, structure: str) -> str:
    """Names and types alone, as the engine reads them from a literal and writes them."""
    listed = connection.execute(
        f"DESCRIBE TABLE null({quoted(structure)})".encode(errors="surrogateescape"), "JSONCompact"
    )
    return ", ".join(f"{identifier(name)} {kind}" for name, kind, *_ in json.loads(listed.result)["data"])


def _structure(table: str, params: dict[str, str]) -> str:
    """`name Type, …` as given, or made of a list of types with names _1, _2, …"""
    if structure := params.get(f"{table}_structure"):
        return structure
    if types := params.get(f"{table}_types"):
        return ", ".join(f"_{number} {kind}" for number, kind in enumerate(_split(types), start=1))
    raise ServerError(36, f"Neither structure nor types have not been provided for external table {table}")


def _split(types: str) -> Iterator[str]:
    """Types between the commas outside brackets."""
    depth, start = 0, 0
    for place, sign in enumerate(types):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield types[start:place]
            start = place + 1
    yield types[start:]


def _content(file: IO[bytes]) -> Iterator[bytes]:
    while data := file.read(_CHUNK):
        yield data
