"""A Power BI model as its TMDL files say: tables and the views behind them, measures and the metrics they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.problems import Problem
from contracts.settings import PROJECT

METRIC = "metric"  # the annotation by which a measure names its metric
# `Database{[Name = "sales"]}[Data]`, with or without spaces, and by `Item` where the connector has schemas.
_VIEW = re.compile(r'\b(?:Name|Item)\s*=\s*"(\w+)"')
_CURRENT = re.compile(r"Table\.SelectRows\(\w+, each \[is_current\]\)")
_REFRESHED = re.compile(r"Table\.SelectRows\(\w+, each \[\w+\] >= [\w.()]*RangeStart\)? and [^)]*RangeEnd\)?\)")


@dataclass(frozen=True)
class DaxMeasure:
    """A measure and, where it says so, the metric it is."""

    name: str
    table: str
    expression: str
    metric: str = ""


@dataclass(frozen=True)
class ModelTable:
    """A table of the model, the view it is filled from ("" where from none), and its columns' source columns."""

    name: str
    view: str
    columns: dict[str, str]
    is_current_only: bool = False
    is_distinct: bool = False


@dataclass(frozen=True)
class PowerBiModel:
    """What measures are worked out over."""

    tables: dict[str, ModelTable]
    measures: dict[str, DaxMeasure]
    relationships: list[dict[str, Any]] = field(default_factory=list)
    calculation_groups: list[dict[str, Any]] = field(default_factory=list)

    def place_of(self, view: str, column: str) -> str:
        """`Table.Column` by which people filter: of tables over the view, the one that leads to no other."""
        leading = {one["FromTable"] for one in self.relationships if one["IsActive"]}
        found = [
            (table.name in leading, f"{table.name}.{name}")
            for table in self.tables.values()
            for name, source in table.columns.items()
            if (table.view, source) == (view, column)
        ]
        if not found:
            raise Problem(f"No table of the Power BI model has {column} of the view {view}.")
        return min(found)[1]


def model_folders() -> list[Path]:
    """The models of the project."""
    return sorted((PROJECT / "powerbi").glob("*.SemanticModel"))


def read_model(folder: Path) -> PowerBiModel:
    """The model of a `.SemanticModel` folder. Raises Problem where there is none, or one we cannot follow."""
    files = sorted((folder / "definition").rglob("*.tmdl"))
    return parsed_model([path.read_text(encoding="utf-8-sig") for path in files])


def parsed_model(documents: list[str]) -> PowerBiModel:
    """The model of TMDL documents. Raises Problem."""
    from pbix_mcp.formats.tmdl_reader import assemble_model, parse_tmdl_document

    nodes = [node for text in documents for node in parse_tmdl_document(text)]
    tables = [node for node in nodes if node.kind == "table"]
    if not tables:
        raise Problem("The Power BI model has no tables.", "A model is in definition/tables/*.tmdl.")
    measures = [_measure(table.name, node) for table in tables for node in table.all("measure")]
    return PowerBiModel(
        tables={table.name: _table(table) for table in tables},
        measures={measure.name: measure for measure in measures},
        relationships=[_relationship(one) for one in assemble_model(nodes)["relationships"]],
        calculation_groups=[group for table in tables for group in _calculation_groups(table)],
    )


def _table(node: Any) -> ModelTable:
    columns = {column.name: _source_of(column) for column in node.all("column") if column.expression is None}
    filled_by = "\n".join(str(source.expression or "") for one in node.all("partition") for source in one.all("source"))
    views = _VIEW.findall(filled_by) if "ClickHouse.Database" in filled_by else []
    rest = _REFRESHED.sub("", _CURRENT.sub("", filled_by))
    if views and "Table.SelectRows" in rest:
        raise Problem(f"The Power BI table {node.name} chooses rows in a way that cannot be followed here.", rest)
    is_current_only = bool(_CURRENT.search(filled_by))
    return ModelTable(node.name, views[-1] if views else "", columns, is_current_only, "Table.Distinct" in filled_by)


def _source_of(column: Any) -> str:
    return column.props.get("sourceColumn", column.name).strip("[]'\"")


def _measure(table: str, node: Any) -> DaxMeasure:
    notes = {note.name: (note.expression or "").strip() for note in node.all("annotation")}
    return DaxMeasure(node.name, table, node.expression or "", notes.get(METRIC, ""))


def _relationship(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "FromTable": one["from_table"],
        "FromColumn": one["from_column"],
        "ToTable": one["to_table"],
        "ToColumn": one["to_column"],
        "IsActive": one["is_active"],
        "CrossFilteringBehavior": one["cross_filtering_behavior"],
        "FromCardinality": one["from_cardinality"],
        "ToCardinality": one["to_cardinality"],
    }


def _calculation_groups(table: Any) -> Iterator[dict[str, Any]]:
    for group in table.all("calculationGroup"):
        names = [column.name for column in table.all("column") if _source_of(column) == "Name"]
        items = [{"name": item.name, "expression": item.expression} for item in group.all("calculationItem")]
        precedence = int(group.props.get("precedence", 0))
        yield {"table": table.name, "column": names[0], "precedence": precedence, "items": items}
