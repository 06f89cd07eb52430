"""Verb: grade what the warehouse inferred against the simulator's truth."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli.console import output, say
from contracts.problems import Problem
from contracts.settings import Settings, load_settings

FOLDER = "scorecard"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(scorecard)


def scorecard(
    source: Annotated[str, typer.Option(help="Of which simulated source; without it: of each.")] = "",
    worlds: Annotated[
        bool, typer.Option("--worlds", help="Simulate, land, build and grade other worlds too (takes an hour).")
    ] = False,
) -> None:
    """Grade what the warehouse inferred (lost sales, demand, losses, causes, …) against the simulator's truth."""
    settings = load_settings()
    if worlds:
        _grade_worlds(settings)
        return
    grade_sources(settings, source, settings.home / FOLDER)


def grade_sources(settings: Settings, source: str, folder: Path, tell: bool = True) -> dict[str, dict]:
    """Grade one source or all, write a page for each, print the tables if wished. Gives the headlines by source."""
    from quality.scorecard.grading import grade, graded_sources
    from quality.scorecard.report import LEGEND, as_markdown, as_tables, headlines
    from warehouse.client import connect

    client, found, out = connect(settings, "reader"), {}, output()
    sources = [source] if source else graded_sources(client)
    if not sources:
        raise Problem("There is no simulated source to grade.", "./retail demo makes one.")
    for name in sources:
        grades = grade(client, name, settings.retail_schema_prefix)
        page = folder / f"{name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        until = client.command("select max(business_date) from truth.demand where source = {s:String}", {"s": name})
        page.write_text(as_markdown(name, until, grades))
        found[name] = headlines(grades)
        if tell:
            for table in as_tables(grades):
                out.print(table, "")
            out.print(LEGEND, style="dim")
        say(f"Written to {page}")
    return found


def _grade_worlds(settings: Settings) -> None:
    from cli.other_worlds import grade_other_worlds
    from local_stack.stack import clickhouse_answers
    from quality.scorecard.report import compare, markdown_rows

    folder = settings.home / FOLDER
    found = grade_sources(settings, "", folder, tell=False) if clickhouse_answers(settings) else {}
    found |= grade_other_worlds(settings, folder)
    cells = compare(found)
    (folder / "worlds.md").write_text(f"# Scorecard of several worlds\n\n{markdown_rows(cells)}\n")
    table = Table(*cells[0], box=None, header_style="bold")
    for row in cells[1:]:
        table.add_row(*row)
    output().print(table)
    say(f"Written to {folder / 'worlds.md'}")
