"""Bring the engine up: ordinary databases that last, and a query log in clients' names."""

import logging
import shutil
from pathlib import Path
from uuid import UUID, uuid4

from local_stack.clickhouse_server.configuration import ENGINE_LOG, Folders
from local_stack.clickhouse_server.engine import Engine
from local_stack.clickhouse_server.errors import ServerError

_log = logging.getLogger("clickhouse_server")

# Views over the engine's log give back what the server did to a query to run it: see home.Query.token and statements.
_QUERY_LOG = rf"""
CREATE OR REPLACE VIEW system.query_log AS
SELECT * REPLACE (
    if(is_ours, splitByChar('\x1f', log_comment)[1], query_id) AS query_id,
    if(is_ours, splitByChar('\x1f', log_comment)[1], initial_query_id) AS initial_query_id,
    if(is_ours, splitByChar('\x1f', log_comment)[2], user) AS user,
    if(is_ours, splitByChar('\x1f', log_comment)[2], initial_user) AS initial_user,
    if(is_ours, splitByChar('\x1f', log_comment)[3], log_comment) AS log_comment,
    if(is_ours, 2, interface) AS interface,
    replaceRegexpOne(query, '\\nINTO OUTFILE ''/dev/fd/\\d+'' APPEND (FORMAT \\w+)?/\\*\\*/', '') AS query
)
FROM (SELECT *, position(log_comment, '\x1f') > 0 AS is_ours FROM system.{ENGINE_LOG})
"""  # noqa: S608 - a name of ours


_PROCESSES = """
CREATE OR REPLACE VIEW system.client_processes AS
SELECT * REPLACE (
    if(is_ours, splitByChar('\\x1f', log_comment)[1], query_id) AS query_id,
    if(is_ours, splitByChar('\\x1f', log_comment)[2], user) AS user
)
FROM (
    SELECT
        *,
        query_id AS engine_query_id,
        Settings['log_comment'] AS log_comment,
        position(log_comment, '\\x1f') > 0 AS is_ours
    FROM system.processes
)
"""


def open_engine(folders: Folders) -> Engine:
    """Open the data folder. Raises `ServerError`, but over some damage the engine ends the process: see `damage`."""
    for leftover in folders.temporary.glob("tmp*"):
        leftover.unlink(missing_ok=True)
    metadata = folders.data / "metadata"
    _own_database(metadata, "default")
    _own_database(metadata, "system")
    return Engine(folders)


def _own_database(metadata: Path, name: str) -> None:
    """Make sure a database is an ordinary one that lasts. Left alone, the engine in process keeps `system` in memory,
    and makes of `default` an overlay that reads any file by its name: it does so for the database its configuration
    names, and for the one the link `default` shows, which is there for people only."""
    metadata.mkdir(parents=True, exist_ok=True)
    link, statement = metadata / name, metadata / f"{name}.sql"
    uuid = UUID(link.readlink().name) if link.is_symlink() else uuid4()
    if not statement.exists():
        shutil.rmtree(metadata.parent / "data" / "system", ignore_errors=True)  # logs the engine could not find again
        statement.write_text(f"ATTACH DATABASE _ UUID '{uuid}'\nENGINE = Atomic\n")
    if link.is_symlink():
        link.unlink()


def warn_of_broken_parts(engine: Engine) -> None:
    """Say which parts the engine could not read and set aside: their rows are missing from what is read now."""
    found = engine.control(
        "SELECT concat(database, '.', table, ' ', name) FROM system.detached_parts WHERE reason LIKE 'broken%' LIMIT 20"
    )
    for part in found.result.decode(errors="replace").splitlines():
        _log.warning("data is missing: the part %s is broken and was set aside (system.detached_parts)", part)


def create_views(engine: Engine) -> None:
    """Lay `system.query_log` over the engine's own, which exists once it was written; likewise its processes."""
    try:
        engine.control("SYSTEM FLUSH LOGS")
        engine.control(_QUERY_LOG)
        engine.control(_PROCESSES)
    except ServerError as error:
        _log.warning("system.query_log is not available: %s", error.message)
