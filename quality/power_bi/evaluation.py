"""Works measures out over rows of the warehouse, with the DAX engine of `pbix-mcp` (for development only)."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from clickhouse_connect.driver.client import Client

from quality.power_bi.model import DaxMeasure, ModelTable, PowerBiModel

Rows = dict[str, dict[str, list[Any]]]
Filters = Mapping[str, Sequence[Any]]  # allowed values by `Table.Column`
_CALL = re.compile(r"\b([A-Z][A-Z0-9.]*)\s*\(")
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'|\[[^\]]*\]|//[^\n]*|/\*.*?\*/', re.DOTALL)
_REFERENCE = re.compile(r"(?<![\w'\]])\[([^\]]+)\]")
_WORDS = {"IN", "RETURN", "VAR", "NOT", "AND", "OR"}


def read_rows(client: Client, model: PowerBiModel, database: str = "reporting") -> Rows:
    """What Power BI would import: each table's rows, from its view. Amounts are floats, as the engine counts."""
    return {table.name: _rows(client, database, table) for table in model.tables.values() if table.view}


def _rows(client: Client, database: str, table: ModelTable) -> dict[str, list[Any]]:
    chosen = ", ".join(f"`{source}`" for source in table.columns.values())
    distinct = "distinct " if table.is_distinct else ""
    where = " where is_current" if table.is_current_only else ""
    found = client.query(f"select {distinct}{chosen} from `{database}`.`{table.view}`{where}").result_rows
    return {"columns": list(table.columns), "rows": [[_plain(value) for value in row] for row in found]}


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def evaluate(model: PowerBiModel, rows: Rows, measures: Sequence[str], filters: Filters) -> dict[str, Any]:
    """Values of measures under filters; None where a measure is blank."""
    from pbix_mcp.dax.engine import evaluate_measures_batch

    dates, _, day = model.place_of("dates", "date_key").partition(".")
    return evaluate_measures_batch(
        list(measures),
        rows,
        {name: measure.expression for name, measure in model.measures.items()},
        filter_context={place: list(values) for place, values in filters.items()},
        date_table=dates,
        date_column=day,
        date_tables={dates: day},
        relationships=model.relationships,
        measure_tables={name: measure.table for name, measure in model.measures.items()},
        model_columns={name: set(table["columns"]) for name, table in rows.items()},
        calculation_groups=model.calculation_groups,
    )


def why_not_executed(model: PowerBiModel, measure: DaxMeasure) -> str:
    """What in a measure, or in one it refers to, the engine would answer with a blank; "" where there is nothing."""
    from pbix_mcp.dax.engine import DAXEngine

    called = set(_CALL.findall(_QUOTED.sub(" ", measure.expression).upper())) - _WORDS
    unknown = sorted(name for name in called if not hasattr(DAXEngine, "_fn_" + name.lower().replace(".", "_")))
    if unknown:
        return f"calls {', '.join(unknown)}"
    below = (model.measures[name] for name in referred(measure) if name in model.measures)
    return next((why for other in below if (why := why_not_executed(model, other))), "")


def referred(measure: DaxMeasure) -> list[str]:
    """Names in brackets without a table before them: other measures."""
    return list(dict.fromkeys(_REFERENCE.findall(measure.expression)))
