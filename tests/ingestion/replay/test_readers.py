"""Lines of files as text, with the numbers an editor shows."""

import gzip
import hashlib
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.replay.mapping import FileFormat
from ingestion.replay.problems import ReplayProblem
from ingestion.replay.readers import open_table, read_content


def _lines(path: Path, content: bytes, **file: object) -> list[tuple[int, list[str]]]:
    path.write_bytes(content)
    return list(open_table(path, FileFormat(**file)).lines())


def test_quoted_newline_keeps_line_numbers(tmp_path: Path) -> None:
    """A row that spans lines has the number of its first, and the next row the number it has in an editor."""
    content = b'id,text\n1,"two\nlines"\n\n2,"a ""quoted"" word"\n'
    assert _lines(tmp_path / "f.csv", content) == [(2, ["1", "two\nlines"]), (5, ["2", 'a "quoted" word'])]


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    """A file saved by a spreadsheet on Windows reads as well."""
    path = tmp_path / "f.csv"
    path.write_bytes(b"\xef\xbb\xbfid;n\r\n1;x\r\n2;y")
    table = open_table(path, FileFormat(delimiter=";"))
    assert table.columns == ("id", "n")
    assert list(table.lines()) == [(2, ["1", "x"]), (3, ["2", "y"])]


def test_latin_1(tmp_path: Path) -> None:
    """The declared encoding is used."""
    assert _lines(tmp_path / "f.csv", "n\nMünchen\n".encode("latin-1"), encoding="latin-1") == [(2, ["München"])]


def test_tabs_by_name_and_no_quotes(tmp_path: Path) -> None:
    """A .tsv is split at tabs; with quote none an inch mark is a character."""
    assert _lines(tmp_path / "f.tsv", b'n\tm\n3" nail\t7\n', quote="none") == [(2, ['3" nail', "7"])]


def test_gzip_by_content(tmp_path: Path) -> None:
    """Compressed files are known by their first bytes, whatever their name."""
    assert _lines(tmp_path / "f.csv", gzip.compress(b"n\n1\n")) == [(2, ["1"])]


def test_named_columns_of_a_file_without_header(tmp_path: Path) -> None:
    """With file.header the first line is data."""
    path = tmp_path / "f.csv"
    path.write_bytes(b"1,x\n")
    table = open_table(path, FileFormat(header=["id", "n"]))
    assert (table.columns, list(table.lines())) == (("id", "n"), [(1, ["1", "x"])])


def test_parquet_gives_exact_text(tmp_path: Path) -> None:
    """Decimals, floats, times and gaps of a Parquet file are the texts one would have written."""
    path = tmp_path / "f.parquet"
    table = pa.table(
        {
            "price": pa.array([Decimal("2.550"), None], pa.decimal128(10, 3)),
            "float": [2.55, 0.1],
            "at": [datetime(2026, 1, 5, 9, 30), datetime(2026, 1, 5)],
            "units": [3, -4],
            "ok": [True, False],
        }
    )
    pq.write_table(table, path)
    lines = list(open_table(path, FileFormat()).lines())
    assert lines == [
        (1, ["2.550", "2.55", "2026-01-05T09:30:00", "3", "true"]),
        (2, ["", "0.1", "2026-01-05T00:00:00", "-4", "false"]),
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("f.csv", b"", "is empty. Its first line should name the columns."),
        ("f.csv", gzip.compress(b"n\n1\n" * 999, mtime=0)[:40], "is damaged: "),
        ("f.parquet", b"n\n1\n", "is no Parquet file"),
        ("f.csv", b'n\n"' + b"x" * 200_000, "line 2: field larger than field limit"),
    ],
)
def test_broken_file_is_a_sentence(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """What is no table is said, not traced."""
    with pytest.raises(ReplayProblem) as found:
        _lines(tmp_path / name, content)
    assert says in str(found.value)


def test_missing_file(tmp_path: Path) -> None:
    """A wrong path is said."""
    with pytest.raises(ReplayProblem, match="There is no file"):
        open_table(tmp_path / "f.csv", FileFormat())


def test_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    """Compression and name do not count; the hashes of beginnings come with it."""
    plain, packed = tmp_path / "a.csv", tmp_path / "b.gz"
    plain.write_bytes(b"n\n1\n2\n")
    packed.write_bytes(gzip.compress(b"n\n1\n2\n", mtime=7))
    content = read_content(packed, [4, 99])
    assert content.fingerprint == read_content(plain).fingerprint == hashlib.sha256(b"n\n1\n2\n").hexdigest()[:12]
    assert (content.size, content.beginnings) == (6, {hashlib.sha256(b"n\n1\n").hexdigest()[:12]})
