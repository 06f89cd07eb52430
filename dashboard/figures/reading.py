"""How figures are asked for: KPIs by name, lists by SQL over the views of `reporting`."""

from decimal import Decimal
from typing import Protocol

import pandas as pd
from clickhouse_connect.driver.client import Client

from warehouse.metrics.answers import ask
from warehouse.metrics.definitions import Registry, load_registry
from warehouse.metrics.questions import Question


class Reader(Protocol):
    """Whoever answers: the warehouse itself, or what remembers its answers."""

    registry: Registry

    def ask(self, question: Question) -> pd.DataFrame:
        """KPIs, a column each, after their dimensions."""

    def rows(self, sql: str, parameters: dict[str, object]) -> pd.DataFrame:
        """Rows of views; `reporting.` in the text is the reader's own."""


class Warehouse:
    """Asks the warehouse each time."""

    def __init__(self, client: Client, prefix: str = "") -> None:
        self.registry = load_registry()
        self._client, self._prefix = client, prefix

    def ask(self, question: Question) -> pd.DataFrame:
        """KPIs, a column each, after their dimensions. Raises Problem, ClickHouseError."""
        answer = ask(self._client, question, self._prefix, self.registry)
        return plain(pd.DataFrame(answer.rows, columns=list(answer.columns)))

    def rows(self, sql: str, parameters: dict[str, object]) -> pd.DataFrame:
        """Rows of views. Raises ClickHouseError."""
        own = sql.replace("reporting.", f"{self._prefix}reporting.")
        found = self._client.query(own, parameters=parameters)
        names = list(found.column_names) or self._names(own, parameters)
        return plain(pd.DataFrame(found.result_rows, columns=names))

    def _names(self, sql: str, parameters: dict[str, object]) -> list[str]:
        """Of the columns of a query without rows, which the driver does not know."""
        described = self._client.query(f"describe ({sql})", parameters=parameters)
        return [row[0] for row in described.result_rows]


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Decimals as floats: what is shown is rounded, and never added up again."""
    for column in frame.select_dtypes(object):
        values = frame[column]
        if values.map(_is_decimal).any():
            frame[column] = values.astype(float)
    return frame


def _is_decimal(value: object) -> bool:
    return isinstance(value, Decimal)
