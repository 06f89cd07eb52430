"""What really happened, kept in Parquet files by table and month: `truth/<table>-2026-01.parquet`."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.simulation.clock import EPOCH
from ingestion.simulation.money import ONE
from warehouse.truth_tables import TRUTH_COLUMNS

_TYPES = {
    "Date": pa.date32(),
    "DateTime64(3, 'UTC')": pa.timestamp("ms", tz="UTC"),
    "Decimal(18, 4)": pa.decimal128(18, 4),
    "Float32": pa.float32(),
    "Int32": pa.int32(),
    "Bool": pa.bool_(),
    "String": pa.string(),
    "LowCardinality(String)": pa.string(),
}


_BLOCK = 10_000


class Coded(NamedTuple):
    """A text column as indexes into its words."""

    index: np.ndarray
    words: tuple[str, ...]


class Truth:
    """Collects rows. Columns are arrays, `Coded`, or one value for all rows; days are ordinals, instants UTC
    milliseconds, money ten-thousandths."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[pa.Table]] = defaultdict(list)
        self._rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def add(self, table: str, **columns: Any) -> None:
        """One row."""
        rows = self._rows[table]
        rows.append(tuple([columns[name] for name in TRUTH_COLUMNS[table]]))
        if len(rows) >= _BLOCK:
            self._settle(table)

    def add_block(self, table: str, count: int, **columns: Any) -> None:
        """`count` rows at once."""
        schema = TRUTH_COLUMNS[table]
        arrays = [_array(columns[name], kind, count) for name, kind in schema.items()]
        self._blocks[table].append(pa.Table.from_arrays(arrays, names=list(schema)))

    def write(self, folder: Path, month: str) -> None:
        """Write the month's files whole; each appears at once or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        for table in TRUTH_COLUMNS:
            draft = folder / f"{table}-{month}.tmp"
            pq.write_table(self.table(table), draft)
            draft.replace(folder / f"{table}-{month}.parquet")

    def clear(self) -> None:
        """Forget everything collected."""
        self._blocks.clear()
        self._rows.clear()

    def table(self, name: str) -> pa.Table:
        """Everything collected for one table."""
        self._settle(name)
        return pa.concat_tables(self._blocks[name]) if self._blocks[name] else _schema(name).empty_table()

    def _settle(self, name: str) -> None:
        rows = self._rows.pop(name, [])
        if rows:
            columns = dict(zip(TRUTH_COLUMNS[name], zip(*rows, strict=True), strict=True))
            self.add_block(name, len(rows), **{key: list(values) for key, values in columns.items()})


def month_of(day: int) -> str:
    """The month of a day, as in the files' names."""
    return date.fromordinal(day).strftime("%Y-%m")


def _schema(name: str) -> pa.Schema:
    return pa.schema([(column, _TYPES[kind]) for column, kind in TRUTH_COLUMNS[name].items()])


def _array(values: Any, kind: str, count: int) -> pa.Array:
    if isinstance(values, Coded):
        words = pa.array(values.words, pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(values.index, pa.int32()), words).cast(pa.string())
    if not isinstance(values, np.ndarray | list):
        values = [values] * count
    if kind == "Date":
        return pa.array(np.asarray(values, dtype=np.int64) - EPOCH, pa.int32()).cast(pa.date32())
    if kind.startswith("DateTime64"):
        return pa.array(np.asarray(values, dtype=np.int64), pa.int64()).cast(_TYPES[kind])
    if kind.startswith("Decimal"):
        return pa.array([Decimal(int(value)) / ONE for value in values], _TYPES[kind])
    return pa.array(values, _TYPES[kind])
