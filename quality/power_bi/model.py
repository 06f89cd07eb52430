"""A Power BI model as its TMDL files say: tables and the views behind them, measures and the metrics they name."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.problems import Problem
from contracts.settings import PROJECT

METRIC, COMPARISON = "metric", "comparison"  # annotations of a measure
# `Source{[Name = "sales"]}[Data]`, with or without spaces, and by `Item` where the connector has schemas.
_VIEW = re.compile(r'\b(?:Name|Item)\s*=\s*"(\w+)"')


@dataclass(frozen=True)
class DaxMeasure:
    """A measure and, where it says so, the metric it is and the comparison of it."""

    name: str
    table: str
    expression: str
    metric: str = ""
    comparison: str = ""


@dataclass(frozen=True)
class ModelTable:
    """A table of the model, the view it is filled from ("" where it is calculated), and its columns' source columns."""

    name: str
    view: str
    columns: dict[str, str]
    is_date_table: bool = False


@dataclass(frozen=True)
class PowerBiModel:
    """What measures are worked out over."""

    tables: dict[str, ModelTable]
    measures: dict[str, DaxMeasure]
    relationships: list[dict[str, Any]] = field(default_factory=list)

    def expressions(self) -> dict[str, str]:
        """DAX by measure."""
        return {name: measure.expression for name, measure in self.measures.items()}

    def place_of(self, view: str, column: str) -> str:
        """`Table.Column` of a view's column, as filters name it. Raises Problem."""
        for table in self.tables.values():
            for name, source in table.columns.items():
                if (table.view, source) == (view, column):
                    return f"{table.name}.{name}"
        raise Problem(f"No table of the Power BI model has {column} of the view {view}.")


def model_folders() -> list[Path]:
    """The models of the project."""
    return sorted((PROJECT / "powerbi").glob("*.SemanticModel"))


def read_model(folder: Path) -> PowerBiModel:
    """The model of a `.SemanticModel` folder. Raises Problem where it has no tables."""
    from pbix_mcp.formats.tmdl_reader import assemble_model, parse_tmdl_document

    files = sorted((folder / "definition").rglob("*.tmdl"))
    nodes = [node for path in files for node in parse_tmdl_document(path.read_text(encoding="utf-8-sig"))]
    tables = [node for node in nodes if node.kind == "table"]
    if not tables:
        raise Problem(f"{folder} has no tables.", "A model is in definition/tables/*.tmdl.")
    measures = [_measure(table.name, node) for table in tables for node in table.all("measure")]
    return PowerBiModel(
        tables={table.name: _table(table) for table in tables},
        measures={measure.name: measure for measure in measures},
        relationships=[_relationship(one) for one in assemble_model(nodes)["relationships"]],
    )


def _table(node: Any) -> ModelTable:
    columns = {column.name: _source_of(column) for column in node.all("column") if column.expression is None}
    partitions = [str(source.expression or "") for one in node.all("partition") for source in one.all("source")]
    views = [name for text in partitions for name in _VIEW.findall(text)]
    return ModelTable(node.name, views[-1] if views else "", columns, node.props.get("dataCategory") == "Time")


def _source_of(column: Any) -> str:
    return column.props.get("sourceColumn", column.name).strip("[]'\"")


def _measure(table: str, node: Any) -> DaxMeasure:
    notes = {note.name: (note.expression or "").strip() for note in node.all("annotation")}
    return DaxMeasure(node.name, table, node.expression or "", notes.get(METRIC, ""), notes.get(COMPARISON, ""))


def _relationship(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "FromTable": one["from_table"],
        "FromColumn": one["from_column"],
        "ToTable": one["to_table"],
        "ToColumn": one["to_column"],
        "IsActive": one["is_active"],
        "CrossFilteringBehavior": one["cross_filtering_behavior"],
    }
