"""Tables as they are at one moment: copies that share their files (hard links), so that nobody has to stop writing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clickhouse_connect.driver.client import Client

from contracts.tables import FROZEN
from warehouse.backup.relations import Relation
from warehouse.backup.running import wait_for_earlier

_ANY_SIZE = "SETTINGS max_table_size_to_drop = 0"


@contextmanager
def frozen(client: Client, tables: Sequence[Relation]) -> Iterator[None]:
    """Within it, `frozen_as` of each table holds what the table held at the beginning."""
    wait_for_earlier(client)
    drop_frozen(client)
    try:
        client.command(f"CREATE DATABASE {FROZEN}")
        for table in tables:
            _freeze(client, table)
        yield
    finally:
        drop_frozen(client)


def frozen_as(table: Relation) -> str:
    """The copy's name, for a statement."""
    return f"{FROZEN}.`{table.name}`"


def drop_frozen(client: Client) -> None:
    """Leave no copy, also none of a backup that was killed."""
    client.command(f"DROP DATABASE IF EXISTS {FROZEN} SYNC {_ANY_SIZE}")


def _freeze(client: Client, table: Relation) -> None:
    copy = frozen_as(table)
    client.command(f"CREATE TABLE {copy} AS `{table.database}`.`{table.table}`")
    # A merge may replace rows or let them expire: the copy would not be what is hashed and written.
    client.command(f"SYSTEM STOP MERGES {copy}")
    client.command(f"ALTER TABLE {copy} ATTACH PARTITION ALL FROM `{table.database}`.`{table.table}`")
