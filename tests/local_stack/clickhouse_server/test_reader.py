"""The user that may only read: everything clients need, and no way out."""

from pathlib import Path

import pytest

from tests.local_stack.clickhouse_server.wire import Client

MAY = {
    "SELECT 1": "1",
    "SELECT count() FROM system.one": "1",
    "SELECT sum(number) FROM numbers(4)": "6",
    "SELECT a FROM values('a Int32', 7)": "7",
    "SELECT sum(c1) FROM (SELECT * FROM values(1, 2))": "3",
    "SELECT sum(generate_series) FROM generateSeries(1, 3)": "6",
    "SELECT x FROM view(SELECT 5 AS x)": "5",
    "WITH 2 AS file SELECT file": "2",
    "SELECT 'file(''/etc/passwd'')' AS profile": "file(\\'/etc/passwd\\')",
    "SELECT format('{}-{}', 1, 2)": "1-2",
    "SELECT getSetting('max_threads') SETTINGS max_threads = 1": "1",
    "EXISTS TABLE system.one": "1",
    "DESCRIBE TABLE system.one": "dummy\tUInt8\t\t\t\t\t",
    "SHOW TABLES FROM system LIKE 'one'": "one",
    "EXPLAIN SYNTAX SELECT 1": "SELECT 1\\nFROM system.one",
    "SELECT any(name) FROM system.tables WHERE database = 'system' AND name = 'columns'": "columns",
}

