"""Native blocks for clients that speak a newer protocol. Bytes by hand, from the format's description."""

import pytest

from local_stack.clickhouse_server.native_revision import Revision
from tests.local_stack.clickhouse_server.wire import Client

INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"  # no overflow, bucket -1, end


def test_revision_0_is_the_engines_own(writer: Client) -> None:
    """Without a revision a DateTime has no zone, and blocks have no head."""
    answer = writer.send("SELECT toDateTime(5, 'Asia/Tokyo') AS d FORMAT Native")
    assert answer.body == b"\x01\x01\x01d\x08DateTime\x05\0\0\0"


@pytest.mark.parametrize(
    ("revision", "body"),
    [
        (1, INFO + b"\x02\x01\x01d\x08DateTime\x05\0\0\0\x01n\x05UInt8\x07"),
        (54337, INFO + b"\x02\x01\x01d\x16DateTime('Asia/Tokyo')\x05\0\0\0\x01n\x05UInt8\x07"),
        (54405, INFO + b"\x02\x01\x01d\x16DateTime('Asia/Tokyo')\x05\0\0\0\x01n\x05UInt8\x07"),
        (54454, INFO + b"\x02\x01\x01d\x16DateTime('Asia/Tokyo')\0\x05\0\0\0\x01n\x05UInt8\0\x07"),
    ],
)
def test_revisions(writer: Client, revision: int, body: bytes) -> None:
    """Time zones come with 54337, a flag per column with 54454."""
    query = "SELECT toDateTime(5, 'Asia/Tokyo') AS d, 7 AS n FORMAT Native"
    assert writer.send(query, client_protocol_version=revision).body == body


def test_statements_that_are_no_select(writer: Client) -> None:
    """SHOW, DESCRIBE and EXISTS have the head too."""
    assert writer.send("EXISTS TABLE x FORMAT Native", client_protocol_version=54405).body == (
        INFO + b"\x01\x01\x06result\x05UInt8\x00"
    )


def test_every_block_has_its_head(writer: Client) -> None:
    """A result of several blocks has as many heads."""
    query = "SELECT number AS n FROM numbers(30) FORMAT Native SETTINGS max_block_size = 10"
    body = writer.send(query, client_protocol_version=54405).body
    assert body.count(INFO + b"\x01\x0a\x01n\x06UInt64") == 3


def test_temporary_tables_and_parameters_are_described(writer: Client) -> None:
    """The columns are those of the request: its settings, parameters and database count."""
    answer = writer.send(
        "SELECT toDateTime({a:UInt32}, 'UTC') AS d FROM one FORMAT Native",
        client_protocol_version=54405,
        param_a=1,
        database="system",
    )
    assert b"DateTime('UTC')" in answer.body


def test_ambiguous_heads_stay() -> None:
    """A block whose data looks like a column's head is passed on with its types as they are."""
    head = b"\x01d\x08DateTime"
    text_that_is_a_head = bytes([len(head)]) + head
    block = b"\x02\x01\x01s\x06String" + text_that_is_a_head + head + b"\x05\0\0\0"
    kinds = [("s", "String"), ("d", "DateTime('UTC')")]
    assert Revision(54405, lambda: kinds).block(block) == INFO + block
