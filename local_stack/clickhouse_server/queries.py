"""Run one query request from its text to the last byte of its answer."""

import time
from contextlib import ExitStack

from local_stack.clickhouse_server.blocks import BlockEncoder
from local_stack.clickhouse_server.connections import connection_for, describe
from local_stack.clickhouse_server.encodings import choose, encoder
from local_stack.clickhouse_server.engine import CONTROL, READ_ONLY, Connection
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.feed import Feed
from local_stack.clickhouse_server.form import is_form, read_form
from local_stack.clickhouse_server.formats import content_type
from local_stack.clickhouse_server.home import Home, Query
from local_stack.clickhouse_server.http_request import Request
from local_stack.clickhouse_server.native_revision import Revision
from local_stack.clickhouse_server.options import read_options
from local_stack.clickhouse_server.output import send_result, send_whole
from local_stack.clickhouse_server.permissions import is_set_or_use
from local_stack.clickhouse_server.progress import Progress
from local_stack.clickhouse_server.query_headers import add_query_headers
from local_stack.clickhouse_server.reading import Statement, decoded_body, read_statement
from local_stack.clickhouse_server.response import Response
from local_stack.clickhouse_server.running import Running
from local_stack.clickhouse_server.statements import OutputClause, kill_statement, output_clause
from local_stack.clickhouse_server.users import User


def answer_query(home: Home, request: Request, user: User, response: Response) -> None:
    """Run the request's query and send the answer. Raises `ServerError`; what was sent by then stays sent."""
    started = time.perf_counter()
    with ExitStack() as stack:
        parts = read_form(request, request.body, home.folders.temporary) if is_form(request) else []
        for part in parts:
            stack.enter_context(part.content)
        request.tables = {part.name for part in parts if part.is_file}
        request.fields = {part.name: part.text() for part in parts if not part.is_file}
        options = read_options(request, home.session_timeout)
        query = Query(home, request, options, user, response, parts, started)
        timezone = options.settings.get("session_timezone") or home.engine.timezone
        add_query_headers(response, options.query_id, home.engine.host, timezone)
        stack.enter_context(home.admission.admit(options.query_id))
        chunks = iter(()) if is_form(request) else decoded_body(request, options)
        _run(query, read_statement(options, chunks))


def _run(query: Query, statement: Statement) -> None:
    verdict = query.home.engine.classify(statement.insert.whole if statement.insert else statement.sql)
    query.home.permissions.check(query.user, verdict, statement.sql, query.request.method in ("GET", "HEAD"))
    with connection_for(query, verdict.kind == CONTROL, is_set_or_use(statement.sql)) as connection:
        if statement.insert and statement.insert.input:
            _insert_selected(query, connection, statement)
        elif statement.insert:
            outcome = connection.insert(statement.insert.sql, statement.insert.format, statement.data)
            query.home.admission.complain_if_killed(query.options.query_id)
            send_whole(query, outcome)
        elif verdict.kind == READ_ONLY:
            _select(query, connection, statement.sql)
        else:
            _command(query, connection, statement.sql)


def _insert_selected(query: Query, connection: Connection, statement: Statement) -> None:
    """INSERT … SELECT … FROM input(): the data goes through a pipe, which the engine reads as a file."""
    feed = Feed()
    with Running(query.home.engine, query.token, feed) as running:
        running.start(query.home.pool, connection, statement.insert.reading_from(feed.path), "TabSeparated")
        feed.fill(statement.data)
        send_whole(query, running.outcome())


def _command(query: Query, connection: Connection, sql: bytes) -> None:
    """A statement whose result, if any, is a few rows."""
    if kill := kill_statement(sql):
        if not kill.is_test:
            found = connection.execute(kill.search, "TabSeparatedRaw").result.decode(errors="surrogateescape")
            query.home.admission.kill(found.split("\n"))
        sql = kill.whole
    progress = Progress(query)
    with progress.watching(connection), Running(query.home.engine, query.token) as running:
        running.start(query.home.pool, connection, sql, query.options.default_format)
        for _ in running.pieces(query.response.socket, progress.interval):
            progress.tell()
        outcome = running.outcome()
    if outcome.result:
        query.response.add("X-ClickHouse-Format", query.options.default_format)
        _encode(query)
    send_whole(query, outcome)


def _select(query: Query, connection: Connection, sql: bytes) -> None:
    clause = output_clause(sql)
    format_name = clause.format or query.options.default_format
    query.response.add("X-ClickHouse-Format", format_name)
    query.response.headers["Content-Type"] = content_type(format_name)
    _encode(query)
    progress = Progress(query)
    with progress.watching(connection), Running(query.home.engine, query.token) as running:
        try:
            _start(query, connection, clause, running)
            send_result(query, running, progress)
        except ServerError as error:
            if error.code != 62:
                raise
            raise query.home.engine.complaint(sql) or error from None  # of the client's own text


def _start(query: Query, connection: Connection, clause: OutputClause, running: Running) -> None:
    format_name = clause.format or query.options.default_format
    if format_name != "Native" or query.options.revision == 0:
        running.start(query.home.pool, connection, clause.into(running.path, format_name), format_name)
        return
    revision = Revision(query.options.revision, lambda: describe(query, clause.before))
    plain = clause.before + b"\n" + clause.after
    running.start_blocks(query.home.pool, connection, plain, revision.block)


def _encode(query: Query) -> None:
    """Agree on the compression of the answer's body."""
    if query.options.compress:
        query.response.encode_with(BlockEncoder())
        return
    name = choose(query.request.headers.get("accept-encoding", ""))
    if name and query.options.is_on("enable_http_compression", True):
        level = query.options.number("http_zlib_compression_level", 3)
        query.response.encode_with(encoder(name, level), name)
