"""Verb: stock policies in money."""

import typer

from cli.data_verbs import PASS_ON
from cli.programs import run_python
from contracts.settings import load_settings

_PROGRAMS = {"export": "spark_jobs.export_policies", "grade": "cli.policy_grades"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(context_settings=PASS_ON)(policies)


def policies(context: typer.Context) -> None:
    """Stock policies held to demand, advice written; --panel FILE takes yours. Also: export FILE, grade. See --help."""
    first, *rest = context.args or [""]
    program = _PROGRAMS.get(first)
    arguments = rest if program else context.args
    raise typer.Exit(run_python(load_settings(), program or "spark_jobs.optimise_stock", *arguments))
