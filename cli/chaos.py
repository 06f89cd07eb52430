"""Verb: break things on a stack of its own, and see that nobody notices."""

import signal
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.console import say, step
from cli.programs import dbt_command, dbt_environment
from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, load_settings

FOLDER = "chaos"
BUILD = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--quiet"]
BATCHES = 10  # about: so that a strike falls between batches that are there and batches to come
WIDTH = 118


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(chaos)


def chaos(
    seed: Annotated[int, typer.Option(help="Draws what is broken and when; the same seed draws the same.")] = 1,
    events: Annotated[int, typer.Option(help="Of the clean history, before copies are added.", min=1_000)] = 60_000,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stack up, for looking.")] = False,
) -> None:
    """Kill Spark, broker and database, lose and damage messages: raw and models must not differ (exit code 1)."""
    from local_stack.chaos.experiments import Experiments
    from local_stack.chaos.laboratory import Laboratory
    from local_stack.chaos.report import as_tables
    from local_stack.own_stack import on_its_own, own_stack

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us leaves no process behind either
    folder = load_settings().home / FOLDER
    settings = on_its_own(
        load_settings(), folder / f"seed-{seed}", landing_max_offsets_per_trigger=max(500, events // BATCHES)
    )
    with own_stack(settings, settings.home, step, keep) as running:
        experiments = Experiments(Laboratory(running), lambda: _build(running), step)
        outcome = experiments.both(seed, events)
        _tell(as_tables(outcome), folder / f"seed-{seed}.txt")
        if keep:
            _say_how_to_look(running)
    raise typer.Exit(1 if outcome.broken else 0)


def _build(settings: Settings) -> None:
    """Build the models; whoever stops us stops dbt too."""
    command, folder = [*dbt_command(), *BUILD], PROJECT / "dbt_project"
    with subprocess.Popen(command, env=dbt_environment(settings), cwd=folder) as dbt:
        try:
            code = dbt.wait()
        except KeyboardInterrupt:
            dbt.terminate()
            raise
    if code:
        raise Problem(f"dbt ended with code {code}.", "What it said is above.")


def _tell(parts: object, file: Path) -> None:
    console = Console(highlight=False, record=True, width=WIDTH)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, str))
    file.write_text(console.export_text(), encoding="utf-8")
    say(f"Written to {file}")


def _say_how_to_look(settings: Settings) -> None:
    names = ("clickhouse_port", "kafka_port", "kafka_internal_port", "kafka_controller_port")
    where = " ".join([f"RETAIL_HOME={settings.home}", f"RETAIL_JARS={settings.jars}"])
    ports = " ".join(f"{name.upper()}={getattr(settings, name)}" for name in names)
    say("The stack stays up: databases clean_…, disturbed_… and struck_… hold the models of the three runs.")
    say(f"  export {where} {ports}")
    say("  ./retail sql 'show databases'    to look; ./retail down and delete the folder to end it")
