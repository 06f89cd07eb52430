"""The stateful operator of the live sales: `store_windows` over Spark's state store, one key per store."""

from collections.abc import Iterator
from typing import Any

import orjson
from pyspark.sql import DataFrame, Row
from pyspark.sql.streaming.stateful_processor import MapState, StatefulProcessor, StatefulProcessorHandle, TimerValues

from spark_jobs.sales_lines import unpacked
from spark_jobs.store_windows import Progress, StoreState, StoreWindows

TAKEN = "source string, store_id string, windows binary, late binary"


def sales_windows(lines: DataFrame, edge: int) -> DataFrame:
    """Of `packed_lines` the windows that each batch changed and what came too late, packed by store: see `TAKEN`."""
    return lines.groupBy("source", "store_id").transformWithState(
        SalesWindows(edge), outputStructType=TAKEN, outputMode="Update", timeMode="None"
    )


class SalesWindows(StatefulProcessor):
    """Keeps a store's minutes in the state store and asks StoreWindows what they mean."""

    def __init__(self, edge: int) -> None:
        self._edge = edge

    def init(self, handle: StatefulProcessorHandle) -> None:
        """Declare the state."""
        self._progress = handle.getValueState("progress", "value binary")
        self._state = StoreState(
            *(_StoredMinutes(handle.getMapState(name, "minute bigint", "value binary")) for name in StoreState._fields)
        )

    def handleInputRows(self, key: Any, rows: Iterator[Row], timerValues: TimerValues) -> Iterator[Row]:  # noqa: N802, N803
        """One row for the store, none if nothing changed."""
        kept = self._progress.get()
        store = StoreWindows(self._state, Progress.from_bytes(kept[0] if kept else None), self._edge)
        windows, late = store.take(line for row in rows for line in unpacked(row.lines))
        self._progress.update((store.progress.as_bytes(),))
        if windows or late:
            yield Row(
                source=key[0],
                store_id=key[1],
                windows=orjson.dumps([tuple(row) for row in windows]),
                late=orjson.dumps([tuple(line) for line in late]),
            )

    def close(self) -> None:
        """Nothing to let go."""


class _StoredMinutes:
    def __init__(self, state: MapState) -> None:
        self._state = state

    def get(self, minute: int) -> bytes | None:
        if not self._state.containsKey((minute,)):  # asking for what is not there fills Spark's log
            return None
        return bytes(self._state.getValue((minute,))[0])

    def put(self, minute: int, value: bytes) -> None:
        self._state.updateValue((minute,), (value,))

    def remove(self, minute: int) -> None:
        self._state.removeKey((minute,))
