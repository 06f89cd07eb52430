"""Where statements are cut: heads of inserts, format clauses, KILL conditions. Expected values by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.clickhouse_server.errors import ServerError, from_engine
from local_stack.clickhouse_server.lexer import tokens
from local_stack.clickhouse_server.statements import (
    has_several,
    insert_head,
    kill_statement,
    output_clause,
    refuse_what_http_has_not,
)


@pytest.mark.parametrize(
    ("sql", "head", "form", "data"),
    [
        (b"INSERT INTO t FORMAT CSV\n1,2\n", b"INSERT INTO t ", "CSV", b"1,2\n"),
        (b"INSERT INTO t FORMAT CSV 1,2\n", b"INSERT INTO t ", "CSV", b"1,2\n"),
        (b"INSERT INTO t FORMAT CSV\r\n1,2\n", b"INSERT INTO t ", "CSV", b"1,2\n"),
        (b"INSERT INTO t FORMAT Native\n\x01\x01'\"/*--", b"INSERT INTO t ", "Native", b"\x01\x01'\"/*--"),
        (b"INSERT INTO t FORMAT TSV\n\n\tx", b"INSERT INTO t ", "TSV", b"\n\tx"),
        (b"insert into db.`format`(`values`, b) format JSONEachRow {}", b"insert into db.`format`(`values`, b) ",
         "JSONEachRow", b"{}"),
        (b"INSERT INTO t (a, b) VALUES (1, 2)", b"INSERT INTO t (a, b) ", "Values", b" (1, 2)"),
        (b"INSERT INTO t SETTINGS a = 1 VALUES (1)", b"INSERT INTO t SETTINGS a = 1 ", "Values", b" (1)"),
        (b"-- note\nINSERT /* x */ INTO TABLE FUNCTION null('a Int8') FORMAT CSV\n1",
         b"-- note\nINSERT /* x */ INTO TABLE FUNCTION null('a Int8') ", "CSV", b"1"),
        (b"INSERT INTO format FORMAT CSV\n1", b"INSERT INTO format ", "CSV", b"1"),
        (b"INSERT INTO values VALUES (1)", b"INSERT INTO values ", "Values", b" (1)"),
        (b"INSERT INTO {t:Identifier} FORMAT CSV\n1", b"INSERT INTO {t:Identifier} ", "CSV", b"1"),
    ],
)  # fmt: skip
def test_heads_of_inserts(sql: bytes, head: bytes, form: str, data: bytes) -> None:
    """An insert ends where its data begins."""
    found = insert_head(sql)
    assert found is not None
    assert (found.sql, found.format, sql[found.data_start :]) == (head, form, data)


@pytest.mark.parametrize(
    "sql",
    [
        b"SELECT 1 FORMAT CSV",
        b"INSERT INTO t SELECT 1 AS format",
        b"INSERT INTO t SELECT 'x' FORMAT CSV",
        b"INSERT INTO t (a) WITH x AS (SELECT 1) SELECT * FROM x",
        b"INSERT INTO t (SELECT 1)",
        b"EXPLAIN INSERT INTO t VALUES (1)",
        b"",
    ],
)
def test_no_data_follows(sql: bytes) -> None:
    """Statements without data of their own have no such head."""
    assert insert_head(sql) is None


def test_input_function() -> None:
    """The call of input() is found, and becomes a file."""
    sql = b"INSERT INTO t SELECT f(a) FROM (SELECT * FROM input ( 'a Decimal(9, 2)' )) FORMAT CSV\n1"
    found = insert_head(sql)
    assert found is not None
    assert sql[found.data_start :] == b"1"
    assert found.reading_from("/dev/fd/9") == (
        b"INSERT INTO t SELECT f(a) FROM (SELECT * FROM file('/dev/fd/9', 'CSV',  'a Decimal(9, 2)' )) "
    )


@pytest.mark.parametrize(
    ("sql", "before", "form", "after"),
    [
        (b"SELECT 1", b"SELECT 1", None, b""),
        (b"SELECT 1;", b"SELECT 1", None, b""),
        (b"SELECT 1 FORMAT JSON ; ", b"SELECT 1 ", "JSON", b""),
        (b"SELECT 1 format JSON -- x", b"SELECT 1 ", "JSON", b""),
        (b"SELECT 1 FORMAT JSON SETTINGS a = 1", b"SELECT 1 ", "JSON", b" SETTINGS a = 1"),
        (b"SELECT 1 SETTINGS a = 'FORMAT x'", b"SELECT 1 SETTINGS a = 'FORMAT x'", None, b""),
        (b"SELECT t.format x FROM t", b"SELECT t.format x FROM t", None, b""),
        (b"SELECT a AS format FROM t", b"SELECT a AS format FROM t", None, b""),
        (b"SELECT (SELECT 1 FORMAT x) FROM t", b"SELECT (SELECT 1 FORMAT x) FROM t", None, b""),
        (b"SELECT \xe2\x80\x98 FORMAT JSON\xe2\x80\x99", b"SELECT \xe2\x80\x98 FORMAT JSON\xe2\x80\x99", None, b""),
        (b"SELECT $q$ FORMAT JSON$q$", b"SELECT $q$ FORMAT JSON$q$", None, b""),
    ],
)
def test_format_clauses(sql: bytes, before: bytes, form: str | None, after: bytes) -> None:
    """The FORMAT clause is the statement's own, wherever else the word stands."""
    clause = output_clause(sql)
    assert (clause.before, clause.format, clause.after) == (before, form, after)


