"""Verbs that move data. Each hands its arguments to the program that does the work."""

import typer

from cli.console import step
from cli.programs import run_python
from contracts.settings import Settings, load_settings
from local_stack import supervision

PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (simulate, replay, land, backfill):
        app.command(context_settings=PASS_ON)(verb)
    app.add_typer(_quarantine, name="quarantine")


def simulate(context: typer.Context) -> None:
    """Simulate a retailer's history into Kafka; --live keeps it going. --help tells the sizes and faults."""
    raise typer.Exit(run_python(load_settings(), "ingestion.data_generator", *context.args))


def replay(context: typer.Context) -> None:
    """Send a retailer's own file as events: `./retail replay FILE --mapping NAME`. Sent twice, it changes nothing."""
    raise typer.Exit(run_python(load_settings(), "ingestion.replay_files", *context.args))


def land(context: typer.Context) -> None:
    """Land the events of Kafka in the raw tables with Spark until Ctrl-C; --once stops when everything is there."""
    raise typer.Exit(run_python(load_settings(), "spark_jobs.land_events", *context.args))


def backfill(context: typer.Context) -> None:
    """Read a range of Kafka again (--from, --to, --offsets) and land what the raw tables lack of it; nothing twice."""
    settings = load_settings()
    if {"-h", "--help"} & set(context.args):
        raise typer.Exit(run_python(settings, "spark_jobs.backfill_events", *context.args))
    with supervision.alone(settings, "streaming"):
        raise typer.Exit(_backfill(settings, context.args))


def _backfill(settings: Settings, arguments: list[str]) -> int:
    hosted = supervision.is_running(settings, "streaming")
    if hosted:
        step("Stopping the streams: only one program lands at a time")
        supervision.stop_service(settings, "streaming")
    try:
        return run_python(settings, "spark_jobs.backfill_events", *arguments)
    finally:
        if hosted:
            step("Starting the streams again")
            supervision.start_service(settings, "streaming")


_quarantine = typer.Typer(
    help="Messages that broke a rule: list them by reason, send mended ones again.", no_args_is_help=True
)


@_quarantine.command("list", context_settings=PASS_ON)
def list_quarantined(context: typer.Context) -> None:
    """Rejected messages by reason, with examples: --reason, --limit, --format."""
    raise typer.Exit(run_python(load_settings(), "ingestion.list_quarantined", *context.args))


@_quarantine.command("retry", context_settings=PASS_ON)
def retry_quarantined(context: typer.Context) -> None:
    """Send mended messages again, from --file or with --set FIELD=VALUE; shows them and asks first."""
    raise typer.Exit(run_python(load_settings(), "ingestion.retry_quarantined", *context.args))
