"""dbt's unit tests, quickly: dbt reads the given rows once, the engine compares what comes of them.

dbt needs a second for each test, mostly to put the given rows into the SQL; here they are put once. A test is red if
its columns come out otherwise than without a mistake: `dbt build` has to be green for that to mean anything, and is.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_BEGINS = re.compile(r"(?:\s|--[^\n]*\n)*with\s", re.IGNORECASE)
Rows = Callable[[str], list[tuple[Any, ...]]]


@dataclass
class UnitTest:
    """Name, the given rows as SQL by the relation they stand for, and the columns that are expected, none for all."""

    name: str
    given: dict[str, str]
    columns: list[str]
    _right: Counter[Hashable] | None = None

    def is_red(self, original: str, mutated: str, rows: Rows) -> bool:
        """Whether the mutated SQL of the model gives other rows than the original. Raises the engine's errors."""
        if self._right is None:
            self._right = self._come_out(original, rows)
        return self._come_out(mutated, rows) != self._right

    def _come_out(self, sql: str, rows: Rows) -> Counter[Hashable]:
        names = {relation: f"given_{number}" for number, relation in enumerate(self.given)}
        for relation, name in names.items():
            sql = sql.replace(relation, name)
        given = ", ".join(f"{names[relation]} as ({of_relation})" for relation, of_relation in self.given.items())
        columns = ", ".join(f"`{column}`" for column in self.columns) or "*"
        found = rows(f"select {columns} from ({_with(given, sql)})")
        return Counter(tuple(_comparable(value) for value in row) for row in found)


def _with(given: str, sql: str) -> str:
    """The given rows as the first CTEs of the model, as dbt puts them."""
    begins = _BEGINS.match(sql)
    return f"with {given}, {sql[begins.end() :]}" if begins else f"with {given} {sql}"


def _comparable(value: Any) -> Hashable:
    if isinstance(value, Decimal):
        return value.normalize()
    return value if isinstance(value, Hashable) else repr(value)
