"""Queries: what comes back, in which form, under which headers."""

import io
import json
import uuid

import pyarrow.parquet
import pytest

from tests.local_stack.clickhouse_server.wire import Client


def test_default_format_is_tab_separated(writer: Client) -> None:
    """Without a format a result is tab separated."""
    answer = writer.send("SELECT 1, 'a\tb'")
    assert answer.body == b"1\ta\\tb\n"
    assert answer.headers["X-ClickHouse-Format"] == "TabSeparated"
    assert answer.headers["Content-Type"] == "text/tab-separated-values; charset=UTF-8"


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("CSVWithNames", b'"a","b"\n1,"x"\n2,"y"\n'),
        ("JSONEachRow", b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'),
        ("JSONCompactEachRowWithNamesAndTypes", b'["a", "b"]\n["UInt8", "String"]\n[1, "x"]\n[2, "y"]\n'),
        ("Values", b"(1,'x'),(2,'y')"),
        ("RowBinary", b"\x01\x01x\x02\x01y"),
        ("Native", b"\x02\x02\x01a\x05UInt8\x01\x02\x01b\x06String\x01x\x01y"),
        ("Null", b""),
    ],
)
def test_formats(writer: Client, form: str, body: bytes) -> None:
    """Every format comes whole, whether the statement, the URL or a header asks for it."""
    query = "SELECT a, b FROM values('a UInt8, b String', (1, 'x'), (2, 'y'))"
    for answer in (
        writer.send(f"{query} FORMAT {form}"),
        writer.send(query, default_format=form),
        writer.send(query, headers={"X-ClickHouse-Format": form}),
    ):
        assert answer.body == body
        assert answer.headers["X-ClickHouse-Format"] == form


def test_json_of_a_large_result_is_one_document(writer: Client) -> None:
    """A format with head and foot has each once, however many blocks the result has."""
    document = json.loads(
        writer.sql("SELECT number FROM numbers(200000) FORMAT JSONCompact SETTINGS max_block_size = 1000")
    )
    assert document["rows"] == 200_000
    assert [row[0] for row in document["data"]] == list(range(200_000))
    assert document["statistics"]["rows_read"] == 200_000


def test_parquet_is_one_file(writer: Client) -> None:
    """A file format arrives as one file that others read."""
    answer = writer.send("SELECT number AS n FROM numbers(100000) FORMAT Parquet SETTINGS max_block_size = 1000")
    assert sum(pyarrow.parquet.read_table(io.BytesIO(answer.body))["n"].to_pylist()) == 4_999_950_000


def test_totals_and_extremes(writer: Client) -> None:
    """WITH TOTALS and extremes reach the client."""
    text = "SELECT number % 2 AS g, count() AS c FROM numbers(5) GROUP BY g WITH TOTALS ORDER BY g FORMAT JSON"
    document = json.loads(writer.sql(text, extremes=1))
    assert document["totals"] == {"g": 0, "c": 5}
    assert document["extremes"]["max"] == {"g": 1, "c": 3}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FORMAT TSV;",
        "SELECT 1;",
        "SELECT 1 -- the end",
        "SELECT 1 /* FORMAT JSON */",
        "SELECT 1 /* a /* nested */ FORMAT JSON */ ;;",
        "SELECT 1 # FORMAT JSON",
        "SELECT 1 SETTINGS max_threads = 1 FORMAT TSV",
        "SELECT 1 FORMAT TSV SETTINGS max_threads = 1",
        "SELECT format FROM (SELECT 1 AS format)",
        "SELECT 1 AS format",
        "(SELECT 1)",
        "SELECT 1 WHERE 'FORMAT JSON' != \"x\" OR 1 UNION ALL SELECT 1 LIMIT 0".replace('"x"', "'x'"),
        "WITH 1 AS x SELECT x",
        "FROM system.one SELECT dummy + 1",
    ],
)
def test_where_a_statement_ends(writer: Client, statement: str) -> None:
    """Comments, semicolons, settings and things named format do not confuse the server."""
    assert writer.sql(statement) == "1"


