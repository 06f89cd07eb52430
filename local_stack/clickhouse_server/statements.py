"""What the server must know of a statement before the engine sees it: where an INSERT's data starts, which format it
asks for, and where `INTO OUTFILE` fits. Grammar: ParserInsertQuery and ParserQueryWithOutput of ClickHouse."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.lexer import Token, tokens

_DATA_GAP = b" \t\f"
_AFTER_CONDITION = (b"SYNC", b"ASYNC", b"TEST", b"FORMAT", b"SETTINGS")


@dataclass(frozen=True)
class InsertHead:
    """An `INSERT` whose data follows: the statement without its format, the format, where the data starts; and where
    `input(structure)` stands in it, if it selects from its data."""

    sql: bytes
    format: str
    data_start: int
    input: slice | None = None

    @property
    def whole(self) -> bytes:
        """The statement as one that parses without its data."""
        return self.sql if self.input else self.sql + b" VALUES"

    def reading_from(self, path: str) -> bytes:
        """The statement with `input(structure)` replaced by the file `path`."""
        assert self.input is not None  # noqa: S101
        structure = self.sql[self.input].partition(b"(")[2]
        source = b"file('%b', '%b', %b" % (path.encode(), self.format.encode(), structure)
        return self.sql[: self.input.start] + source + self.sql[self.input.stop :]


def insert_head(sql: bytes) -> InsertHead | None:
    """The head of an INSERT with data of its own, None for every other statement (INSERT … SELECT among them)."""
    stream = tokens(sql)
    first = next(stream, None)
    if first is None or not first.is_word(b"INSERT"):
        return None
    if any(_is_target(token) for token in stream):
        for token in stream:
            if token.is_word(b"FORMAT"):
                name = next(stream, None)
                return InsertHead(sql[: token.start], name.value.decode(), _data_start(sql, name)) if name else None
            if token.is_word(b"VALUES"):
                return InsertHead(sql[: token.start], "Values", token.end)
            if token.is_word(b"SELECT", b"WITH") or (token.depth == 1 and _opens_select(token)):
                return _selecting_head(sql, stream)
            if token.is_word(b"FROM"):
                raise ServerError(1, "INSERT FROM INFILE is not allowed over HTTP: send the data with the statement")
    return None


def _selecting_head(sql: bytes, stream: Iterator[Token]) -> InsertHead | None:
    """The head of `INSERT … SELECT … FROM input(…) FORMAT …`, None without input()."""
    start = depth = None
    call = None
    before: Token | None = None
    for token in stream:
        if token.value == b"(" and before and before.kind == "word" and before.value.lower() == b"input":
            start, depth = before.start, before.depth
        elif token.value == b")" and token.depth == depth and start is not None:
            call, start = slice(start, token.end), None
        elif token.is_word(b"FORMAT") and call:
            name = next(stream, None)
            found = name and InsertHead(sql[: token.start], name.value.decode(), _data_start(sql, name), call)
            return found or None
        before = token
    return None


@dataclass(frozen=True)
class Kill:
    """`KILL QUERY WHERE …`, its condition over the names clients know queries by."""

    before: bytes
    condition: bytes
    after: bytes

    @property
    def whole(self) -> bytes:
        """The statement over the names the engine knows them by."""
        asked = b"SELECT engine_query_id FROM system.client_processes WHERE " + self.condition
        return self.before + b" query_id IN (" + asked + b"\n) " + self.after

    @property
    def search(self) -> bytes:
        """A SELECT of the ids, as clients know them, of the queries it means."""
        return b"SELECT query_id FROM system.client_processes WHERE " + self.condition + b"\nSETTINGS log_queries = 0"

    @property
    def is_test(self) -> bool:
        """Whether it only shows what it would kill."""
        return any(token.is_word(b"TEST") for token in tokens(self.after))


def kill_statement(sql: bytes) -> Kill | None:
    """A KILL QUERY with a condition, None for other statements."""
    parts = list(tokens(sql))
    if len(parts) < 4 or not (parts[0].is_word(b"KILL") and parts[1].is_word(b"QUERY")):
        return None
    where = next((token for token in parts if token.is_word(b"WHERE")), None)
    if where is None:
        return None
    tail = [token for token in parts if token.start > where.start and token.is_word(*_AFTER_CONDITION)]
    end = tail[0].start if tail else parts[-1].start if parts[-1].value == b";" else len(sql)
    return Kill(sql[: where.end], sql[where.end : end], sql[end:])


def has_several(sql: bytes) -> bool:
    """Whether something follows a semicolon; the parts of PARALLEL WITH are one statement."""
    ended = False
    for token in tokens(sql):
        if ended and token.value != b";":
            return True
        ended = ended or token.value == b";"
    return False


def refuse_what_http_has_not(sql: bytes) -> None:
    """Raise 62 for an empty statement, 358 for `INTO OUTFILE`, as ClickHouse does over HTTP."""
    if all(token.value == b";" for token in tokens(sql)):
        raise ServerError(62, "Syntax error: failed at position 1 (end of query): Empty query.")
    if b"outfile" not in sql.lower():
        return
    for here, following in pairwise(tokens(sql)):
        if here.is_word(b"INTO") and following.is_word(b"OUTFILE"):
            raise ServerError(358, "INTO OUTFILE is not allowed")


def is_insert(sql: bytes) -> bool:
    """Whether the first word is INSERT."""
    first = next(tokens(sql), None)
    return first is not None and first.is_word(b"INSERT")


def _is_target(token: Token) -> bool:
    """Whether the token begins the table's name (the words before it are grammar)."""
    return not token.is_word(b"INTO", b"TABLE", b"FUNCTION")


