"""Works measures out over rows of the warehouse, with the DAX engine of `pbix-mcp` (development only)."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from clickhouse_connect.driver.client import Client

from quality.power_bi.model import PowerBiModel

Rows = dict[str, dict[str, list[Any]]]
Filters = Mapping[str, Sequence[Any]]  # allowed values by `Table.Column`
_CALL = re.compile(r"\b([A-Z][A-Z0-9.]*)\s*\(")
_TEXT = re.compile(r'"[^"]*"|\'[^\']*\'|\[[^\]]*\]|//[^\n]*|/\*.*?\*/', re.DOTALL)


def read_rows(client: Client, model: PowerBiModel, database: str = "reporting") -> Rows:
    """What Power BI would import: each table's rows, from its view. Amounts are floats, as the engine counts."""
    return {
        table.name: _rows(client, f"`{database}`.`{table.view}`", table.columns)
        for table in model.tables.values()
        if table.view and table.columns
    }


def _rows(client: Client, view: str, columns: dict[str, str]) -> dict[str, list[Any]]:
    chosen = ", ".join(f"`{source}`" for source in columns.values())
    found = client.query(f"select {chosen} from {view}").result_rows
    return {"columns": list(columns), "rows": [[_plain(value) for value in row] for row in found]}


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def evaluate(model: PowerBiModel, rows: Rows, measures: Sequence[str], filters: Filters) -> dict[str, Any]:
    """Values of measures under filters; None where a measure is blank."""
    from pbix_mcp.dax.engine import evaluate_measures_batch

    dates = next((table for table in model.tables.values() if table.is_date_table or table.view == "dates"), None)
    return evaluate_measures_batch(
        list(measures),
        rows,
        model.expressions(),
        filter_context={place: list(values) for place, values in filters.items()},
        date_table=dates.name if dates else None,
        date_column=next((name for name, source in dates.columns.items() if source == "date_key"), None)
        if dates
        else None,
        relationships=model.relationships,
        measure_tables={name: measure.table for name, measure in model.measures.items()},
        model_columns={name: set(table["columns"]) for name, table in rows.items()},
    )


def unknown_functions(expression: str) -> list[str]:
    """Functions that the engine would answer with a blank, because it does not know them."""
    from pbix_mcp.dax.engine import DAXEngine

    called = set(_CALL.findall(_TEXT.sub(" ", expression.upper())))
    return sorted(name for name in called if not hasattr(DAXEngine, "_fn_" + name.lower().replace(".", "_")))