def test_query_in_url_body_and_both(writer: Client) -> None:
    """The statement may stand in the URL, in the body, or begin in one and end in the other."""
    assert writer.send(method="GET", query="SELECT 1").text == "1\n"
    assert writer.send("SELECT 2").text == "2\n"
    assert writer.send("FROM numbers(3)", query="SELECT sum(number)").text == "3\n"


def test_parameters(writer: Client) -> None:
    """Query parameters are values, never text of the statement."""
    assert writer.sql("SELECT {a:Int32} + 1, {s:String}", param_a=4, param_s="it's \\\\ {x} 'quoted'") == (
        "5\tit\\'s \\\\ {x} \\'quoted\\'"
    )
    assert writer.sql("SELECT {l:Array(String)}", param_l="['x', 'y']") == "['x','y']"
    assert writer.sql("SELECT count() FROM {d:Identifier}.{t:Identifier}", param_d="system", param_t="one") == "1"
    assert writer.send("SELECT {a:Int32}").code == 456


def test_settings_and_database(writer: Client) -> None:
    """URL parameters set settings and the database; they end with the request."""
    assert writer.sql("SELECT getSetting('max_block_size')", max_block_size=123) == "123"
    assert writer.sql("SELECT getSetting('max_block_size')") == "65409"
    assert writer.sql("SELECT currentDatabase()", database="system") == "system"
    assert writer.send("SELECT 1", headers={"X-ClickHouse-Database": "nowhere"}).code == 81
    assert writer.send("SELECT 1", no_such_setting=1).code == 115


def test_headers(writer: Client) -> None:
    """A client finds the query id, the time zone, the server's name and a summary."""
    query_id = str(uuid.uuid4())
    headers = writer.send("SELECT number FROM numbers(10) FORMAT JSON", query_id=query_id).headers
    assert headers["X-ClickHouse-Query-Id"] == query_id
    assert headers["X-ClickHouse-Timezone"].endswith("UTC")
    assert headers["X-ClickHouse-Server-Display-Name"]
    assert headers["Content-Type"] == "application/json; charset=UTF-8"
    summary = json.loads(headers["X-ClickHouse-Summary"])
    assert (summary["read_rows"], summary["read_bytes"], summary["result_rows"]) == ("10", "80", "10")
    assert writer.send("SELECT 1", session_timezone="Asia/Tokyo").headers["X-ClickHouse-Timezone"] == "Asia/Tokyo"


def test_progress_headers(writer: Client) -> None:
    """A client that asks for progress gets it before the result, then the summary."""
    answer = writer.send(
        "SELECT count() FROM numbers(20) WHERE NOT ignore(sleepEachRow(0.05)) SETTINGS max_block_size = 1",
        send_progress_in_http_headers=1,
        http_headers_progress_interval_ms=50,
    )
    told = [int(json.loads(line)["read_rows"]) for line in answer.headers.get_all("X-ClickHouse-Progress")]
    assert answer.text == "20\n"
    assert len(told) >= 3
    assert told == sorted(told)
    assert answer.headers.get_all("X-ClickHouse-Summary")


