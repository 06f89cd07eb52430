"""BACKUP and RESTORE, within the server's own folder."""

from tests.local_stack.clickhouse_server.wire import Client, ServerProcess


def test_there_and_back(server: ServerProcess, writer: Client, table: str) -> None:
    """A table comes back from its backup, which lies under the home."""
    writer.sql(f"INSERT INTO {table} SELECT number, 'x' FROM numbers(1000)")
    assert writer.sql(f"BACKUP TABLE {table} TO File('t')").endswith("BACKUP_CREATED")
    assert (server.settings.home / "backups" / "t").is_dir()
    writer.sql(f"TRUNCATE TABLE {table}")
    writer.sql(f"DROP TABLE {table} SYNC")
    assert writer.sql(f"RESTORE TABLE {table} FROM File('t')").endswith("RESTORED")
    assert writer.sql(f"SELECT count(), sum(a) FROM {table}") == "1000\t499500"


def test_backups_stay_in_their_folder(writer: Client, table: str) -> None:
    """A backup can be written nowhere else."""
    for place in ("/tmp/retail_backup", "../../escaped"):  # noqa: S108 - refused
        answer = writer.send(f"BACKUP TABLE {table} TO File('{place}')")
        assert answer.code in (36, 497, 599), answer.text
