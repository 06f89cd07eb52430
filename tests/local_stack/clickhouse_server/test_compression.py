"""Compression both ways: HTTP's content encodings and ClickHouse's own blocks."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import pytest
import zstandard

from local_stack.clickhouse_server.blocks import BlockEncoder, decode_blocks
from local_stack.clickhouse_server.encodings import choose
from local_stack.clickhouse_server.errors import ServerError
from tests.local_stack.clickhouse_server.wire import Client, ServerProcess

Coder = Callable[[bytes], bytes]
ENCODINGS: dict[str, tuple[Coder, Coder]] = {
    "gzip": (gzip.compress, gzip.decompress),
    "deflate": (zlib.compress, zlib.decompress),
    "zstd": (zstandard.compress, lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
    "lz4": (lz4.frame.compress, lz4.frame.decompress),
    "xz": (lzma.compress, lzma.decompress),
    "bz2": (bz2.compress, bz2.decompress),
}
NUMBERS = b"".join(b"%d\n" % number for number in range(100_000))


def _blocks(data: bytes) -> bytes:
    return BlockEncoder().write(data)


def _plain(data: bytes) -> bytes:
    return b"".join(decode_blocks([data]))


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("rows", [1, 100_000])
def test_answers(writer: Client, name: str, rows: int) -> None:
    """An answer is compressed the way the client accepts, short or long."""
    answer = writer.send(f"SELECT number FROM numbers({rows})", headers={"Accept-Encoding": name})
    assert answer.headers["Content-Encoding"] == name
    assert ENCODINGS[name][1](answer.body) == b"".join(NUMBERS.splitlines(keepends=True)[:rows])


@pytest.mark.parametrize("name", ENCODINGS)
def test_requests(writer: Client, table: str, name: str) -> None:
    """A compressed body is data or statement like any other."""
    data = b"".join(b"%d,x\n" % number for number in range(100_000))
    answer = writer.send(
        ENCODINGS[name][0](data), query=f"INSERT INTO {table} FORMAT CSV", headers={"Content-Encoding": name}
    )
    assert answer.status == 200, answer.text
    assert writer.sql(f"SELECT count(), sum(a) FROM {table}") == "100000\t4999950000"
    assert writer.send(ENCODINGS[name][0](b"SELECT 1"), headers={"Content-Encoding": name}).text == "1\n"


def test_no_compression_unless_accepted(writer: Client) -> None:
    """Nothing is compressed for a client that accepts nothing, or that switches it off."""
    assert "Content-Encoding" not in writer.send("SELECT 1").headers
    answer = writer.send("SELECT 1", headers={"Accept-Encoding": "gzip"}, enable_http_compression=0)
    assert "Content-Encoding" not in answer.headers
    assert answer.body == b"1\n"


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, zstd;q=0.5, gzip;q=0", "zstd"),
        ("gzip;q=0", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_choice(accepted: str, chosen: str) -> None:
    """The header's list and its zeros decide."""
    assert choose(accepted) == chosen


def test_errors_stay_readable(writer: Client) -> None:
    """An error before the first row is plain text."""
    answer = writer.send("SELECT nothing FROM system.one", headers={"Accept-Encoding": "zstd"})
    assert (answer.code, answer.headers["Content-Encoding"]) == (47, None)
    assert answer.text.startswith("Code: 47.")


def test_blocks_out(writer: Client) -> None:
    """compress=1 gives ClickHouse's own blocks."""
    answer = writer.send("SELECT number FROM numbers(100000)", compress=1)
    assert "Content-Encoding" not in answer.headers
    assert _plain(answer.body) == NUMBERS
    assert len(answer.body) < len(NUMBERS)


def test_blocks_in(writer: Client, table: str) -> None:
    """decompress=1 takes ClickHouse's own blocks, however they are cut into chunks."""
    packed = _blocks(b"".join(b"%d,x\n" % number for number in range(100_000)))
    pieces = (packed[start : start + 1000] for start in range(0, len(packed), 1000))
    assert writer.send(pieces, query=f"INSERT INTO {table} FORMAT CSV", decompress=1).status == 200
    assert writer.sql(f"SELECT sum(a) FROM {table}") == "4999950000"


def test_blocks_are_those_the_engine_writes(server: ServerProcess, writer: Client) -> None:
    """The engine's own column files, which have the same blocks, are read, checksums and all."""
    writer.sql(
        "CREATE OR REPLACE TABLE col (a UInt64 CODEC(ZSTD), b UInt64) ENGINE = MergeTree ORDER BY a SETTINGS "
        "min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0, storage_policy = 'default'"
    )
    writer.sql("INSERT INTO col SELECT number, number FROM numbers(100000)")
    folder = writer.sql("SELECT path FROM system.parts WHERE table = 'col' AND active")
    for column in ("a", "b"):
        plain = b"".join(decode_blocks([(Path(folder) / f"{column}.bin").read_bytes()]))
        assert plain == b"".join(number.to_bytes(8, "little") for number in range(100_000))
    writer.sql("DROP TABLE col SYNC")


@pytest.mark.parametrize(("place", "code"), [(0, 40), (16, 40), (40, 40)])
def test_damaged_blocks(writer: Client, place: int, code: int) -> None:
    """One changed byte is noticed, and the code says what."""
    packed = bytearray(_blocks(b"SELECT 1" * 100))
    packed[place] ^= 1
    assert writer.send(bytes(packed), decompress=1).code == code


@pytest.mark.parametrize("cut", [1, 20, 30])
def test_blocks_that_break_off(cut: int) -> None:
    """A body that ends inside a block is an error."""
    with pytest.raises(ServerError, match="middle of a compressed block"):
        _plain(_blocks(b"x" * 1000)[:-cut])


def test_no_blocks_at_all(writer: Client) -> None:
    """A body that is no block is an error, not a request for gigabytes."""
    assert writer.send(b"SELECT 1 and more text than a header is long", decompress=1).code == 271


@pytest.mark.parametrize("name", ["gzip", "zstd", "lz4"])
def test_damaged_bodies(writer: Client, table: str, name: str) -> None:
    """Compressed data that breaks off or is none is an error, and inserts nothing."""
    query = f"INSERT INTO {table} FORMAT CSV"
    packed = ENCODINGS[name][0](b"1,x\n" * 1000)
    for body in (packed[:-9], b"no compressed data"):
        assert writer.send(body, query=query, headers={"Content-Encoding": name}).code == 271
    assert writer.sql(f"SELECT count() FROM {table}") == "0"
    assert writer.send(b"x", query=query, headers={"Content-Encoding": "none-such"}).code == 89


def test_mid_stream_exception_inside_compression(writer: Client) -> None:
    """An exception after the first rows is inside the compressed stream, which is complete."""
    text = (
        "SELECT number, throwIf(number = 90000) FROM numbers(100000) FORMAT JSONEachRow SETTINGS max_block_size = 1000"
    )
    connection = writer.connect()
    headers = {**writer.credentials(), "Accept-Encoding": "gzip"}
    connection.request("POST", "/", text, headers)
    response = connection.getresponse()
    parts = []
    try:
        while part := response.read1(1 << 16):
            parts.append(part)
    except Exception as error:  # the answer is cut short on purpose
        parts.append(getattr(error, "partial", b""))
    plain = gzip.decompress(b"".join(parts)).decode()
    assert plain.startswith('{"number":0,')
    assert f"__exception__\r\n{response.headers['X-ClickHouse-Exception-Tag']}\r\nCode: 395." in plain
    connection.close()
