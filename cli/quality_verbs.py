"""Verb: quality gates."""

import typer

from cli.data_verbs import PASS_ON
from cli.programs import run_python
from contracts.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(context_settings=PASS_ON)(quality)


def quality(context: typer.Context) -> None:
    """Hold what entered (raw) and what people read (reporting) to expectations. --help tells the rest."""
    raise typer.Exit(run_python(load_settings(), "quality.check_gates", *context.args))
