"""The demo: an empty machine to a warehouse full of sensible figures, and a retailer who lives on. What is done already
is not done again.
"""

import time
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.table import Table

from cli.console import console, say, step
from cli.demo_models import build_demo_models, must_succeed
from cli.programs import run_python
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack import dashboard_service, supervision

NEWS = "select * from reporting.realtime_dashboard"
LIVE = ("streaming", "live")
CAUGHT_UP_S, FIRST_EVENT_S = 120, 300  # without any progress; from the start of the services

SUMMARY = "select figure, source, value from reporting.warehouse_summary order by position, source, figure"
NEXT = """\
The stack stays up{lives}. Next:{look}
  ./retail sql "select * from core.fact_sales limit 5" --format Pretty
  ./retail docs         models, columns and lineage in a browser
  ./retail dbt build    after changing a model
  ./retail status       what runs, and how far behind; ./retail down stops it
  ./retail --help       every verb"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(demo)


def demo(
    size: Annotated[str, typer.Option(help="Of the simulated retailer: tiny, small or medium.")] = "small",
    live: Annotated[bool, typer.Option(help="Let the retailer live on, and the streams with it.")] = True,
) -> None:
    """From nothing to a full warehouse: start the stack, simulate a history, land it, build and learn, live on."""
    from local_stack import stack

    began = time.monotonic()
    settings = stack.up(load_settings(), step)
    _simulate(settings, size)
    _land(settings)
    build_demo_models(settings, _landed(settings))
    if live:
        _live_on(settings)
    step("The dashboard")
    dashboard_service.start(settings)
    console.print()
    console.print(_summary(settings))
    say(f"\nDone in {time.monotonic() - began:.0f} s. {_next_steps(live)}")
    say(f"\nThe dashboard: {dashboard_service.url(settings.retail_dashboard_port)}")


def _next_steps(live: bool) -> str:
    if not live:
        return NEXT.format(lives="", look="")
    look = f'\n  ./retail sql "{NEWS}" --format Pretty'
    return NEXT.format(lives=" and events flow", look=look)


def _simulate(settings: Settings, size: str) -> None:
    if supervision.is_running(settings, "live"):
        step("The simulated retailer lives on")
        return
    step(f"A simulated retailer ({size}) into Kafka")
    must_succeed(run_python(settings, "ingestion.data_generator", "--size", size), "The simulation")


def _land(settings: Settings) -> None:
    from ingestion.topics import event_counts

    sent, landed = event_counts(settings), _landed(settings)
    if sent == landed:
        step(f"Landing: all {sum(sent.values()):,} events are in ClickHouse")
        return
    step(f"Landing {sum(sent.values()) - sum(landed.values()):,} events with Spark")
    if supervision.is_running(settings, "streaming"):
        _wait_until_landed(settings, sent)  # a second landing would shut the running one out
        return
    must_succeed(run_python(settings, "spark_jobs.land_events", "--once"), "Landing")


def _wait_until_landed(settings: Settings, sent: dict[str, int]) -> None:
    """Until raw has as many events as Kafka had. Raises Problem when it gets no further."""
    landed, deadline = _landed(settings), time.monotonic() + CAUGHT_UP_S
    while any(landed[topic] < count for topic, count in sent.items()):
        if time.monotonic() > deadline or supervision.has_failed(settings, "streaming"):
            raise Problem("The running stream lands nothing.", "See ./retail logs streaming.")
        time.sleep(0.5)
        before, landed = landed, _landed(settings)
        if landed != before:
            deadline = time.monotonic() + CAUGHT_UP_S


def _live_on(settings: Settings) -> None:
    """Start the services, and return when the first event of them has landed. Raises Problem."""
    step(f"Live: the retailer goes on at {settings.retail_live_rate:g} events/s, the streams follow")
    if all(supervision.is_running(settings, name) for name in LIVE):
        return
    before, deadline = _landed(settings), time.monotonic() + FIRST_EVENT_S
    for name in LIVE:
        supervision.start_service(settings, name)
    while sum(_landed(settings).values()) <= sum(before.values()):
        for name in LIVE:
            if supervision.has_failed(settings, name):
                raise Problem(f"The service {name} did not start.", f"See ./retail logs {name}.")
        if time.monotonic() > deadline:
            raise Problem(
                f"No event has come through in {FIRST_EVENT_S} seconds.", "See ./retail status and ./retail logs NAME."
            )
        time.sleep(0.5)


def _landed(settings: Settings) -> dict[str, int]:
    from warehouse.client import connect
    from warehouse.landed import landed_counts

    return landed_counts(connect(settings, "reader"))


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
