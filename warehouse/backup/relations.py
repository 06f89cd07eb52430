"""Which tables and views a backup is of, and how they are named in its statements."""

from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.tables import DATABASES, RAW
from warehouse.backup.manifest import Scope
from warehouse.content_hash import Columns

MODELLED = ("staging", "intermediate", "core", "kpi", "features", "reporting")  # dbt makes them of the others
# Doors of landing runs, tables over archived files, views of quarantine and archive: programs and create_tables make
# them of what is backed up.
_MADE_ANEW = f"database = '{RAW}' AND engine NOT LIKE '%MergeTree'"


class Relation(NamedTuple):
    """A table or view; bytes as they lie on disk."""

    database: str
    table: str
    engine: str
    stored_bytes: int

    @property
    def name(self) -> str:
        """`database.table`."""
        return f"{self.database}.{self.table}"

    @property
    def is_view(self) -> bool:
        """Whether it has no rows of its own."""
        return self.engine == "View"


def relations(client: Client, scope: Scope) -> list[Relation]:
    """What is to be backed up. Raises Problem where a table's engine could not be restored by its parts."""
    databases = [name for name in DATABASES if scope == "all" or name not in MODELLED]
    query = f"""
        SELECT database, name, engine, ifNull(total_bytes, 0) FROM system.tables
        WHERE database IN {{databases:Array(String)}} AND NOT ({_MADE_ANEW})
        ORDER BY database, name
    """
    found = [Relation(*row) for row in client.query(query, {"databases": databases}).result_rows]
    if strange := [one.name for one in found if not one.is_view and not one.engine.endswith("MergeTree")]:
        raise Problem(
            f"{', '.join(strange)}: no table of the MergeTree family.", "Drop it, or keep it outside our databases."
        )
    return found


def columns(client: Client, database: str, table: str) -> Columns:
    """Every column with its type."""
    query = """
        SELECT name, type FROM system.columns
        WHERE database = {database:String} AND table = {table:String} AND default_kind != 'ALIAS' ORDER BY position
    """
    return [tuple(row) for row in client.query(query, {"database": database, "table": table}).result_rows]


def quoted(name: str) -> str:
    """`database.table` for a statement."""
    database, _, table = name.partition(".")
    return f"`{database}`.`{table}`"
