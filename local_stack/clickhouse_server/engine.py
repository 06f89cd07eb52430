"""The engine: chDB, one data folder, as many connections as one likes; each runs one query at a time.

A connection costs 0.2 ms, so every request gets a new one: no setting, role or temporary table can leak to the next.
"""

import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

from chdb import _chdb

from local_stack.clickhouse_server.configuration import READER_ROLE, Folders
from local_stack.clickhouse_server.errors import ServerError, from_engine

READ_ONLY, CONTROL, UNKNOWN = "READ_ONLY", "CONTROL", "UNKNOWN"


class Outcome(NamedTuple):
    """What a finished query did, in rows and bytes, and its result where it was not sent elsewhere."""

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    result: bytes = b""

    def plus(self, more: "Outcome") -> "Outcome":
        """The counts of two parts of one query; results are left out."""
        return Outcome(*(mine + theirs for mine, theirs in zip(self[:-1], more[:-1], strict=True)))


class Verdict(NamedTuple):
    """What the engine's own parser says of a text: READ_ONLY, MUTATING, MUTATING_GLOBAL, CONTROL or UNKNOWN."""

    kind: str
    statements: int


class Connection:
    """One connection of the engine. Raises `ServerError` with the engine's own code."""

    def __init__(self, raw: "_chdb.connect") -> None:
        self._raw = raw

    def execute(self, sql: bytes | str, format_name: str = "TabSeparated") -> Outcome:
        """Run one statement (or several without result) to its end."""
        try:
            return _outcome(self._raw.query(sql, format_name))
        except RuntimeError as error:
            raise from_engine(error) from None

    def blocks(self, sql: bytes, write: Callable[[bytes], None]) -> Outcome:
        """Run a SELECT and hand every block of its result to `write` in Native. Raises 36 for other statements."""
        total = Outcome()
        try:
            stream = self._raw.send_query(sql, "Native")
            while (block := self._raw.streaming_fetch_result(stream)).rows_read():
                total = total.plus(_outcome(block))
                write(block.bytes())
        except RuntimeError as error:
            raise from_engine(error) from None
        return total

    def insert(self, sql: bytes, format_name: str, chunks: Iterable[bytes]) -> Outcome:
        """Stream an INSERT's data into the engine. An exception from `chunks` stops it: the rest is not written."""
        try:
            target = self._raw.send_insert(sql, format_name)
        except RuntimeError as error:
            raise from_engine(error) from None
        try:
            for chunk in chunks:
                self._raw.insert_append(target, chunk)
            return _outcome(self._raw.insert_done(target))
        except RuntimeError as error:
            raise from_engine(error) from None
        except BaseException:
            self._raw.insert_cancel(target)
            raise

    def classify(self, sql: bytes) -> Verdict:
        """Parse without running (7 µs)."""
        try:
            report = self._raw.classify_query(sql)
        except RuntimeError as error:
            raise from_engine(error) from None
        return Verdict(report["query_class"].name, int(report["statement_count"]))

    def value(self, sql: str) -> str:
        """The first column of the first row, as text."""
        return self.execute(sql).result.split(b"\n", 1)[0].decode()

    def watch(self, report: Callable[[dict[str, int]], None] | None) -> None:
        """Have progress reported from the engine's threads, or no more: before the connection ends."""
        self._raw.set_progress_callback(report)

    def close(self) -> None:
        """End the connection; its temporary tables go with it."""
        self._raw.close()


class Engine:
    """The data folder, opened; `close` flushes and frees it."""

    def __init__(self, folders: Folders) -> None:
        _chdb.set_signal_handlers_enabled(0)
        self._address = f"file:{folders.data}?config-file={folders.config}"
        self._keeper = self.connect()
        self._parser = self.connect()
        # It sees the text of every client. It only parses, and could do no more.
        self._parser.execute(f"SET ROLE {READER_ROLE}; SET readonly = 1")
        self._control, self._parsing = threading.Lock(), threading.Lock()
        self.version = self._keeper.value("SELECT version()")
        self.timezone = self._keeper.value("SELECT timezone()")
        self.host = self._keeper.value("SELECT hostName()")

    def connect(self) -> Connection:
        """A new connection in its default state."""
        try:
            return Connection(_chdb.connect(self._address))
        except RuntimeError as error:
            raise from_engine(error) from None

    def classify(self, sql: bytes) -> Verdict:
        """Parse without running, on the server's own connection."""
        with self._parsing:
            return self._parser.classify(sql)

    def spell(self, sql: bytes) -> bytes:
        """A statement as the engine writes it: in one line, without comments, escapes and odd quotes. Raises 62."""
        text = quoted(sql.decode(errors="surrogateescape")).encode(errors="surrogateescape")
        try:
            with self._parsing:
                return self._parser.execute(b"SELECT formatQuerySingleLine(%b)" % text, "TabSeparatedRaw").result
        except ServerError as error:
            raise self.complaint(sql) or error from None

    def complaint(self, sql: bytes) -> ServerError | None:
        """The syntax error of a statement, None if it has none."""
        try:
            with self._parsing:
                self._parser.execute(b"EXPLAIN AST " + sql)
        except ServerError as error:
            return error
        return None

    def control(self, sql: bytes | str) -> Outcome:
        """Run a statement of the server's own, one at a time."""
        with self._control:
            return self._keeper.execute(sql)

    def kill(self, token: str) -> bool:
        """Ask the statement that runs under this `log_comment` to stop, which takes a moment; whether there was one."""
        killed = self.control(f"KILL QUERY WHERE Settings['log_comment'] = {quoted(token)}")
        return bool(killed.result)

    def close(self) -> None:
        """Close the last connection, which shuts the engine down."""
        self._parser.close()
        self._keeper.close()


def quoted(text: str) -> str:
    """A string literal of ClickHouse."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def identifier(name: str) -> str:
    """A quoted identifier of ClickHouse."""
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def _outcome(result: "_chdb.query_result") -> Outcome:
    if result.has_error():
        raise from_engine(RuntimeError(result.error_message()))
    return Outcome(
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        result_rows=result.rows_read(),
        result=result.bytes(),
    )
