"""One reading of one table: measures of it, summed by the dimensions asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from warehouse.metrics.definitions import AGGREGATIONS, Measure, Registry, SemanticModel
from warehouse.metrics.dimensions import NOT_STATED, PERIODS, Joined, Place, place_of
from warehouse.metrics.questions import Window

_OF_PARTS = ("sum", "min", "max")  # what the same of parts gives


@dataclass
class Parameters:
    """Values that go to the server beside the SQL, never in it."""

    values: dict[str, Any] = field(default_factory=dict)

    def bound(self, value: Any, kind: str) -> str:
        """The place of a value in the SQL; the same value has one place."""
        name = next((name for name, other in self.values.items() if other == value), f"p{len(self.values)}")
        self.values[name] = value
        return f"{{{name}:{kind}}}"


@dataclass(frozen=True)
class Scan:
    """What to read: measures of one model that are taken of the same days, by and where they are asked for."""

    model: SemanticModel
    at: str
    measures: tuple[Measure, ...]
    window: Window
    by: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...]


class ScanWriter:
    """Writes scans of a registry as SQL, for databases with a prefix."""

    def __init__(self, registry: Registry, prefix: str, parameters: Parameters) -> None:
        self._registry, self._prefix, self._parameters = registry, prefix, parameters

    def sql(self, scan: Scan, columns: dict[str, str], dimensions: Sequence[str]) -> str:
        """SELECT of the dimensions, and of each measure's aggregate under its column's name, by dimension."""
        named = dict(zip(scan.by, dimensions, strict=True))
        joined = {name: place for name in scan.by if isinstance(place := self._place(scan, name), Joined)}
        if joined and all(measure.aggregation in _OF_PARTS for measure in scan.measures):
            return self._joined_late(scan, columns, named, joined)
        figures = [f"toNullable({_aggregate(measure)}) as {columns[measure.name]}" for measure in scan.measures]
        chosen = [f"{self._dimension(scan, name)} as {alias}" for name, alias in named.items()]
        source = self._table(scan.model) + self._joins(joined)
        return _select(chosen + figures, source, self._conditions(scan), dimensions)

    def _joined_late(
        self, scan: Scan, columns: dict[str, str], named: dict[str, str], joined: dict[str, Joined]
    ) -> str:
        """Summed by key first, then joined and summed again: a join of every line takes four times as long."""
        own = {name: alias for name, alias in named.items() if name not in joined}
        keys = list(dict.fromkeys(column for place in joined.values() for column in place.columns))
        parts = [f"{self._dimension(scan, name)} as {alias}" for name, alias in own.items()] + keys
        parts += [f"{_aggregate(measure)} as part_{columns[measure.name]}" for measure in scan.measures]
        by_key = _select(parts, self._table(scan.model), self._conditions(scan), [*own.values(), *keys])
        chosen = [own[name] if name in own else f"{self._dimension(scan, name)} as {named[name]}" for name in named]
        chosen += [
            f"toNullable({AGGREGATIONS[measure.aggregation]}(part_{column})) as {column}"
            for measure in scan.measures
            for column in [columns[measure.name]]
        ]
        return _select(chosen, f"(\n{by_key}\n) as summed{self._joins(joined)}", [], list(named.values()))

    def _place(self, scan: Scan, name: str) -> Place | None:
        return None if name in PERIODS else place_of(self._registry, scan.model, name)

    def _table(self, model: SemanticModel) -> str:
        return f"`{self._prefix}{model.layer}`.`{model.table}`"

    def _dimension(self, scan: Scan, name: str) -> str:
        if name in PERIODS:
            return _period(scan, name)
        place = place_of(self._registry, scan.model, name)
        if isinstance(place, Joined):
            text = f"toString({_joined_column(place, name)})"
            return f"if({text} = '', '{NOT_STATED}', {text})"  # a row without a partner has the type's empty value
        return f"toString({place.expression})"

    def _joins(self, joined: dict[str, Joined]) -> str:
        """Every other table that a dimension comes from, once."""
        by_table: dict[str, list[tuple[str, Joined]]] = {}
        for name, place in joined.items():
            by_table.setdefault(place.model.name, []).append((name, place))
        return "".join(self._join(places) for places in by_table.values())

    def _join(self, places: list[tuple[str, Joined]]) -> str:
        other, columns = places[0][1].model, places[0][1].columns
        keys = other.entities[other.primary]
        chosen = [f"{key} as {other.name}__key_{key}" for key in keys]
        chosen += [f"{place.expression} as {_joined_column(place, name)}" for name, place in places]
        met = " and ".join(f"{mine} = {other.name}__key_{key}" for mine, key in zip(columns, keys, strict=True))
        where = f" where {other.where}" if other.where else ""
        return f"\nany left join (select {', '.join(chosen)} from {self._table(other)}{where}) as {other.name} on {met}"

    def _conditions(self, scan: Scan) -> list[str]:
        named = [self._one_of(scan.model, name, values) for name, values in scan.where]
        found = self._days(scan) + named
        return [*found, self._only_at_the(scan)] if scan.at and not scan.model.is_as_of_now else found

    def _days(self, scan: Scan) -> list[str]:
        if scan.model.is_as_of_now:
            return []
        bounds: list[tuple[str, date | None]] = [(">=", scan.window.first), ("<=", scan.window.last)]
        return [f"{scan.model.time} {sign} {self._bound_day(day)}" for sign, day in bounds if day]

    def _bound_day(self, day: date) -> str:
        return self._parameters.bound(day.isoformat(), "Date32")

    def _one_of(self, model: SemanticModel, name: str, values: tuple[str, ...]) -> str:
        place = place_of(self._registry, model, name)
        if isinstance(place, Joined):
            return self._joined_one_of(place, values)
        is_flag = name.startswith("is_")
        column = f"toString({place.expression})" if is_flag else place.expression
        return f"{column} in {self._parameters.bound(list(values), 'Array(String)')}"

    def _joined_one_of(self, place: Joined, values: tuple[str, ...]) -> str:
        """Without a join: keys of the other table's rows. What has no row there is not stated."""
        other, mine = place.model, ", ".join(place.columns)
        negated = "not " if NOT_STATED in values else ""
        condition = f"{place.expression} {negated}in {self._parameters.bound(list(values), 'Array(String)')}"
        keys = f"select {', '.join(other.entities[other.primary])} from {self._table(other)}"
        where = " and ".join(part for part in (other.where, condition) if part)
        return f"({mine}) {negated}in ({keys} where {where})"

    def _only_at_the(self, scan: Scan) -> str:
        """Rows of the first or last day that the source has in the window (in the period, if split by one)."""
        model, day = scan.model, scan.model.time
        groups = [model.dimensions["source"]] if "source" in model.dimensions else []
        groups += [_period(scan, name) for name in scan.by if name in PERIODS]
        sources = [self._one_of(model, name, values) for name, values in scan.where if name == "source"]
        where = " and ".join(self._days(scan) + sources)
        return (
            f"({', '.join([*groups, day])}) in (select {', '.join([*groups, f'{scan.at}({day})'])}"
            f" from {self._table(model)}"
            + (f" where {where}" if where else "")
            + (f" group by {', '.join(groups)}" if groups else "")
            + ")"
        )


def _select(chosen: Sequence[str], source: str, conditions: Sequence[str], groups: Sequence[str]) -> str:
    where = f"\nwhere {' and '.join(conditions)}" if conditions else ""
    grouped = f"\ngroup by {', '.join(groups)}" if groups else ""
    return f"select {', '.join(chosen)}\nfrom {source}{where}{grouped}"


def _aggregate(measure: Measure) -> str:
    text = f"{AGGREGATIONS[measure.aggregation]}({measure.expression})"
    return f"toInt64({text})" if measure.aggregation == "count_distinct" else text


def _period(scan: Scan, name: str) -> str:
    period = PERIODS[name].format(scan.window.moved(scan.model.time))
    return f"toInt32({period})" if name == "weekday" else f"toDate32({period})"


def _joined_column(place: Joined, name: str) -> str:
    return f"{place.model.name}__{name}"
