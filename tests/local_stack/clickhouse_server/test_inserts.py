"""Inserts: data in the body, behind the statement or alone, in any format, as a stream."""

import json
import time
from collections.abc import Iterator

import pyarrow
import pytest

from tests.local_stack.clickhouse_server.wire import Client, wait_for


def _arrow(rows: int) -> bytes:
    batch = pyarrow.record_batch(
        {"a": pyarrow.array(range(rows), pyarrow.int32()), "s": pyarrow.array(["x"] * rows, pyarrow.string())}
    )
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("CSV", b"1,x\n2,y\n"),
        ("TabSeparated", b"1\tx\n2\ty\n"),
        ("JSONEachRow", b'{"a":1,"s":"x"}\n{"a":2,"s":"y"}\n'),
        ("Values", b"(1, 'x'), (2, lower('Y'))"),
        ("Native", b"\x02\x02\x01a\x05Int32\x01\0\0\0\x02\0\0\0\x01s\x06String\x01x\x01y"),
        ("RowBinary", b"\x01\0\0\0\x01x\x02\0\0\0\x01y"),
    ],
)
def test_data_in_the_body_or_behind_the_statement(writer: Client, table: str, form: str, data: bytes) -> None:
    """The data may follow the statement in the body, or be the body while the URL holds the statement."""
    head = f"INSERT INTO {table} (a, s) FORMAT {form}"
    for answer in (writer.send(head.encode() + b"\n" + data), writer.send(data, query=head)):
        assert answer.status == 200, answer.text
        assert json.loads(answer.headers["X-ClickHouse-Summary"])["written_rows"] == "2"
    assert writer.sql(f"SELECT a, s, count() FROM {table} GROUP BY ALL ORDER BY a") == "1\tx\t2\n2\ty\t2"


def test_values_in_the_statement(writer: Client, table: str) -> None:
    """INSERT VALUES takes expressions and query parameters."""
    writer.sql(
        f"INSERT INTO {table} VALUES (1 + 1, concat('a', 'b')), ({{p:Int32}}, {{q:String}})", param_p=7, param_q="c"
    )
    assert writer.sql(f"SELECT * FROM {table} ORDER BY a") == "2\tab\n7\tc"


def test_long_values(writer: Client, table: str) -> None:
    """More values than a statement may be long (max_query_size is 256 KiB) arrive all."""
    rows = ", ".join(f"({number}, 'row {number}')" for number in range(50_000))
    writer.sql(f"INSERT INTO {table} VALUES {rows}")
    assert writer.sql(f"SELECT count(), sum(a), uniq(s) > 49000 FROM {table}") == "50000\t1249975000\t1"


def test_arrow_stream(writer: Client, table: str) -> None:
    """A stream that pyarrow wrote is inserted."""
    writer.send(_arrow(100_000), query=f"INSERT INTO {table} FORMAT ArrowStream")
    assert writer.sql(f"SELECT count(), sum(a) FROM {table}") == "100000\t4999950000"


def test_chunked_body(writer: Client, table: str) -> None:
    """A body of unknown length is read as it comes."""

    def rows() -> Iterator[bytes]:
        for number in range(1000):
            yield b"%d,x\n" % number

    assert writer.send(rows(), query=f"INSERT INTO {table} FORMAT CSV").status == 200
    assert writer.sql(f"SELECT count(), sum(a) FROM {table}") == "1000\t499500"


def test_insert_select(writer: Client, table: str) -> None:
    """INSERT … SELECT runs in the engine alone and reports what it wrote."""
    answer = writer.send(f"INSERT INTO {table} SELECT number, 'x' FROM numbers(10)")
    assert json.loads(answer.headers["X-ClickHouse-Summary"])["written_rows"] == "10"
    assert writer.sql(f"SELECT sum(a) FROM {table}") == "45"


def test_input_function(writer: Client, table: str) -> None:
    """INSERT … SELECT … FROM input() transforms the data on its way, more of it than any buffer holds."""
    head = f"INSERT INTO {table} SELECT n * 2, upper(w) FROM input('n Int32, w String') WHERE n > 0 FORMAT CSV\n"
    data = b"".join(b"%d,word %d\n" % (number, number) for number in range(200_000))
    assert writer.send(head.encode() + data).status == 200
    assert writer.sql(f"SELECT count(), min(a), max(a), any(s LIKE 'WORD %') FROM {table}") == "199999\t2\t399998\t1"


def test_settings_of_an_insert(writer: Client, table: str) -> None:
    """Settings reach an insert from the URL and from the statement."""
    row = '{"a": 1, "s": "x", "more": 2}'
    strict = {"input_format_skip_unknown_fields": 0}
    assert writer.send(f"INSERT INTO {table} FORMAT JSONEachRow {row}", **strict).code == 117
    lenient = f"INSERT INTO {table} SETTINGS input_format_skip_unknown_fields = 1 FORMAT JSONEachRow {row}"
    assert writer.sql(lenient, **strict) == ""
    assert writer.sql(f"SELECT count() FROM {table}") == "1"