# The code says who refused: 497 rights, 164 and 452 settings, 62 grammar, 358 output files.
MUST_NOT = [
    ("INSERT INTO t_of_test VALUES (1, 'x')", 497),
    ("INSERT INTO t_of_test SELECT 1, 'x'", 497),
    ("INSERT INTO FUNCTION file('/tmp/retail_reader_wrote', 'CSV') SELECT 1", 497),
    ("INSERT INTO FUNCTION null('a Int32') SELECT 1", 497),
    ("CREATE TABLE t_of_reader (a Int32) ENGINE = Memory", 497),
    ("CREATE TEMPORARY TABLE t_of_reader (a Int32)", 497),
    ("CREATE VIEW v_of_reader AS SELECT 1", 497),
    ("CREATE DATABASE d_of_reader", 497),
    ("CREATE FUNCTION f_of_reader AS x -> x", 497),
    ("CREATE DICTIONARY d (a UInt64) PRIMARY KEY a SOURCE(EXECUTABLE(COMMAND 'id' FORMAT CSV)) LAYOUT(FLAT())", 497),
    ("DROP TABLE t_of_test", 497),
    ("TRUNCATE TABLE t_of_test", 497),
    ("ALTER TABLE t_of_test DELETE WHERE 1", 497),
    ("DELETE FROM t_of_test WHERE 1", 497),
    ("OPTIMIZE TABLE t_of_test", 497),
    ("RENAME TABLE t_of_test TO t_of_reader", 497),
    ("DETACH TABLE t_of_test", 497),
    ("BACKUP TABLE t_of_test TO File('reader.zip')", 497),
    ("RESTORE TABLE t_of_test FROM File('reader.zip')", 497),
    ("KILL QUERY WHERE 1", 497),
    ("KILL MUTATION WHERE 1", 497),
    ("SYSTEM FLUSH LOGS", 497),
    ("SYSTEM SHUTDOWN", 497),
    ("GRANT ALL ON *.* TO default", 497),
    ("SET ROLE retail_writer", 497),
    ("SET DEFAULT ROLE retail_writer TO default", 497),
    ("EXECUTE AS default SELECT 1", 497),
    ("BEGIN TRANSACTION", 497),
    ("SELECT 1; DROP TABLE t_of_test", 62),
    ("SELECT 1;\n-- nothing\nINSERT INTO t_of_test VALUES (1, 'x')", 62),
    ("SELECT 1; DROP TABLE t_of_test; SELEC", 62),
    ("(SELECT 1; DROP TABLE t_of_test; SELEC", 62),
    ("SELECT 1; KILL QUERY WHERE 1 SYNC; SELEC", 62),
    ("SELECT 1 PARALLEL WITH DROP TABLE t_of_test", 497),
    # files and the network
    ("SELECT * FROM file('/etc/passwd', 'LineAsString')", 497),
    ("SELECT * FROM `file`('/etc/passwd', 'LineAsString')", 497),
    (r"SELECT * FROM `fi\x6ce`('/etc/passwd', 'LineAsString')", 497),
    ("SELECT * FROM “file”('/etc/passwd', 'LineAsString')", 497),
    ("SELECT * FROM FILE /* */ -- x\n ('/etc/passwd', 'LineAsString')", 497),
    ("SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a Int32')", 497),
    ("SELECT * FROM s3('http://127.0.0.1:1/b/k', 'CSV', 'a Int32')", 497),
    ("SELECT * FROM remote('127.0.0.1', system.one)", 497),
    ("SELECT * FROM cluster('default', system.one)", 497),
    ("SELECT * FROM executable('id', 'CSV', 'a String')", 497),
    ("SELECT * FROM python(Home)", 497),
    ("SELECT * FROM merge('system', '^one$')", 497),
    ("SELECT * FROM mergeTreeIndex('default', 't_of_test')", 497),
    ("SELECT * FROM dictionary('d')", 497),
    ("SELECT * FROM filesystem('/etc')", 497),
    ("SELECT * FROM sqlite('/etc/x', 'y')", 497),
    ("SELECT * FROM _local.`/etc/passwd`", 497),
    ("SELECT file('/etc/passwd')", 497),
    ("SELECT arrayMap(x -> file(x), ['/etc/passwd'])", 497),
    ("SELECT columns('dummy') APPLY file FROM system.one", 497),
    ("SELECT columns('dummy') APPLY(x -> file(toString(x))) FROM system.one", 497),
    ("SELECT * FROM t_of_test WHERE a IN file('/etc/passwd')", 497),
    ("SELECT * FROM t_of_test WHERE s IN (SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString'))", 497),
    ("SHOW TABLES WHERE file('/etc/passwd') != ''", 497),
    ("SHOW COLUMNS FROM t_of_test WHERE file('/etc/passwd') != ''", 497),
    ("DESCRIBE TABLE file('/etc/passwd', 'LineAsString')", 497),
    ("DESCRIBE TABLE (SELECT * FROM file('/etc/passwd', 'LineAsString'))", 497),
    ("EXPLAIN SELECT * FROM file('/etc/passwd', 'LineAsString')", 497),
    ("EXPLAIN AST SELECT file('/etc/passwd')", 497),
    ("WITH x AS (SELECT * FROM file('/etc/passwd', 'LineAsString')) SELECT * FROM x", 497),
    ("SELECT 1 /* /* */ , file('/etc/passwd') */ , file('/etc/passwd')", 497),
    ("SELECT $$ $$, file('/etc/passwd')", 497),
    ("SELECT aiGenerate('say yes')", 497),
    ("SELECT 1 INTO OUTFILE '/tmp/retail_reader_wrote'", 358),
    ("SELECT 1 INTO /* */ OUTFILE '/tmp/retail_reader_wrote' FORMAT CSV", 358),
    ("EXPLAIN SELECT 1 INTO OUTFILE '/tmp/retail_reader_wrote'", 358),
    ("INSERT INTO t_of_test SELECT * FROM input('a Int32, s String') FORMAT CSV 1,x", 497),
    # settings
    ("SELECT 1 SETTINGS readonly = 0", 164),
    ("SET readonly = 0", 164),
    ("SELECT 1 SETTINGS profile = 'default'", 497),
    ("SET max_threads = 1, profile = 'default'", 497),
    ("SELECT 1 SETTINGS additional_result_filter = 'file(''/etc/passwd'') != '''''", 452),
    ("SELECT * FROM t_of_test SETTINGS additional_table_filters = {'t_of_test': 'file(''/etc/passwd'') = '''''}", 452),
    ("SELECT 1 FORMAT Template SETTINGS format_template_row = '/etc/passwd'", 452),
    ("SELECT 1 SETTINGS dialect = 'kusto'", 452),
    ("SELECT 1 SETTINGS max_memory_usage = 1000000000000", 452),
]


