"""The engine connection a query runs on: a new one, or its session's, with the request's settings either way."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from local_stack.clickhouse_server.configuration import READER_PROFILE, READER_ROLE, WRITER_ROLE
from local_stack.clickhouse_server.engine import Connection, identifier, quoted
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.external_tables import create_tables
from local_stack.clickhouse_server.home import Query
from local_stack.clickhouse_server.sessions import Session


@contextmanager
def connection_for(query: Query, binds: bool, is_set: bool) -> Iterator[Connection]:
    """A connection ready for the query. `binds`: the statement changes its session; `is_set`: by SET or USE."""
    options = query.options
    if not options.session_id:
        with _fresh(query) as connection:
            yield connection
        return
    use = query.home.sessions.use
    timeout = 0 if options.close_session else options.session_timeout
    with use(query.user.name, options.session_id, timeout, options.session_check) as session:
        if not binds and session.connection is None:
            with _fresh(query) as connection:
                yield connection
        else:
            with _bound(query, session, is_set) as connection:
                yield connection


def describe(query: Query, sql: bytes) -> list[tuple[str, str]]:
    """Names and types of a SELECT's columns, asked on a connection of its own; none if that fails."""
    try:
        with _fresh(query) as connection:
            found = connection.execute(b"DESCRIBE TABLE (\n%b\n)" % sql, "JSONCompactEachRow")
    except ServerError:
        return []
    return [(name, kind) for name, kind, *_ in map(json.loads, found.result.splitlines())]


@contextmanager
def _fresh(query: Query) -> Iterator[Connection]:
    connection = query.home.engine.connect()
    try:
        _fix_settings(query, connection)
        _apply(query, connection, _settings(query))
        create_tables(connection, query.request, query.parts)
        _give_up_rights(query, connection)
        yield connection
    finally:
        connection.close()


@contextmanager
def _bound(query: Query, session: Session, is_set: bool) -> Iterator[Connection]:
    """The session's own connection. The request's settings and external tables leave it again; a SET stays."""
    if session.connection is None:
        session.connection = query.home.engine.connect()
        _fix_settings(query, session.connection)
        _give_up_rights(query, session.connection)
    connection = session.connection
    settings = {"log_comment": query.token} if is_set else _settings(query)
    before = _values(connection, list(settings))
    removals: list[str] = []
    try:
        _apply(query, connection, settings)
        removals = _external_tables(query, connection)
        yield connection
    finally:
        for removal in removals:
            connection.execute(removal)
        _apply_settings(connection, before)


def _external_tables(query: Query, connection: Connection) -> list[str]:
    """A reader's session may make temporary tables for this moment only; no statement of the client runs in it."""
    if not query.request.tables:
        return []
    if not query.user.may_write:
        connection.execute(f"SET ROLE {WRITER_ROLE}")
    try:
        return create_tables(connection, query.request, query.parts)
    finally:
        if not query.user.may_write:
            connection.execute(f"SET ROLE {READER_ROLE}")


def _settings(query: Query) -> dict[str, str]:
    own = {name: value for name, value in query.options.settings.items() if name != "readonly"}
    return {**own, "log_comment": query.token}


def _apply(query: Query, connection: Connection, settings: dict[str, str]) -> None:
    parameters = {f"param_{name}": value for name, value in query.options.parameters.items()}
    _apply_settings(connection, {**settings, **parameters})
    if query.options.database:
        connection.execute(f"USE {identifier(query.options.database)}".encode(errors="surrogateescape"))


def _apply_settings(connection: Connection, settings: dict[str, str]) -> None:
    if settings:
        script = "SET " + ", ".join(f"{name} = {quoted(value)}" for name, value in settings.items())
        connection.execute(script.encode(errors="surrogateescape"))


def _values(connection: Connection, names: list[str]) -> dict[str, str]:
    """What these settings are now."""
    wanted = ", ".join(quoted(name) for name in names)
    sql = f"SELECT name, value FROM system.settings WHERE name IN ({wanted})"  # noqa: S608 - quoted above
    found = connection.execute(sql, "JSONCompactEachRow")
    return dict(json.loads(line) for line in found.result.splitlines())


def _fix_settings(query: Query, connection: Connection) -> None:
    """Before a reader's own settings: the profile that says which ones a reader may not touch."""
    if query.user.may_write:
        return
    if "profile" in query.options.settings:
        raise ServerError(497, f"{query.user.name}: Not enough privileges: readers may not change their profile")
    connection.execute(f"SET profile = '{READER_PROFILE}'")


def _give_up_rights(query: Query, connection: Connection) -> None:
    """Bind the connection to what its user may do, for good."""
    asked = query.options.settings.get("readonly", "0")
    if not query.user.may_write:
        if query.options.role:
            raise ServerError(512, f"Role {query.options.role} should be granted to set current")
        connection.execute(f"SET ROLE {READER_ROLE}; SET readonly = {1 if asked == '1' else 2}")
        return
    if query.options.role:
        connection.execute(f"SET ROLE {identifier(query.options.role)}".encode(errors="surrogateescape"))
    if asked in ("1", "2"):
        connection.execute(f"SET readonly = {asked}")