def test_insert_into_a_parameter(writer: Client, table: str) -> None:
    """The table's name may be a query parameter."""
    writer.sql("INSERT INTO {t:Identifier} FORMAT CSV\n1,x\n", param_t=table)
    assert writer.sql(f"SELECT count() FROM {table}") == "1"


def test_insert_as_a_function_and_of_columns(writer: Client, table: str) -> None:
    """INSERT INTO FUNCTION and a column list parse like on a server."""
    assert writer.sql("INSERT INTO FUNCTION null('a Int32') FORMAT CSV\n1\n") == ""
    assert writer.sql(f"INSERT INTO TABLE default.{table} (* EXCEPT s) FORMAT CSV\n5\n") == ""
    assert writer.sql(f"SELECT * FROM {table}") == "5\t"


@pytest.mark.parametrize(("data", "code"), [(b"x,1\n", 27), (b"1,x\n2", 27), (b"1,x\n" * 100_000 + b"oops,x\n", 27)])
def test_damaged_data(writer: Client, table: str, data: bytes, code: int) -> None:
    """Data that does not parse is an error with its code, whole blocks before it aside nothing is written."""
    answer = writer.send(data, query=f"INSERT INTO {table} FORMAT CSV")
    assert answer.code == code, answer.text
    assert writer.sql(f"SELECT count() FROM {table}") == "0"


def test_errors_before_the_data(writer: Client) -> None:
    """A table or format that is not there is told although data follows."""
    assert writer.send(b"1,x\n" * 100_000, query="INSERT INTO nowhere FORMAT CSV").code == 60
    assert writer.send(b"1\n", query="INSERT INTO nowhere FORMAT Nothing").code in (60, 73)


def test_empty_insert(writer: Client, table: str) -> None:
    """No data is no error and no row."""
    assert writer.sql(f"INSERT INTO {table} FORMAT CSV") == ""
    assert writer.sql(f"SELECT count() FROM {table}") == "0"


@pytest.mark.parametrize("chosen", ["plain", "input"])
def test_broken_off_upload_writes_nothing(writer: Client, table: str, chosen: str) -> None:
    """A client that dies in the middle of its data has inserted nothing of a block that was not complete."""
    head = {
        "plain": f"INSERT INTO {table} FORMAT CSV",
        "input": f"INSERT INTO {table} SELECT * FROM input('a Int32, s String') FORMAT CSV",
    }[chosen]
    connection = writer.connect()
    connection.putrequest("POST", "/")
    for name, value in {**writer.credentials(), "Content-Length": "1000000000"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(head.encode() + b"\n" + b"1,x\n" * 200_000)
    at_work = f"SELECT count() FROM system.processes WHERE query LIKE 'INSERT INTO {table}%'"
    wait_for(lambda: writer.sql(at_work) == "1", 10, "the insert to begin")
    connection.close()
    wait_for(lambda: writer.sql(at_work) == "0", 10, "the insert to end")
    assert writer.sql(f"SELECT count() FROM {table}") == "0"


def test_async_insert(writer: Client, table: str) -> None:
    """async_insert with waiting has written when it answers."""
    answer = writer.send(b"1,x\n", query=f"INSERT INTO {table} FORMAT CSV", async_insert=1, wait_for_async_insert=1)
    assert answer.status == 200, answer.text
    assert writer.sql(f"SELECT count() FROM {table}") == "1"


def test_deduplication_token(writer: Client) -> None:
    """A retried insert with the same token is written once."""
    writer.sql(
        "CREATE OR REPLACE TABLE dedup (a Int32) ENGINE = MergeTree ORDER BY a "
        "SETTINGS non_replicated_deduplication_window = 10"
    )
    for _ in range(2):
        writer.send(b"1\n", query="INSERT INTO dedup FORMAT CSV", insert_deduplication_token="once")
    writer.send(b"1\n", query="INSERT INTO dedup FORMAT CSV", insert_deduplication_token="twice")
    assert writer.sql("SELECT count() FROM dedup") == "2"
    writer.sql("DROP TABLE dedup SYNC")


def test_drop_sync_waits_for_an_insert(writer: Client, table: str) -> None:
    """DROP TABLE … SYNC returns after the insert that was at work; the insert succeeds."""
    events: list[str] = []

    def rows() -> Iterator[bytes]:
        yield b"1,x\n" * 100_000
        wait_for(lambda: writer.sql(f"EXISTS TABLE {table}") == "0", 10, "the table to go")
        time.sleep(0.3)  # if DROP did not wait, it would be done by now
        events.append("last row sent")
        yield b"2,y\n"

    from concurrent.futures import ThreadPoolExecutor

    at_work = f"SELECT count() FROM system.processes WHERE query LIKE 'INSERT INTO {table}%'"
    with ThreadPoolExecutor(1) as pool:
        insert = pool.submit(writer.send, rows(), query=f"INSERT INTO {table} FORMAT CSV")
        wait_for(lambda: writer.sql(at_work) == "1", 10, "the insert to begin")
        writer.sql(f"DROP TABLE {table} SYNC")
        events.append("dropped")
        assert insert.result(30).status == 200
    assert events == ["last row sent", "dropped"]