@pytest.mark.parametrize("statement", MAY)
def test_may(reader: Client, statement: str) -> None:
    """Reading, describing and computing work."""
    assert reader.sql(statement) == MAY[statement]


@pytest.mark.parametrize(("statement", "code"), MUST_NOT)
def test_must_not(reader: Client, writer: Client, table: str, statement: str, code: int) -> None:
    """Whatever writes, reaches files or the network, or loosens these limits is refused, and changes nothing."""
    writer.sql(f"INSERT INTO {table} VALUES (5, 'five')")
    answer = reader.send(statement)
    assert answer.code == code, answer.text
    assert "root:" not in answer.text
    assert writer.sql(f"SELECT * FROM {table}") == "5\tfive"


@pytest.mark.parametrize("how", ["GET", "session", "default_format", "param", "multipart"])
def test_no_other_way_in(reader: Client, table: str, how: str) -> None:
    """A refused statement stays refused whichever way it is sent."""
    statement = f"INSERT INTO {table} VALUES (1, 'x')"
    ways = {
        "GET": lambda: reader.send(method="GET", query=statement),
        "session": lambda: reader.send(statement, session_id="way-in"),
        "default_format": lambda: reader.send("SELECT file('/etc/passwd')", default_format="Native"),
        "param": lambda: reader.send("SELECT * FROM {t:Identifier}", param_t="file('/etc/passwd')"),
        "multipart": lambda: reader.send(
            f'--b\r\nContent-Disposition: form-data; name="query"\r\n\r\n{statement}\r\n--b--\r\n',
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        ),
    }
    answer = ways[how]()
    assert answer.status != 200
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("readonly", "0", 0),
        ("profile", "default", 497),
        ("role", "retail_writer", 512),
        ("additional_result_filter", "file('/etc/passwd') != ''", 452),
        ("format_schema", "/etc/passwd:X", 452),
        ("max_memory_usage", "1000000000000", 452),
        ("dialect", "kusto", 452),
        ("a=1; DROP TABLE t_of_test; SET b", "1", 115),
        ("max_threads", "1'; DROP TABLE t_of_test; SET s='", 27),
    ],
)
def test_settings_of_the_url(reader: Client, writer: Client, table: str, name: str, value: str, code: int) -> None:
    """A setting in the URL loosens nothing either."""
    assert reader.send("SELECT 1", **{name: value}).code == code
    assert reader.send(f"INSERT INTO {table} VALUES (1, 'x')", **{name: value}).status != 200
    assert writer.sql(f"SELECT count() FROM {table}") == "0"


def test_session_keeps_a_reader_a_reader(reader: Client, table: str) -> None:
    """Statements that change a session do not change what its reader may do."""
    assert reader.sql("SET max_block_size = 77", session_id="r1") == ""
    assert reader.sql("SELECT getSetting('max_block_size'), currentRoles()", session_id="r1") == "77\t['retail_reader']"
    assert reader.send(f"INSERT INTO {table} VALUES (1, 'x')", session_id="r1").code == 497
    assert reader.send("SELECT file('/etc/passwd')", session_id="r1").code == 497
    assert reader.send("SET readonly = 0", session_id="r1").code == 164


def test_sessions_of_two_users_are_two(reader: Client, writer: Client) -> None:
    """A reader that guesses a writer's session id gets a session of its own."""
    writer.sql("CREATE TEMPORARY TABLE mine (a Int32)", session_id="shared")
    assert reader.send("SELECT * FROM mine", session_id="shared").code == 60
    assert reader.sql("SELECT currentRoles()", session_id="shared") == "['retail_reader']"


def test_views_of_the_writer_serve_readers(reader: Client, writer: Client, table: str) -> None:
    """A reader reads the writer's tables and views."""
    writer.sql(f"INSERT INTO {table} VALUES (5, 'five')")
    writer.sql(f"CREATE OR REPLACE VIEW v_of_test AS SELECT s FROM {table}")
    assert reader.sql("SELECT * FROM v_of_test") == "five"
    writer.sql("DROP VIEW v_of_test")


