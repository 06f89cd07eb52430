"""system.query_log shows queries as their clients know them."""

from tests.local_stack.clickhouse_server.wire import Client


def _logged(writer: Client, query_id: str, columns: str) -> str:
    writer.sql("SYSTEM FLUSH LOGS")
    return writer.sql(
        f"SELECT {columns} FROM system.query_log WHERE query_id = '{query_id}' AND type != 'QueryStart' FORMAT TSVRaw"
    )


def test_ids_users_and_text(writer: Client, reader: Client) -> None:
    """Query id, user, comment and text are those of the client, not of the server's workings."""
    reader.sql("SELECT 1 /* mine */ FORMAT JSON", query_id="log-1", log_comment="a|b")
    row = _logged(writer, "log-1", "user, initial_query_id, log_comment, interface, type, trimRight(query)")
    assert row == f"{reader.user}\tlog-1\ta|b\t2\tQueryFinish\tSELECT 1 /* mine */ FORMAT JSON"
    reader.sql("SELECT 2", query_id="log-2")
    assert _logged(writer, "log-2", "trimRight(query), query_kind, result_rows") == "SELECT 2\tSelect\t1"


def test_inserts_and_failures(writer: Client, table: str) -> None:
    """Inserts are logged with what they wrote, failures with their code."""
    writer.sql(f"INSERT INTO {table} FORMAT CSV\n1,x\n2,y\n", query_id="log-3")
    assert _logged(writer, "log-3", "query_kind, written_rows") == "Insert\t2"
    writer.send("SELECT throwIf(1)", query_id="log-4")
    assert _logged(writer, "log-4", "type, exception_code") == "ExceptionWhileProcessing\t395"


def test_native_clients(writer: Client) -> None:
    """Queries in Native with a protocol version are logged the same way."""
    writer.send("SELECT 3 FORMAT Native", query_id="log-5", client_protocol_version=54405)
    assert _logged(writer, "log-5", "count(), any(type)").startswith("1\tQueryFinish")