@pytest.mark.parametrize(
    ("statement", "status", "code", "name"),
    [
        ("SELECT * FROM nowhere", 404, 60, "UNKNOWN_TABLE"),
        ("SELECT * FROM nowhere.t", 404, 81, "UNKNOWN_DATABASE"),
        ("SELECT nothing FROM system.one", 404, 47, "UNKNOWN_IDENTIFIER"),
        ("SELECT nosuchfunction(1)", 404, 46, "UNKNOWN_FUNCTION"),
        ("SELECT 1 FORMAT Nothing", 404, 73, "UNKNOWN_FORMAT"),
        ("SELEC 1", 400, 62, "SYNTAX_ERROR"),
        ("", 400, 62, "SYNTAX_ERROR"),
        ("SELECT throwIf(1)", 500, 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
        ("SELECT 1; SELECT 2", 400, 62, "SYNTAX_ERROR"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", 500, 358, "INTO_OUTFILE_NOT_ALLOWED"),
        ("INSERT INTO t FROM INFILE '/tmp/x' FORMAT CSV", 500, 1, "UNSUPPORTED_METHOD"),
        ("CREATE USER bob", 500, 514, "ACCESS_STORAGE_FOR_INSERTION_NOT_FOUND"),
        ("SELECT toInt32('x')", 400, 6, "CANNOT_PARSE_TEXT"),
        ("SELECT sleep(3)", 408, 159, "TIMEOUT_EXCEEDED"),
    ],
)
def test_errors(writer: Client, statement: str, status: int, code: int, name: str) -> None:
    """An error has ClickHouse's code, name, form and HTTP status."""
    answer = writer.send(statement, max_execution_time=0.5)
    assert (answer.status, answer.code) == (status, code)
    assert answer.text.startswith(f"Code: {code}. DB::Exception: ")
    assert f" ({name}) (version 26." in answer.text
    assert answer.text.count("DB::Exception") == 1


def test_syntax_error_speaks_of_the_clients_text(writer: Client) -> None:
    """Nothing the server added to a statement shows in its error."""
    answer = writer.send("SELECT 1 FROM FROM x FORMAT JSON")
    assert "Syntax error: failed at position" in answer.text
    assert "OUTFILE '" not in answer.text
    assert "/dev/fd" not in answer.text


def test_get_only_reads(writer: Client, table: str) -> None:
    """GET changes nothing (code 164); HEAD gives the headers without the body."""
    assert writer.send(method="GET", query=f"DROP TABLE {table}").code == 164
    assert writer.send(method="GET", query=f"INSERT INTO {table} VALUES (1, 'x')").code == 164
    head = writer.send(method="HEAD", query="SELECT 1")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "2")


def test_wait_end_of_query(writer: Client) -> None:
    """With wait_end_of_query an error after many rows still has an error's status, and the summary is whole."""
    broken = "SELECT throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_block_size = 1000"
    assert writer.send(broken, wait_end_of_query=1).status == 500
    answer = writer.send("SELECT number FROM numbers(1000000)", wait_end_of_query=1)
    assert json.loads(answer.headers["X-ClickHouse-Summary"])["read_rows"] == "1000000"
    assert answer.body.count(b"\n") == 1_000_000


def test_paths(writer: Client) -> None:
    """Unknown paths are 404; a browser may ask for OPTIONS."""
    assert writer.send("SELECT 1", path="/nothing").status == 404
    assert writer.send(method="OPTIONS").status == 204
    assert writer.send("SELECT 1", path="/query").text == "1\n"


def test_role_that_is_not_there(writer: Client) -> None:
    """A role is set if it exists."""
    assert writer.sql("SELECT currentRoles()", role="retail_reader") == "['retail_reader']"
    assert writer.send("SELECT 1", role="nothing").code == 511


def test_names_and_bytes_beyond_ascii(writer: Client) -> None:
    """Text of any script passes, and so do bytes that are no text."""
    assert writer.sql("SELECT 'Käse — 奶酪' AS `größe`") == "Käse — 奶酪"
    assert writer.send(b"SELECT '\xff\xfe' FORMAT TSVRaw").body == b"\xff\xfe\n"


def test_several_statements_of_parallel_with(writer: Client) -> None:
    """PARALLEL WITH is one statement."""
    writer.sql("CREATE TABLE p1 (a Int8) ENGINE = Memory PARALLEL WITH CREATE TABLE p2 (a Int8) ENGINE = Memory")
    writer.sql("DROP TABLE p1 PARALLEL WITH DROP TABLE p2")
