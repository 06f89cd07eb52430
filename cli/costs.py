"""Verb: what the warehouse costs, by model, by query, by table."""

import csv
import sys
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import typer
from rich.table import Column, Table

from cli.console import output, say, size
from contracts.problems import Problem
from contracts.settings import load_settings

_LETTERS = 70  # of a statement
PARTS = ("models", "queries", "storage")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(costs)


def costs(
    part: Annotated[str, typer.Argument(metavar="[PART]", help="models, queries or storage; none: all three.")] = "",
    days: Annotated[int, typer.Option(help="Of how many days.", min=1)] = 7,
    limit: Annotated[int, typer.Option(help="At most so many of each.", min=1)] = 15,
    as_csv: Annotated[bool, typer.Option("--csv", help="One part, all of it, for a program.")] = False,
) -> None:
    """Show seconds and bytes of each model, the dearest queries, tables and their growth a day."""
    from warehouse.client import connect
    from warehouse.costs import last_build_seconds, per_million, table_costs

    if part not in ("", *PARTS) or (as_csv and not part):
        raise Problem("Which part?", f"One of: {', '.join(PARTS)}.")
    client = connect(load_settings())
    if as_csv:
        _write(_rows(client, part, days, 1_000_000))
        return
    for one in [part] if part else PARTS:
        _show(one, _rows(client, one, days, limit), limit)
    if part != "queries" and (million := per_million(table_costs(client, days))):
        say(
            f"A million events, by the {million.events:,} that have landed: {size(million.raw_bytes)} in raw,"
            f" {size(million.all_bytes)} in all tables."
        )
    if part in ("", "models") and (seconds := last_build_seconds(client)):
        say(f"The last build of all models took {seconds:,.0f} s.")


def _rows(client, part: str, days: int, limit: int) -> Sequence[NamedTuple]:
    from warehouse import costs as warehouse_costs

    if part == "queries":
        return warehouse_costs.query_costs(client, days, limit)
    return (warehouse_costs.model_costs if part == "models" else warehouse_costs.table_costs)(client, days)


def _write(rows: Sequence[NamedTuple]) -> None:
    writer = csv.writer(sys.stdout)
    if rows:
        writer.writerow(rows[0]._fields)
    writer.writerows(rows)


def _show(part: str, rows: Sequence[NamedTuple], limit: int) -> None:
    out = output()
    if not rows:
        out.print(f"{part}: nothing in these days")
        return
    names = rows[0]._fields
    words = [isinstance(value, str) for value in rows[0]]
    columns = [
        Column(name.replace("_", " "), justify="left" if is_word else "right", no_wrap=True)
        for name, is_word in zip(names, words, strict=True)
    ]
    table = Table(*columns, title=part, title_justify="left", box=None, header_style="dim")
    for row in rows[:limit]:
        table.add_row(*(_said(name, value)[:_LETTERS] for name, value in zip(names, row, strict=True)))
    out.print(table)
    if len(rows) > limit:
        out.print(f"… and {len(rows) - limit} more: --limit, or --csv", style="dim")


def _said(name: str, value: object) -> str:
    if name.endswith("_bytes") or name == "bytes_a_day":
        return size(float(str(value)))
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)
