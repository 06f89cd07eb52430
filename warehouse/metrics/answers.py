"""Asks the warehouse a question about metrics."""

from dataclasses import dataclass
from typing import Any

from clickhouse_connect.driver.client import Client

from warehouse.metrics.compiler import compile_question
from warehouse.metrics.definitions import Registry
from warehouse.metrics.questions import Question


@dataclass(frozen=True)
class Answer:
    """Rows by the dimensions asked for, in their order; one row where there are none."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def records(self) -> list[dict[str, Any]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def ask(client: Client, question: Question, prefix: str = "", registry: Registry | None = None) -> Answer:
    """The figures of a question; a ratio whose denominator is nothing is None. Raises Problem."""
    compiled = compile_question(question, prefix, registry)
    found = client.query(compiled.sql, parameters=compiled.parameters)
    return Answer(compiled.columns, [tuple(row) for row in found.result_rows])
