"""External data: files that come with a request are tables of that request."""

import pytest

from tests.local_stack.clickhouse_server.wire import Answer, Client


def _form(parts: list[tuple[str, str | None, bytes]]) -> tuple[bytes, dict[str, str]]:
    """A form of (name, file name or None, content)."""
    body = b""
    for name, file, content in parts:
        disposition = f'form-data; name="{name}"' + (f'; filename="{file}"' if file else "")
        body += f"--edge\r\nContent-Disposition: {disposition}\r\n".encode()
        body += b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
    return body + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


def _send(client: Client, *parts: tuple[str, str | None, bytes], **params: object) -> Answer:
    body, headers = _form(list(parts))
    return client.send(body, headers=headers, **params)


def test_file_with_structure(writer: Client) -> None:
    """A file with a structure and a format is a table by its part's name."""
    answer = _send(
        writer,
        ("ext", "x.csv", b"1,one\n2,two\n"),
        query="SELECT s FROM ext WHERE a = 2",
        ext_structure="a Int32, s String",
        ext_format="CSV",
    )
    assert answer.text == "two\n"


def test_file_with_types(writer: Client) -> None:
    """With types alone the columns are _1, _2, …; the format is tab separated by default."""
    answer = _send(
        writer, ("ext", "x", b"1\t['a','b']\n"), query="SELECT _1, _2[2] FROM ext", ext_types="Int8,Array(String)"
    )
    assert answer.text == "1\tb\n"


def test_two_files_and_the_query_as_fields(writer: Client) -> None:
    """Several files at once; query, parameters and structures may be fields of the form."""
    answer = _send(
        writer,
        ("query", None, b"SELECT l.a + r.a + {p:Int32} FROM l, r"),
        ("param_p", None, b"100"),
        ("l_structure", None, b"a Int32"),
        ("l", "l.tsv", b"1\n"),
        ("r", "r.tsv", b"20\n"),
        r_structure="a Int32",
    )
    assert answer.text == "121\n", answer.text


def test_readers_bring_data_too(reader: Client) -> None:
    """A reader may join its own data, in a session as well, and stays a reader."""
    for more in ({}, {"session_id": "with-data"}):
        answer = _send(reader, ("ext", "x", b"1\n2\n"), query="SELECT sum(a) FROM ext", ext_structure="a Int32", **more)
        assert answer.text == "3\n", answer.text
    reader.sql("SET max_threads = 1", session_id="with-data")
    answer = _send(
        reader, ("ext", "x", b"5\n"), query="SELECT sum(a) FROM ext", ext_structure="a Int32", session_id="with-data"
    )
    assert answer.text == "5\n"
    assert reader.sql("SELECT currentRoles()", session_id="with-data") == "['retail_reader']"


def test_external_tables_end_with_the_request(writer: Client) -> None:
    """The table is gone in the next request of the same session."""
    mine = {"session_id": "external"}
    writer.sql("SET max_threads = 1", **mine)
    _send(writer, ("ext", "x", b"1\n"), query="SELECT * FROM ext", ext_structure="a Int32", **mine)
    assert writer.send("SELECT * FROM ext", **mine).code == 60


def test_large_file(writer: Client) -> None:
    """Data that looks like the edge of the form, and more of it than is held in memory, arrives whole."""
    rows = b"".join(b"\r\n--edg %d\n" % number for number in range(1_000_000))
    answer = _send(
        writer,
        ("ext", "x", rows.replace(b"\r\n", b"")),
        query="SELECT count(), countIf(s LIKE '--edg %') FROM ext",
        ext_structure="s String",
    )
    assert answer.text == "1000000\t1000000\n"


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_form_that_breaks_off(writer: Client, cut: int) -> None:
    """A form without its end is an error."""
    body, headers = _form([("ext", "x", b"1\n")])
    assert (
        writer.send(body[:-cut], headers=headers, query="SELECT 1", ext_structure="a Int32").code in (36, 0) or cut == 1
    )


def test_structure_is_needed(writer: Client) -> None:
    """A file whose columns nobody named is an error that names it."""
    answer = _send(writer, ("ext", "x", b"1\n"), query="SELECT 1")
    assert answer.code == 36
    assert "external table ext" in answer.text
