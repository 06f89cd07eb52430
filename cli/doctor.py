"""Verb: is everything as it should be, and what mends what is not."""

import json
from typing import Annotated

import typer
from rich.table import Table

from cli.console import output
from contracts.settings import load_settings
from local_stack.doctor.findings import Finding, State

_MARKS = {State.OK: "[green]✓[/]", State.WARNING: "[yellow]![/]", State.BROKEN: "[bold red]✗[/]"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For a program: a list of findings.")] = False) -> None:
    """Check machine, services, streams and data, and name the command that mends. Exit code 1: something is broken."""
    from local_stack.doctor.examination import examine, worst

    found = dict(examine(load_settings()))
    if as_json:
        typer.echo(json.dumps([{"check": name, **one._asdict()} for name, one in found.items()], indent=1))
    else:
        _print(found)
    raise typer.Exit(1 if worst(list(found.values())) == State.BROKEN else 0)


def _print(found: dict[str, Finding]) -> None:
    table = Table("", "check", "says", "what mends it", box=None, header_style="dim")
    for name, one in found.items():
        table.add_row(_MARKS[one.state], name, one.says, one.remedy)
    output().print(table)
