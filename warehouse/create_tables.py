"""Creates the databases, the raw tables, the quarantine view and the tables that Spark jobs write.

A second run only adds what the contracts gained.

python -m warehouse.create_tables
"""

import sys

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import load_settings
from contracts.tables import DATABASES, RAW_TABLES
from warehouse.archived import show_archive
from warehouse.client import connect
from warehouse.keeping_tables import KEEPING_TABLES
from warehouse.quality_tables import QUALITY_TABLES
from warehouse.raw_columns import adopt_contract
from warehouse.raw_tables import quarantine_view, raw_table
from warehouse.stream_tables import STREAM_TABLES
from warehouse.written_tables import WRITTEN_TABLES, WrittenTable, written_table


def create_tables(client: Client) -> list[str]:
    """Makes what is missing. Returns one sentence per change of a table that was there before."""
    for database in DATABASES:
        client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    changes = [change for topic in RAW_TABLES for change in _raw_table(client, topic)]
    written = WRITTEN_TABLES | STREAM_TABLES | QUALITY_TABLES | KEEPING_TABLES
    changes += [change for name, table in written.items() for change in _written_table(client, name, table)]
    show_archive(client)
    client.command(quarantine_view())
    return changes


def _raw_table(client: Client, topic: str) -> list[str]:
    if client.command(f"EXISTS TABLE {RAW_TABLES[topic]}"):
        return adopt_contract(client, topic)
    client.command(raw_table(topic))
    return []


def _written_table(client: Client, name: str, table: WrittenTable) -> list[str]:
    changes = _dropped_if_keyed_otherwise(client, name, table)
    client.command(written_table(name, table))
    found = {row[0] for row in client.query(f"DESCRIBE TABLE {name}").result_rows}
    missing = {column: kind for column, kind in table.columns.items() if column not in found}
    for column, kind in missing.items():
        client.command(f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS `{column}` {kind}")
    return changes + [f"{name}: column {column} added" for column in missing]


def _dropped_if_keyed_otherwise(client: Client, name: str, wanted: WrittenTable) -> list[str]:
    """An older table, in which rows of today would replace each other; only one without rows may go."""
    database, table = name.split(".")
    keys = client.query(
        "SELECT sorting_key FROM system.tables WHERE database = {database:String} AND name = {table:String}",
        parameters={"database": database, "table": table},
    ).result_rows
    # Of a single column the engine keeps the parentheses.
    if not keys or keys[0][0].strip("()") == ", ".join(wanted.key).strip("()"):
        return []
    if client.command(f"SELECT count() FROM {name}"):
        raise Problem(f"{name} has rows under an older key.", f"Rename it or DROP TABLE {name}: its job fills it anew.")
    client.command(f"DROP TABLE {name} SYNC")
    return [f"{name}: made anew with the key of today"]


def main() -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    try:
        changes = create_tables(connect(load_settings()))
    except Problem as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for change in changes:
        sys.stderr.write(f"{change}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
