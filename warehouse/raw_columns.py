"""Brings a raw table that was made from an older contract up to the contract of today."""

from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from contracts.tables import RAW_TABLES
from warehouse.raw_tables import raw_table


@dataclass(frozen=True)
class Column:
    """A column as the engine writes it down."""

    name: str
    type: str
    default: str
    codec: str

    def declaration(self) -> str:
        """The column as ALTER TABLE takes it."""
        default = f" DEFAULT {self.default}" if self.default else ""
        return f"`{self.name}` {self.type}{default} {self.codec}".rstrip()


def adopt_contract(client: Client, topic: str) -> list[str]:
    """Adds and changes columns until the table is the contract's, and reads the stored payloads again.

    Returns one sentence per added or changed column. A column that left the contract stays, with what it holds.
    """
    table = RAW_TABLES[topic]
    there, wanted = _columns(client, table), _wanted_columns(client, topic)
    changed = [column for name, column in wanted.items() if there.get(name) != column]
    if not changed:
        return []
    _alter(client, table, wanted, changed, there)
    _read_again(client, table, changed)
    return [f"{table}: column {column.name} {_verb(column, there)}" for column in changed]


def _verb(column: Column, there: dict[str, Column]) -> str:
    return "changed with the contract" if column.name in there else "added"


def _columns(client: Client, table: str) -> dict[str, Column]:
    database, name = table.split(".")
    rows = client.query(
        "SELECT name, type, default_expression, compression_codec FROM system.columns"
        " WHERE database = {database:String} AND table = {name:String} ORDER BY position",
        parameters={"database": database, "name": name},
    ).result_rows
    return {row[0]: Column(*row) for row in rows}


def _wanted_columns(client: Client, topic: str) -> dict[str, Column]:
    """The contract's columns as the engine itself writes them, so that only real differences differ."""
    table, model = RAW_TABLES[topic], f"{RAW_TABLES[topic]}_of_today"
    client.command(f"DROP TABLE IF EXISTS {model} SYNC")
    client.command(raw_table(topic).replace(table, model, 1))
    try:
        return _columns(client, model)
    finally:
        client.command(f"DROP TABLE IF EXISTS {model} SYNC")


def _alter(
    client: Client, table: str, wanted: dict[str, Column], changed: list[Column], there: dict[str, Column]
) -> None:
    before = dict(zip(list(wanted)[1:], wanted, strict=False))
    steps = [
        f"MODIFY COLUMN {column.declaration()}"
        if column.name in there
        else f"ADD COLUMN {column.declaration()} AFTER `{before[column.name]}`"
        for column in changed
    ]
    # What it held stays; it is no longer read out of the payload, whose tuple does not name it any more.
    left = [column for name, column in there.items() if name not in wanted and column.default]
    steps += [f"MODIFY COLUMN `{column.name}` REMOVE DEFAULT" for column in left]
    client.command(f"ALTER TABLE {table} " + ", ".join(steps), settings={"alter_sync": 1})


def _read_again(client: Client, table: str, changed: list[Column]) -> None:
    """Old rows kept their payload whole: what the older contract did not name is read out of it now."""
    derived = [column for column in changed if column.default and column.name != "_ingested_at"]
    for step in (
        [column for column in derived if column.name == "_text"],
        [column for column in derived if column.name != "_text"],
    ):
        if step:
            updates = ", ".join(f"`{column.name}` = {column.default}" for column in step)
            client.command(f"ALTER TABLE {table} UPDATE {updates} WHERE true", settings={"mutations_sync": 1})
