"""The stateful operator: one shelf (some products at one location) per key, as one value in the state store."""

import pickle
from collections.abc import Iterator
from functools import partial
from typing import Any

from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle
from pyspark.sql.streaming.stateful_processor import TimerValues

from spark_jobs.stock.alerts import judge
from spark_jobs.stock.events import VOID, StockEvent
from spark_jobs.stock.ledger import advance, arrive, next_turn, void
from spark_jobs.stock.rows import Line, alert_line, stock_line
from spark_jobs.stock.state import Shelf, Stock

OUTPUT = "table string, line string"
STATE = "shelf binary"
_FIELDS = StockEvent._fields


class StockProcessor(StatefulProcessor):
    """Takes events in as they arrive; a timer in event time applies them in order and judges the alerts."""

    def init(self, handle: StatefulProcessorHandle) -> None:
        """Open the state."""
        self._handle = handle
        self._state = handle.getValueState("shelf", STATE)

    def handleInitialState(self, key: Any, initialState: Row, timerValues: TimerValues) -> None:  # noqa: N802, N803  Spark's names
        """A shelf of the seed."""
        self._keep(pickle.loads(initialState["state"]))  # noqa: S301  our own seed

    def handleInputRows(self, key: Any, rows: Iterator[Row], timerValues: TimerValues) -> Iterator[Row]:  # noqa: N802, N803  Spark's names
        """Take the events in; gives the stock of the products they tell something new of."""
        shelf = self._shelf()
        touched = {product_id for row in rows for product_id in _taken_in(shelf, row)}
        self._keep(shelf)
        lines = [
            stock_line(*key[:2], product_id, shelf.stocks[product_id], shelf.frontier)
            for product_id in sorted(touched)
            if shelf.stocks[product_id].is_stated
        ]
        return iter([Row(table=table, line=line) for table, line in lines])

    def handleExpiredTimer(self, key: Any, timerValues: TimerValues, expiredTimerInfo: Any) -> Iterator[Row]:  # noqa: N802, N803  Spark's names
        """Apply what is due; gives the alerts that changed."""
        shelf, lines = self._shelf(), []
        shelf.timer = 0
        advance(shelf, timerValues.getCurrentWatermarkInMs(), partial(_judge, key, lines))
        self._keep(shelf)
        return iter([Row(table=table, line=line) for table, line in lines])

    def _shelf(self) -> Shelf:
        return pickle.loads(self._state.get()[0]) if self._state.exists() else Shelf()  # noqa: S301  our own state

    def _keep(self, shelf: Shelf) -> None:
        due = next_turn(shelf)
        if due != shelf.timer:
            if shelf.timer:
                self._handle.deleteTimer(shelf.timer)
            self._handle.registerTimer(due)
            shelf.timer = due
        self._state.update((pickle.dumps(shelf, pickle.HIGHEST_PROTOCOL),))


def _taken_in(shelf: Shelf, row: Row) -> list[str]:
    if row["kind"] == VOID:
        product_id = void(shelf, row["document"], row["at"])
        return [product_id] if product_id else []
    event = StockEvent(*(row[name] for name in _FIELDS))
    return [row["product_id"]] if arrive(shelf, row["product_id"], event) else []


def _judge(key: tuple[str, str, int], lines: list[Line], product_id: str, stock: Stock, at: int) -> None:
    lines += [alert_line(key[0], key[1], product_id, change) for change in judge(stock, at)]
