"""Verb: Airflow over the laptop stack."""

import time
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.console import console, say, step
from contracts.problems import Problem
from contracts.settings import Settings, load_settings

_LOST = "Airflow does not run."
_ENDED = ("success", "failed")
_COLOURS = {"success": "green", "failed": "red", "upstream_failed": "red", "skipped": "dim", "running": "yellow"}

airflow = typer.Typer(
    help="Airflow over this stack: schedules the pipeline, the data quality checks and the daily work.",
    invoke_without_command=True,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.add_typer(airflow, name="airflow")


@airflow.callback()
def default(context: typer.Context) -> None:
    """Without a further word: up."""
    if context.invoked_subcommand is None:
        up()


@airflow.command()
def up() -> None:
    """Start Airflow, and the stack below it. What runs already is left as it is."""
    from local_stack import stack
    from local_stack.scheduler import lifecycle
    from local_stack.scheduler.environment import base_url

    began = time.monotonic()
    settings = lifecycle.up(stack.up(load_settings(), step), step)
    say(f"Airflow is at {base_url(settings)}; user {settings.retail_airflow_user}, password:")
    typer.echo(settings.retail_airflow_password.get_secret_value())
    say(f"Up in {time.monotonic() - began:.0f} s. ./retail airflow status shows it, ./retail airflow down stops it.")


@airflow.command()
def down() -> None:
    """Stop Airflow and what its tasks run; the stack and all records stay."""
    from local_stack.scheduler import lifecycle

    say("Airflow is stopped; its records stay." if lifecycle.down(load_settings()) else "Airflow was not running.")


@airflow.command()
def status() -> None:
    """Show Airflow's parts, the DAGs and their last runs. Exit code 3 if something is not as it should be."""
    from local_stack.scheduler.api import Airflow, is_well

    settings = load_settings()
    if not is_well(settings):
        say(f"{_LOST} Start it with ./retail airflow up; what its parts said last: ./retail logs airflow-scheduler.")
        raise typer.Exit(3)
    session = Airflow(settings)
    table = Table("dag", "schedule", "last run", "state", "took", box=None, header_style="dim")
    states = [_add_row(table, session, dag) for dag in session.dags()]
    console.print(table)
    errors = session.import_errors()
    for error in errors:
        say(f"[red]✗[/red] {error}")
    if errors or "failed" in states:
        raise typer.Exit(3)


@airflow.command()
def run(
    dag: Annotated[str, typer.Argument(help="retail_pipeline, data_quality or daily_operations.")],
    weekly: Annotated[bool, typer.Option("--weekly", help="Also what is done once a week.")] = False,
) -> None:
    """Run a DAG now and follow it to its end. Exit code 1 if it fails."""
    from local_stack.scheduler.api import Airflow

    session = Airflow(_running())
    known = [one["dag_id"] for one in session.dags()]
    if dag not in known:
        raise Problem(f"There is no DAG {dag!r}.", f"There are: {', '.join(known)}.")
    started = session.start(dag, {"weekly": True} if weekly else {})
    step(f"{dag}: {started}")
    if _followed(session, dag, started) != "success":
        raise typer.Exit(1)


def _running() -> Settings:
    from local_stack.scheduler.api import is_well

    settings = load_settings()
    if not is_well(settings):
        raise Problem(_LOST, "Start it with ./retail airflow up.")
    return settings


def _followed(session: Any, dag: str, run: str) -> str:
    """Tell of each task as it ends, until the run does; gives its state."""
    told: set[str] = set()
    while True:
        state = session.run(dag, run)["state"]
        for task in session.tasks(dag, run):
            if task["state"] in _COLOURS and task["state"] != "running" and task["task_id"] not in told:
                told.add(task["task_id"])
                state_shown = f"[{_COLOURS[task['state']]}]{task['state']:>16}[/]"
                say(f"  {state_shown}  {task['task_id']}{_seconds(task['duration'])}")
        if state in _ENDED:
            say(f"{dag}: {state}")
            return state
        time.sleep(1)


def _add_row(table: Table, session: Any, dag: dict[str, Any]) -> str:
    last = session.last_run(dag["dag_id"])
    state = last["state"] if last else ""
    when = (last["run_after"] or "")[:16].replace("T", " ") if last else "never"
    shown = f"[{_COLOURS.get(state, 'default')}]{state}[/]" if state else ""
    name = f"{dag['dag_id']}{' (paused)' if dag['is_paused'] else ''}"
    table.add_row(name, dag["timetable_summary"] or "", when, shown, _seconds((last or {}).get("duration")).strip())
    return state


def _seconds(duration: float | None) -> str:
    return f"  {duration:.0f} s" if duration else ""
