"""The engine connection a query runs on: a new one, or its session's, with the request's settings either way.

What the server itself runs on a connection is not logged: the profile switches the query log off, the last step before
the client's statement switches it on.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from local_stack.clickhouse_server.configuration import EVALUATED, READER_PROFILE, READER_ROLE, WRITER_ROLE
from local_stack.clickhouse_server.engine import Connection, identifier, quoted
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.external_tables import create_tables
from local_stack.clickhouse_server.home import Query
from local_stack.clickhouse_server.sessions import Session

_LAST = ("readonly", "log_queries", "log_comment")  # settings for the client's statement alone


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
        with _fresh(query, is_logged=False) as connection:
            found = connection.execute(b"DESCRIBE TABLE (\n%b\n)" % sql, "JSONCompactEachRow")
    except ServerError:
        return []
    return [(name, kind) for name, kind, *_ in map(json.loads, found.result.splitlines())]


@contextmanager
def _fresh(query: Query, is_logged: bool = True) -> Iterator[Connection]:
    connection = query.home.engine.connect()
    try:
        _fix_settings(query, connection)
        _apply(query, connection, _settings(query))
        create_tables(connection, query.request, query.parts)
        _take_role(query, connection)
        _set(connection, _last_settings(query, is_logged))
        yield connection
    finally:
        connection.close()


@contextmanager
def _bound(query: Query, session: Session, is_set: bool) -> Iterator[Connection]:
    """The session's own connection. The request's settings and external tables leave it again; a SET stays."""
    if session.connection is None:
        session.connection = query.home.engine.connect()
        _fix_settings(query, session.connection)
        _take_role(query, session.connection)
    connection = session.connection
    settings = {} if is_set else _settings(query)
    before = _values(connection, list(settings))
    removals: list[str] = []
    try:
        _apply(query, connection, settings)
        removals = _external_tables(query, connection)
        _set(connection, _last_settings(query))
        yield connection
    finally:
        _set(connection, {"log_queries": "0"})
        for removal in removals:
            connection.execute(removal)
        _set(connection, before)


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
    return {name: value for name, value in query.options.settings.items() if name not in _LAST}


def _last_settings(query: Query, is_logged: bool = True) -> dict[str, str]:
    asked = query.options.settings
    last = {"log_queries": asked.get("log_queries", "1") if is_logged else "0", "log_comment": query.token}
    if asked.get("readonly") in ("1", "2"):
        last["readonly"] = asked["readonly"]
    return last


def _apply(query: Query, connection: Connection, settings: dict[str, str]) -> None:
    parameters = {f"param_{name}": value for name, value in query.options.parameters.items()}
    _set(connection, {**settings, **parameters})
    if query.options.database:
        connection.execute(f"USE {identifier(query.options.database)}".encode(errors="surrogateescape"))


def _set(connection: Connection, settings: dict[str, str]) -> None:
    if settings:
        script = "SET " + ", ".join(f"{name} = {quoted(value)}" for name, value in settings.items())
        connection.execute(script.encode(errors="surrogateescape"))


def _values(connection: Connection, names: list[str]) -> dict[str, str]:
    """What these settings are now."""
    if not names:
        return {}
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
    _set(connection, dict.fromkeys(EVALUATED, "0"))
    connection.execute(f"SET profile = '{READER_PROFILE}'")


def _take_role(query: Query, connection: Connection) -> None:
    """Bind the connection to what its user may do; a writer may ask for less."""
    role = query.options.role
    if not query.user.may_write:
        if role:
            raise ServerError(512, f"Role {role} should be granted to set current")
        connection.execute(f"SET ROLE {READER_ROLE}; SET readonly = 2")
    elif role:
        connection.execute(f"SET ROLE {identifier(role)}".encode(errors="surrogateescape"))