@pytest.mark.parametrize(
    ("sql", "condition"),
    [
        (b"KILL QUERY WHERE query_id = 'x'", b"query_id = 'x'"),
        (b"kill query where query_id = 'x' SYNC", b"query_id = 'x'"),
        (
            b"KILL QUERY WHERE user = 'a' OR (x AND 'TEST' = 'SYNC') TEST FORMAT JSON;",
            b"user = 'a' OR (x AND 'TEST' = 'SYNC')",
        ),
    ],
)
def test_kill(sql: bytes, condition: bytes) -> None:
    """A condition of KILL QUERY is asked of the names clients know."""
    changed = kill_statement(sql).whole
    assert b"(SELECT engine_query_id FROM system.client_processes WHERE " in changed
    inner = changed.split(b"client_processes WHERE", 1)[1].split(b"\n) ", 1)
    assert inner[0].strip() == condition
    assert sql.endswith(inner[1])


@pytest.mark.parametrize("sql", [b"KILL MUTATION WHERE 1", b"SELECT 1", b"KILL QUERY ON CLUSTER c", b""])
def test_other_statements_stay(sql: bytes) -> None:
    """What is no KILL QUERY is left alone."""
    assert kill_statement(sql) is None


@pytest.mark.parametrize(
    ("sql", "several"),
    [(b"SELECT 1; SELECT 2", True), (b"SELECT 1;;", False), (b"SELECT ';' -- ; x", False), (b"; SELECT 1", True)],
)
def test_several_statements(sql: bytes, several: bool) -> None:
    """A semicolon in text or at the end does not make two statements."""
    assert has_several(sql) is several


@pytest.mark.parametrize(("sql", "code"), [(b"", 62), (b" ;; -- x", 62), (b"SELECT 1 INTO OUTFILE 'x'", 358)])
def test_refused_over_http(sql: bytes, code: int) -> None:
    """Empty statements and files of the server are refused."""
    with pytest.raises(ServerError) as caught:
        refuse_what_http_has_not(sql)
    assert caught.value.code == code


@given(st.binary(max_size=200))
def test_tokens_lie_in_order(sql: bytes) -> None:
    """Whatever the bytes, tokens are found in order, do not overlap, and leave only spaces and comments out."""
    position = 0
    for token in tokens(sql):
        assert position <= token.start < token.end <= len(sql)
        assert sql[token.start : token.end] == token.value
        position = token.end


@pytest.mark.parametrize(
    ("text", "code", "message", "name"),
    [
        ("Code: 60. DB::Exception: Unknown table x. (UNKNOWN_TABLE)", 60, "Unknown table x.", "UNKNOWN_TABLE"),
        (
            "Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 26.9.2.1)"
            ". (UNKNOWN_FORMAT)",
            73,
            "Unknown format X.",
            "UNKNOWN_FORMAT",
        ),
        ("Code: 395. DB::Exception: said (NO). (THROWN)", 395, "said (NO).", "THROWN"),
        ("send_insert does not support X", 1001, "send_insert does not support X", "STD_EXCEPTION"),
    ],
)
def test_errors_of_the_engine(text: str, code: int, message: str, name: str) -> None:
    """What every layer adds to an error is taken off again."""
    error = from_engine(RuntimeError(text))
    assert (error.code, error.message, error.name) == (code, message, name)
