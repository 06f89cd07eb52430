"""Verbs that move data: simulate, replay, land. Each hands its arguments to the program that does the work."""

import typer

from cli.programs import run_python
from contracts.settings import load_settings

PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (simulate, replay, land):
        app.command(context_settings=PASS_ON)(verb)


def simulate(context: typer.Context) -> None:
    """Simulate a retailer's history into Kafka; --live keeps it going. --help tells the sizes and faults."""
    raise typer.Exit(run_python(load_settings(), "ingestion.data_generator", *context.args))


def replay(context: typer.Context) -> None:
    """Send a retailer's own file as events: `./retail replay FILE --mapping NAME`. Sent twice, it changes nothing."""
    raise typer.Exit(run_python(load_settings(), "ingestion.replay_files", *context.args))


def land(context: typer.Context) -> None:
    """Land the events of Kafka in the raw tables with Spark until Ctrl-C; --once stops when everything is there."""
    raise typer.Exit(run_python(load_settings(), "spark_jobs.land_events", *context.args))
