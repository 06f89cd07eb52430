"""Lines of a delimited or Parquet file as text, one at a time, whatever the file's size.

A line number is what an editor shows: a quoted field may span several, the line is where its row begins. A row of a
Parquet file has the number of the row, from 1.
"""

import csv
import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from ingestion.replay.mapping import FileFormat
from ingestion.replay.problems import ReplayProblem

Row = list[str]
Line = tuple[int, Row]
CHUNK = 1 << 20
PARQUET_BATCH = 8192


@dataclass(frozen=True)
class Table:
    """A file's column names, and its lines each time it is asked for them."""

    columns: tuple[str, ...]
    lines: Callable[[], Iterator[Line]]


def open_table(path: Path, file: FileFormat) -> Table:
    """The file as columns and lines. Raises ReplayProblem if it is none."""
    if not path.is_file():
        raise ReplayProblem(f"There is no file {path}.")
    return _parquet(path) if _is_parquet(path, file) else _delimited(path, file)


@dataclass(frozen=True)
class Content:
    """What a file holds, whether it is compressed or not: a hash, its size, and the hashes of its beginnings."""

    fingerprint: str
    size: int
    beginnings: frozenset[str] = frozenset()


def read_content(path: Path, sizes: Iterable[int] = ()) -> Content:
    """The content of a file; `sizes` are the beginnings, in bytes, whose hashes are wanted too."""
    digest, at, beginnings = hashlib.sha256(), 0, set()
    with _Sentences(path), _plain_bytes(path) as stream:
        for size in sorted(sizes):
            at += _digest(stream, digest, size - at)
            if at == size:
                beginnings.add(_short(digest))
        at += _digest(stream, digest, sys.maxsize)
    return Content(_short(digest), at, frozenset(beginnings))


def _digest(stream: BinaryIO, digest: "hashlib._Hash", count: int) -> int:
    """Read `count` bytes, or what is left, into the digest."""
    done = 0
    while chunk := stream.read(min(CHUNK, count - done)):
        digest.update(chunk)
        done += len(chunk)
    return done


def _short(digest: "hashlib._Hash") -> str:
    return digest.hexdigest()[:12]


def _is_parquet(path: Path, file: FileFormat) -> bool:
    return file.format == "parquet" or (file.format is None and path.suffix in (".parquet", ".pq"))


def _plain_bytes(path: Path) -> BinaryIO:
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


class _Sentences:
    """Turns what a broken file raises into a sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, EOFError | gzip.BadGzipFile | zlib.error):
            raise ReplayProblem(f"{self.path} is damaged: {error}.", "Fetch it again.") from None
        if isinstance(error, OSError):
            raise ReplayProblem(f"{self.path} cannot be read: {error.strerror or error}.") from None


def _delimited(path: Path, file: FileFormat) -> Table:
    def lines() -> Iterator[Line]:
        rows = _records(path, file)
        if file.header is None:
            next(rows, None)
        return rows

    if file.header is not None:
        return Table(tuple(file.header), lines)
    _, header = next(_records(path, file), (0, None))
    if header is None:
        raise ReplayProblem(f"{path} is empty.", "Its first line should name the columns.")
    return Table(tuple(name.strip() for name in header), lines)


def _records(path: Path, file: FileFormat) -> Iterator[Line]:
    encoding = "utf-8-sig" if file.encoding.lower() in ("utf-8", "utf8") else file.encoding
    with _Sentences(path), _plain_bytes(path) as stream:
        # A byte that is not of the encoding rejects its line, not the file: it is carried along and found later.
        text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
        reader = csv.reader(text, **_dialect(path, file))
        begins = 1
        try:
            for row in reader:
                if row:
                    yield begins, row
                begins = reader.line_num + 1
        except csv.Error as error:
            remedy = "A quote may be open there; set file.quote (none for a file without quotes)."
            raise ReplayProblem(f"{path} line {begins}: {error}.", remedy) from None


def _dialect(path: Path, file: FileFormat) -> dict[str, Any]:
    is_tab = ".tsv" in path.suffixes or ".tab" in path.suffixes
    delimiter = file.delimiter or ("\t" if is_tab else ",")
    if file.quote == "none":
        return {"delimiter": delimiter, "quoting": csv.QUOTE_NONE}
    return {"delimiter": delimiter, "quotechar": file.quote}


def _parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def lines() -> Iterator[Line]:
        with _Sentences(path), pq.ParquetFile(path) as file:
            line = 0
            for batch in file.iter_batches(batch_size=PARQUET_BATCH):
                columns = [[_text(value) for value in column.to_pylist()] for column in batch.columns]
                for line, row in enumerate(zip(*columns, strict=True), line + 1):  # noqa: B020  # goes on counting
                    yield line, list(row)

    try:
        with pq.ParquetFile(path) as file:
            return Table(tuple(file.schema_arrow.names), lines)
    except pa.ArrowInvalid as error:
        raise ReplayProblem(f"{path} is no Parquet file: {error}") from None


def _text(value: Any) -> str:
    """The text somebody would have written: of a float the shortest that reads back the same, so 2.55 stays 2.55."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
