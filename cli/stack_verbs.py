"""Verbs for the stack itself: demo, up, down, status, logs, reset."""

import time
from typing import Annotated

import psutil
import typer
from rich.table import Table

from cli.console import ask, console, say, step
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack import supervision
from local_stack.reset import kept_by_home, remove_data

NAMES = ", ".join(service.name for service in supervision.SERVICES)
_FAILED = ("FATAL", "BACKOFF", "EXITED")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (up, down, status, logs, reset):
        app.command()(verb)


def up(
    services: Annotated[
        list[str] | None, typer.Argument(help="More services to start: streaming, live, dashboard.")
    ] = None,
) -> None:
    """Start ClickHouse and Kafka, make topics and tables. What runs already is left as it is."""
    _require_known(services)
    from local_stack import stack  # brings the Kafka and ClickHouse clients, which `status` does without

    settings = stack.up(load_settings(), step)
    clickhouse = f"{settings.clickhouse_host}:{settings.clickhouse_port}"
    say(f"ClickHouse answers on {clickhouse}, Kafka on {settings.kafka_bootstrap}.")
    for name in services or ():
        supervision.start_service(settings, name)
        say(f"{name} is starting; follow it with ./retail logs {name} -f.")


def down(
    services: Annotated[list[str] | None, typer.Argument(help="Only these; without a name: everything.")] = None,
) -> None:
    """Stop every service, or only the named ones. Data stays."""
    _require_known(services)
    settings = load_settings()
    if services:
        _stop_some(settings, services)
        return
    supervision.stop(settings)
    say("Everything is stopped; the data stays. Start again with ./retail up.")


def _stop_some(settings: Settings, names: list[str]) -> None:
    if not supervision.is_up(settings):
        raise Problem("The stack is down.", "Start it with ./retail up.")
    for name in names:
        say(f"{name} is stopped." if supervision.stop_service(settings, name) else f"{name} was not running.")


def _require_known(names: list[str] | None) -> None:
    known = {service.name for service in supervision.SERVICES}
    for name in names or ():
        if name not in known:
            raise Problem(f"There is no service {name!r}.", f"Services: {NAMES}.")


def status() -> None:
    """Show the services, their memory, and how far the streams are. Exit code 3 if one does not run that should."""
    settings = load_settings()
    states = supervision.states(settings)
    if not states:
        say("The stack is down. Start it with ./retail up.")
        raise typer.Exit(3)
    console.print(_table(states))
    if any(state.name == "streaming" and state.state == "RUNNING" for state in states):
        _show_streams(settings)
    wanted = {service.name for service in supervision.SERVICES if service.autostart}
    for state in states:
        if state.state in _FAILED:
            say(f"{state.name} fails; what it said last: ./retail logs {state.name}.")
        if state.state in _FAILED or (state.name in wanted and state.state != "RUNNING"):
            raise typer.Exit(3)


def _show_streams(settings: Settings) -> None:
    from warehouse.client import WarehouseUnavailableError, connect
    from warehouse.stream_state import stream_states

    table = Table("stream", "lag", "events/s", "p95", "heard", box=None, header_style="dim")
    try:
        for state in stream_states(connect(settings, "reader")):
            p95 = "" if state.p95_seconds is None else f"{state.p95_seconds:.1f} s"
            heard = f"{_duration(state.seconds_silent)} ago"
            table.add_row(state.stream, f"{state.lag:,}", f"{state.events_per_second:,.1f}", p95, heard)
    except WarehouseUnavailableError:
        return  # the table above says what is wrong
    if table.row_count:
        console.print()
        console.print(table)


def _table(states: list[supervision.State]) -> Table:
    table = Table("service", "state", "pid", "up", "memory", box=None, header_style="dim")
    for state in states:
        running = state.state == "RUNNING"
        table.add_row(
            state.name,
            f"[{'green' if running else 'yellow'}]{state.state.lower()}[/]",
            str(state.pid) if running else "",
            _duration(time.time() - state.since) if running else "",
            _memory(state.pid) if running else "",
        )
    return table


def _duration(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    return f"{seconds:.0f} s" if minutes < 2 else f"{minutes:.0f} min" if hours < 2 else f"{hours:.0f} h"


def _memory(pid: int) -> str:
    """Of the service and of what it started, each shared page in part where the system tells."""
    try:
        leader = psutil.Process(pid)
        return f"{sum(_held(process) for process in (leader, *leader.children(recursive=True))) / 1e6:,.0f} MB"
    except psutil.Error:
        return ""


def _held(process: psutil.Process) -> int:
    try:
        held = process.memory_full_info()
        return getattr(held, "pss", held.rss)
    except psutil.Error:  # it has ended since
        return 0


def logs(
    name: Annotated[str, typer.Argument(help=f"One of: {NAMES}, supervisord.")],
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Stay and print what comes.")] = False,
) -> None:
    """Print the end of a service's log."""
    file = supervision.log_file(load_settings(), name)
    if not file.exists():
        raise Problem(f"There is no log of {name!r}.", f"Services: {NAMES}, supervisord.")
    with file.open(errors="replace") as text:
        typer.echo("".join(text.readlines()[-lines:]), nl=False)
        while follow:
            typer.echo(text.read(), nl=False)
            time.sleep(0.3)


def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop everything and delete this home's data: events, tables, checkpoints, simulations, logs. Asks first."""
    settings = load_settings()
    ask(f"Delete all data under {settings.home}? It cannot be undone.", yes)
    supervision.stop(settings)
    remove_data(settings)
    say(f"{settings.home} is empty now{_kept(settings)}.")


def _kept(settings: Settings) -> str:
    kept = kept_by_home(settings)
    return f" but for {', '.join(kept)}" if kept else ""
