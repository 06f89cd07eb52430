"""What the server must know of a statement before the engine sees it: where an INSERT's data starts, which format it
asks for, and where `INTO OUTFILE` fits. Grammar: ParserInsertQuery and ParserQueryWithOutput of ClickHouse."""

from dataclasses import dataclass
from itertools import pairwise

from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.lexer import Token, tokens

_DATA_GAP = b" \t\f"


@dataclass(frozen=True)
class InsertHead:
    """An `INSERT` whose data follows: the statement without its format, the format, where the data starts."""

    sql: bytes
    format: str
    data_start: int


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
            if token.is_word(b"SELECT", b"WITH", b"WATCH", b"FROM") or (token.depth == 1 and _opens_select(token)):
                return None
    return None


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
    """Split a statement around its FORMAT clause. Refuses `INTO OUTFILE`, as ClickHouse does over HTTP."""
    parts = list(tokens(sql))
    while parts and parts[-1].value == b";":
        parts.pop()
    if not parts:
        raise ServerError(62, "Syntax error: failed at position 1 (end of query): Empty query.")
    for here, following in pairwise(parts):
        if here.is_word(b"INTO") and following.is_word(b"OUTFILE"):
            raise ServerError(358, "INTO OUTFILE is not allowed")
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
