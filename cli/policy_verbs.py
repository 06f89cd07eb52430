"""Verb: stock policies in money."""

import typer

from cli.data_verbs import PASS_ON
from cli.programs import run_python
from contracts.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(context_settings=PASS_ON)(policies)


def policies(context: typer.Context) -> None:
    """What each stock policy would have cost on held-out demand: --panel FILE takes your own. --help tells the rest."""
    raise typer.Exit(run_python(load_settings(), "spark_jobs.optimise_stock", *context.args))
