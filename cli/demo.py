"""The demo: an empty machine to a warehouse full of sensible figures. What is done already is not done again."""

import hashlib
import json
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli.console import console, say, step
from cli.dbt_progress import build_models
from cli.programs import run_python
from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, load_settings

SUMMARY = "select figure, source, value from reporting.warehouse_summary order by position, source, figure"
NEXT = """\
The stack stays up. Next:
  ./retail sql "select * from core.fact_sales limit 5" --format Pretty
  ./retail docs         models, columns and lineage in a browser
  ./retail dbt build    after changing a model
  ./retail status       what runs; ./retail down stops it
  ./retail --help       every verb"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(demo)


def demo(
    size: Annotated[str, typer.Option(help="Of the simulated retailer: tiny, small or medium.")] = "small",
) -> None:
    """From nothing to a full warehouse: start the stack, simulate a history, land it, build the models."""
    from local_stack import stack

    began = time.monotonic()
    settings = stack.up(load_settings(), step)
    _simulate(settings, size)
    _land(settings)
    _build(settings)
    console.print()
    console.print(_summary(settings))
    say(f"\nDone in {time.monotonic() - began:.0f} s. {NEXT}")


def _simulate(settings: Settings, size: str) -> None:
    step(f"A simulated retailer ({size}) into Kafka")
    _must_succeed(run_python(settings, "ingestion.data_generator", "--size", size), "The simulation")


def _land(settings: Settings) -> None:
    from ingestion.topics import event_counts

    sent, landed = event_counts(settings), _landed(settings)
    if sent == landed:
        step(f"Landing: all {sum(sent.values()):,} events are in ClickHouse")
        return
    step(f"Landing {sum(sent.values()) - sum(landed.values()):,} events with Spark")
    _must_succeed(run_python(settings, "spark_jobs.land_events", "--once"), "Landing")


def _landed(settings: Settings) -> dict[str, int]:
    from warehouse.client import connect
    from warehouse.landed import landed_counts

    return landed_counts(connect(settings, "reader"))


def _build(settings: Settings) -> None:
    stamp = settings.home / "dbt" / "built.json"
    state = {"raw": _landed(settings), "project": _project_hash()}
    before = json.loads(stamp.read_text()) if stamp.exists() else state | {"raw": None}
    if before == state:
        step("Models: up to date with the raw tables")
        return
    step("The simulator's truth, which only the scorecard may read")
    _must_succeed(run_python(settings, "ingestion.load_truth"), "Loading the truth")
    step("Building the models with dbt")
    _must_succeed(build_models(settings, anew=before["project"] != state["project"]), "dbt")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(json.dumps(state))


def _project_hash() -> str:
    digest = hashlib.sha256()
    for file in sorted((PROJECT / "dbt_project").rglob("*")):
        if file.suffix in (".sql", ".yml", ".csv", ".md") and not _is_made(file):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_made(file: Path) -> bool:
    return bool({"target", "logs", "dbt_packages"} & set(file.parts))


def _must_succeed(code: int, what: str) -> None:
    if code == 130:
        raise KeyboardInterrupt
    if code:
        raise Problem(
            f"{what} ended with code {code}.", "What it said is above; ./retail demo goes on where it stopped."
        )


def _summary(settings: Settings) -> Table:
    from warehouse.client import connect

    table = Table("in the warehouse", "of", "", box=None, header_style="bold")
    table.columns[2].justify = "right"
    for figure, source, value in connect(settings, "reader").query(SUMMARY).result_rows:
        table.add_row(figure, source, _readable(value))
    return table


def _readable(value: str) -> str:
    try:
        return f"{Decimal(value):,}"
    except InvalidOperation:
        return value
