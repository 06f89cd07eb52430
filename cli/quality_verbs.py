"""Verbs: quality gates, and the reports of a day."""

import typer

from cli.data_verbs import PASS_ON
from cli.programs import run_python
from contracts.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (quality, batch):
        app.command(context_settings=PASS_ON)(verb)


def quality(context: typer.Context) -> None:
    """Hold what entered (raw) and what people read (reporting) to expectations. --help tells the rest."""
    raise typer.Exit(run_python(load_settings(), "quality.check_gates", *context.args))


def batch(context: typer.Context) -> None:
    """A day's figures, rankings and exceptions, as a page, CSV files and a table: --date, --source."""
    raise typer.Exit(run_python(load_settings(), "spark_jobs.batch_processing", *context.args))