def _opens_select(token: Token) -> bool:
    return token.kind == "word" and token.value.upper() in (b"SELECT", b"WITH")


def _data_start(sql: bytes, name: Token) -> int:
    """Spaces after the format's name and one line break are not data."""
    position = name.end
    if sql[position : position + 1] == b";":
        position += 1
    while position < len(sql) and sql[position] in _DATA_GAP:
        position += 1
    if sql[position : position + 1] == b"\r":
        position += 1
    return position + 1 if sql[position : position + 1] == b"\n" else position


@dataclass(frozen=True)
class OutputClause:
    """How a statement's result leaves: text before the FORMAT clause, the format or None, text after it."""

    before: bytes
    format: str | None
    after: bytes

    def into(self, path: str, default_format: str) -> bytes:
        """The statement with its result written to `path` in one go."""
        form = b"FORMAT " + (self.format or default_format).encode()
        clause = b"/**/" + form if self.format else form + b"/**/"  # the query log finds what we added by the mark
        return b"%b\nINTO OUTFILE '%b' APPEND %b %b" % (self.before, path.encode(), clause, self.after)


def output_clause(sql: bytes) -> OutputClause:
    """Split a statement that has one around its FORMAT clause."""
    parts = list(tokens(sql))
    while parts and parts[-1].value == b";":
        parts.pop()
    end = parts[-1].end
    for index in range(len(parts) - 2, 0, -1):
        if _is_format_clause(parts, index):
            name = parts[index + 1]
            return OutputClause(sql[: parts[index].start], name.value.decode(), sql[name.end : end])
    return OutputClause(sql[:end], None, b"")


def _is_format_clause(parts: list[Token], index: int) -> bool:
    """`FORMAT name` at the end, or before a closing SETTINGS list; a column or alias named format is neither."""
    here, name = parts[index], parts[index + 1]
    is_last = index + 2 == len(parts) or parts[index + 2].is_word(b"SETTINGS")
    before = parts[index - 1]
    return (
        here.is_word(b"FORMAT")
        and name.kind == "word"
        and is_last
        and before.value not in (b".", b",")
        and not before.is_word(b"AS", b"SELECT", b"BY")
    )
