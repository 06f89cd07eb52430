"""What the archive holds: one row of `monitoring.archived_partitions` per file, and the tables and views over them."""

from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from contracts.tables import ARCHIVED_PARTITIONS, RAW_TABLES
from warehouse.archive_tables import MOVING, RESTORED, ArchivedFile, archived_table, file_columns, with_archive_view
from warehouse.cluster_ddl import on_cluster

_COLUMNS = ("topic", "month", "file", "store", "state", "rows", "content", "bytes", "contract", "changed_at")


def archived_files(client: Client) -> list[ArchivedFile]:
    """Every file that is read with raw, the oldest month first."""
    rows = client.query(
        f"SELECT {', '.join(_COLUMNS)} FROM {ARCHIVED_PARTITIONS} FINAL"
        f" WHERE state != '{RESTORED}' ORDER BY month, topic, file"
    ).result_rows
    return [ArchivedFile(*row) for row in rows]


def unfinished(client: Client) -> list[ArchivedFile]:
    """Files whose move was broken off."""
    return [one for one in archived_files(client) if one.state == MOVING]


def record(client: Client, one: ArchivedFile, cluster: str = "") -> None:
    """Write down what became of a file, and let the views follow."""
    values = [getattr(one, name) for name in _COLUMNS[:-1]]
    client.insert(ARCHIVED_PARTITIONS, [[*values, datetime.now(UTC)]], column_names=list(_COLUMNS))
    show_archive(client, cluster)


def show_archive(client: Client, cluster: str = "") -> None:
    """Make the view of each topic anew, after the tables over the files, which follow the contract.

    Looks again afterwards: whoever else does this at the same time may have read an older list and written last.
    """
    shown: list[ArchivedFile] | None = None
    while shown != (files := archived_files(client)):
        for one in files:
            _make_table(client, one, cluster)
        for topic in RAW_TABLES:
            spread(client, with_archive_view(topic, [one for one in files if one.topic == topic]), cluster)
        shown = files


def _make_table(client: Client, one: ArchivedFile, cluster: str) -> None:
    database, name = one.table.split(".")
    found = client.query(
        "SELECT name FROM system.columns"
        " WHERE database = {database:String} AND table = {name:String} ORDER BY position",
        {"database": database, "name": name},
    ).result_rows
    if [column for (column,) in found] != list(file_columns(one)):
        spread(client, f"DROP TABLE IF EXISTS {one.table} SYNC", cluster)
        spread(client, archived_table(one), cluster)


def spread(client: Client, statement: str, cluster: str) -> None:
    """Run a statement, on every server of the cluster if there is one."""
    client.command(on_cluster(statement, cluster) if cluster else statement)