LEAK = "AS SELECT * FROM file('/etc/passwd', 'LineAsString') --"


@pytest.mark.parametrize(
    "params",
    [
        {"default_format": "TSV; DROP TABLE t_of_test; SELECT 1"},
        {"default_format": "Null; SELECT 1 INTO OUTFILE '/tmp/retail_reader_wrote'"},
        {"default_format": "TSV SETTINGS readonly = 0"},
        {"param_a = 1; DROP TABLE t_of_test; SET param_b": "1"},
        {"param_a = 1, profile": "default"},
        {"query_id": "x'; DROP TABLE t_of_test; --"},
        {"log_comment": "x'; DROP TABLE t_of_test; --"},
        {"database": "default`; DROP TABLE t_of_test; --"},
        {"session_id": "s'; DROP TABLE t_of_test; --"},
        {"session_timezone": "UTC'; DROP TABLE t_of_test; --"},
    ],
)
def test_parameters_are_no_statements(reader: Client, writer: Client, table: str, params: dict[str, str]) -> None:
    """Text in a parameter's name or value never becomes part of a statement."""
    Path("/tmp/retail_reader_wrote").unlink(missing_ok=True)  # noqa: S108 - of an earlier, weaker server
    for headers in ({}, {"X-ClickHouse-Format": params.get("default_format", "TSV")}):
        answer = reader.send("SELECT 1", headers=headers, **params)
        assert answer.body in (b"1\n", b"") or answer.code, answer.text
    assert writer.sql(f"SELECT count() FROM {table}") == "0"
    assert not Path("/tmp/retail_reader_wrote").exists()  # noqa: S108 - what the attack would make


@pytest.mark.parametrize(
    "params",
    [
        {"ext_structure": f"s String) {LEAK}"},
        {"ext_structure": f"s String) ENGINE = Memory {LEAK}"},
        {"ext_structure": "a Int32); DROP TABLE t_of_test; --"},
        {"ext_structure": "a String DEFAULT file('/etc/passwd')"},
        {"ext_structure": "b Int8, a String ALIAS file('/etc/passwd')"},
        {"ext_types": f"String) {LEAK}"},
        {"ext_types": "String, b String DEFAULT file('/etc/passwd')"},
        {"ext_structure": "a String", "ext_format": "TSV; DROP TABLE t_of_test; --"},
        {"ext_structure": "a String", "ext_format": f"TSV {LEAK}"},
    ],
)
@pytest.mark.parametrize("session", [{}, {"session_id": "attack"}])
def test_external_tables_are_data(
    reader: Client, writer: Client, table: str, params: dict[str, str], session: dict[str, str]
) -> None:
    """What a reader says of its own data describes columns and nothing else."""
    reader.sql("SET max_threads = 1", **session)
    body = '--b\r\nContent-Disposition: form-data; name="ext"; filename="x"\r\n\r\n1\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = reader.send(body, headers=headers, query="SELECT * FROM ext", **params, **session)
    assert "root:" not in answer.text
    assert writer.sql(f"SELECT count() FROM {table}") == "0"


@pytest.mark.parametrize("form", ["Values", "MySQLDump", "CustomSeparated", "TSV", "JSONEachRow"])
def test_external_data_is_not_evaluated(reader: Client, form: str) -> None:
    """An expression in a reader's own data is data, or an error, but nothing that runs."""
    expression = "file('/etc/passwd')"
    data = {"Values": f"({expression})", "MySQLDump": f"INSERT INTO x VALUES ({expression});"}.get(form, expression)
    body = f'--b\r\nContent-Disposition: form-data; name="ext"; filename="x"\r\n\r\n{data}\r\n--b--\r\n'
    for more in ({}, {"input_format_values_interpret_expressions": 1}):
        answer = reader.send(
            body,
            headers={"Content-Type": "multipart/form-data; boundary=b"},
            query="SELECT * FROM ext",
            ext_structure="s String",
            ext_format=form,
            **more,
        )
        assert "root:" not in answer.text
