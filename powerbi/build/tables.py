"""The tables of the semantic model (TMDL) that read views of `reporting`: columns and descriptions as in dbt."""

import uuid
from pathlib import Path
from typing import Any

import yaml

from powerbi.build.contracts import Column, View, read_views

CHOICES = Path(__file__).with_name("tables.yml")
MODEL = Path(__file__).parents[1] / "RetailInventory.SemanticModel" / "definition"
TYPES = {"String": "string", "Int64": "int64", "Float64": "double", "Bool": "boolean", "Date": "dateTime"}
_TAGS = uuid.UUID("6f1f7a5e-9f1e-5c3e-9d0a-0c2f1f8b7a10")
_NUMBERS_AS_NAMES = ("year", "quarter", "month", "week", "weekday", "day_of_month", "hour", "slot", "rank")


def render_tables() -> dict[Path, str]:
    """Text of each file, by its path."""
    views, choices = read_views(), yaml.safe_load(CHOICES.read_text())
    return {
        MODEL / "tables" / f"{table}.tmdl": render_table(table, views[choice.get("view", table)], choice)
        for table, choice in choices.items()
    }


def data_type(clickhouse: str) -> str:
    """The tabular type of a column; six decimals do not fit its fixed decimal, which has four."""
    if clickhouse.startswith("Decimal"):
        return "double" if clickhouse.endswith("6)") else "decimal"
    return TYPES[clickhouse.removesuffix("('UTC')").replace("DateTime", "Date")]


def render_table(table: str, view: View, choice: dict[str, Any]) -> str:
    """One table as TMDL."""
    columns = [c for c in view.columns if c.name in choice.get("distinct", [c.name])]
    lines = [f"/// {choice.get('description', view.description)}", f"table {table}", f"\tlineageTag: {_tag(table)}"]
    lines += ["\tisHidden"] * bool(choice.get("hide_all"))
    lines += [f"\tdataCategory: {choice.get('category')}"] * ("category" in choice) + [""]
    for column in columns:
        lines += _column(table, column, choice)
    for name, levels in choice.get("hierarchies", {}).items():
        lines += _hierarchy(table, name, levels)
    if "refresh" in choice:
        lines += _refresh_policy(view.name, choice)
    return "\n".join(lines + _partition(table, view.name, choice)) + "\n"


def _column(table: str, column: Column, choice: dict[str, Any]) -> list[str]:
    name = column.name
    flags = {"isKey": choice.get("key") == name, "isHidden": _is_hidden(name, choice)}
    properties = {
        "formatString": _format(column),
        "dataCategory": choice.get("geography", {}).get(name),
        "lineageTag": _tag(table, name),
        "summarizeBy": "none",
        "sourceColumn": name,
        "sortByColumn": choice.get("sort", {}).get(name),
    }
    lines = [f"\t/// {column.description}", f"\tcolumn {name}", f"\t\tdataType: {data_type(column.type)}"]
    lines += [f"\t\t{flag}" for flag, is_set in flags.items() if is_set]
    return [*lines, *(f"\t\t{name}: {value}" for name, value in properties.items() if value), ""]


def _is_hidden(name: str, choice: dict[str, Any]) -> bool:
    plumbing = name.endswith(("_key", "_id")) or name in ("place", "item", "source")
    return choice.get("hide_all", name in choice.get("hide", []) or (plumbing and name not in choice.get("show", [])))


def _format(column: Column) -> str:
    name, kind = column.name, column.type
    if kind == "Date":
        return "yyyy-mm-dd"
    if kind.startswith("DateTime"):
        return "yyyy-mm-dd hh:nn:ss"
    if kind == "Int64":
        return "0" if name.endswith(_NUMBERS_AS_NAMES) else "#,0"
    if kind == "Float64":
        return "0.0 %" if name.endswith(("_rate", "_share", "_probability", "_growth", "_level")) else "#,0.00"
    if kind.startswith("Decimal"):
        return "#,0.###" if kind.endswith(("3)", "6)")) else "#,0.00"
    return ""


def _hierarchy(table: str, name: str, levels: list[str]) -> list[str]:
    lines = [f"\thierarchy '{name}'", f"\t\tlineageTag: {_tag(table, 'hierarchy', name)}", ""]
    for level in levels:
        tag = _tag(table, "hierarchy", name, level)
        lines += [f"\t\tlevel {level}", f"\t\t\tlineageTag: {tag}", f"\t\t\tcolumn: {level}", ""]
    return lines


def _partition(table: str, view: str, choice: dict[str, Any]) -> list[str]:
    mode = choice.get("mode", "import")
    return [f"\tpartition {table} = m", f"\t\tmode: {mode}", "\t\tsource =", *_query(view, choice, "\t\t\t\t")]


def _refresh_policy(view: str, choice: dict[str, Any]) -> list[str]:
    """Late events restate days of the last weeks; what is older waits for a full refresh."""
    return [
        "\trefreshPolicy",
        "\t\tpolicyType: basic",
        "\t\trollingWindowGranularity: year",
        f"\t\trollingWindowPeriods: {choice['history']}",
        "\t\tincrementalGranularity: day",
        "\t\tincrementalPeriods: 35",
        "\t\tsourceExpression =",
        *_query(view, choice, "\t\t\t\t"),
        "",
    ]


def _query(view: str, choice: dict[str, Any], indent: str) -> list[str]:
    """M that reads the view. Each step folds into SQL; a day is in a range as its midnight is."""
    steps = {
        "Server": "ClickHouse.Database(ServerName, ServerPort, DatabaseName)",
        "Database": "Server{[Name = DatabaseName]}[Data]",
        "View": f'Database{{[Name = "{view}"]}}[Data]',
    }
    if "only" in choice:
        steps["Chosen"] = f"Table.SelectRows(View, each {choice['only']})"
    if "distinct" in choice:
        names = ", ".join(f'"{name}"' for name in choice["distinct"])
        steps["Distinct"] = f"Table.Distinct(Table.SelectColumns(Chosen, {{{names}}}))"
    if day := choice.get("refresh"):
        begun, over = f"[{day}] >= Date.From(RangeStart)", f"[{day}] < Date.From(RangeEnd)"
        steps["Days"] = f"Table.SelectRows(View, each {begun} and {over})"
    lines = [f"{indent}\t{name} = {said}," for name, said in steps.items()]
    lines[-1] = lines[-1].removesuffix(",")
    return [f"{indent}let", *lines, f"{indent}in", f"{indent}\t{list(steps)[-1]}"]


def _tag(*names: str) -> str:
    return str(uuid.uuid5(_TAGS, ".".join(names)))
