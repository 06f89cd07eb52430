"""Doors: each landing run inserts through tables of its own, so that a later run can shut an earlier one out.

A door is a Null table; a materialized view behind it hands the rows to the raw table. Insert into it fails from the
moment it is renamed, while inserts that were under way end as they would have (dropping the door instead would let them
end as if they had succeeded, with no row in raw). Why this is enough: docs/decisions/exactly-once-landing.md.
"""

import time

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from contracts.problems import Problem
from contracts.tables import RAW, RAW_TABLES

PATIENCE_S = 10  # for inserts of another run before they are killed
DEADLINE_S = 60  # for them to be gone
_OPEN, _SHUT = "door", "shut"
_GONE = ("(UNKNOWN_TABLE)", "(TABLE_ALREADY_EXISTS)")  # another newcomer was faster


def run_mark(run: str) -> str:
    """The `log_comment` of a run's inserts, by which they are found while they are under way."""
    return f"landing-{run}"


def door(topic: str, run: str) -> str:
    """The table a run inserts the topic's messages into."""
    return f"{RAW}.{_OPEN}_{run}_{topic}"


def open_doors(client: Client, run: str) -> None:
    """Make the run's doors. Call before `shut_other_doors`, so that of two newcomers at least one sees the other."""
    for topic, table in RAW_TABLES.items():
        columns = "_partition Int32, _offset Int64, _kafka_timestamp DateTime64(3, 'UTC'), payload String"
        client.command(f"CREATE TABLE {door(topic, run)} ({columns}) ENGINE = Null")
        client.command(
            f"CREATE MATERIALIZED VIEW {_view(_name(topic, run))} TO {table} AS SELECT '{topic}' AS _topic,"
            f" _partition, _offset, _kafka_timestamp, payload FROM {door(topic, run)}"
        )


def close_doors(client: Client, run: str) -> None:
    """Remove the run's own doors."""
    for topic in RAW_TABLES:
        _drop(client, door(topic, run), _name(topic, run))


def shut_other_doors(client: Client, run: str) -> list[str]:
    """Shut every other run out and wait until nothing of it is under way. Returns the runs, raises Problem."""
    found = _other_doors(client, run)
    for name in found:
        _tolerant(client, f"RENAME TABLE {RAW}.{_OPEN}_{name} TO {RAW}.{_SHUT}_{name}")
    runs = sorted({name.split("_")[0] for name in found})
    for other in runs:
        _wait_for_silence(client, other)
    for name in found:
        _drop(client, f"{RAW}.{_SHUT}_{name}", name)
    return runs


def _name(topic: str, run: str) -> str:
    return f"{run}_{topic}"


def _view(name: str) -> str:
    return f"{RAW}.behind_{name}"


def _other_doors(client: Client, run: str) -> list[str]:
    rows = client.query(
        f"SELECT DISTINCT substring(name, 6) FROM system.tables WHERE database = '{RAW}' AND engine = 'Null'"
        f" AND match(name, '^({_OPEN}|{_SHUT})_') AND NOT startsWith(substring(name, 6), '{run}_')"
    ).result_rows
    return [name for (name,) in rows]


def _drop(client: Client, table: str, name: str) -> None:
    client.command(f"DROP TABLE IF EXISTS {table} SYNC")
    client.command(f"DROP TABLE IF EXISTS {_view(name)} SYNC")


def _tolerant(client: Client, statement: str) -> None:
    try:
        client.command(statement)
    except DatabaseError as error:
        if not any(word in str(error) for word in _GONE):
            raise


def _wait_for_silence(client: Client, run: str) -> None:
    started = time.monotonic()
    while under_way := _under_way(client, run):
        waited = time.monotonic() - started
        if waited > DEADLINE_S:
            raise Problem(
                f"{under_way} inserts of an earlier landing run ({run}) do not end.",
                "Stop that program, or restart ClickHouse, then land again.",
            )
        if waited > PATIENCE_S:
            client.command(f"KILL QUERY WHERE {_of(run)} ASYNC")
        time.sleep(0.05)


def _under_way(client: Client, run: str) -> int:
    return int(client.command(f"SELECT count() FROM system.processes WHERE {_of(run)}"))


def _of(run: str) -> str:
    # The laptop's server keeps a mark of its own before the client's.
    return f"endsWith(Settings['log_comment'], '{run_mark(run)}')"
