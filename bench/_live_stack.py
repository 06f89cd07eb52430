"""A stack of the benchmark's own whose streaming program runs under supervision over a small chain's catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bench._live_events import SOURCE, catalogue
from bench._stack import own_stack
from cli.programs import run_dbt
from contracts.events import SALES
from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from local_stack.chaos.laboratory import Laboratory
from local_stack.chaos.waiting import wait_until

IN_RAW = f"select count() from {RAW_TABLES[SALES]} where source = '{SOURCE}'"
IN_DASHBOARD = (
    "select sum(events) from reporting.realtime_dashboard"
    f" where source = '{SOURCE}' and window_minutes = 1 and grain = 'store'"
)
SEES = {"raw": IN_RAW, "dashboard": IN_DASHBOARD}
_MODELS = ("build", "--quiet", "--select", "+realtime_dashboard", "--exclude-resource-type", "test",
           "--exclude-resource-type", "unit_test")  # fmt: skip
START_S = 180


@contextmanager
def live_stack() -> Iterator[tuple[Settings, Laboratory]]:
    """The catalogue is landed, the dashboard's models are built, the streaming program waits for events."""
    with own_stack() as settings:
        lab = Laboratory(settings)
        records = list(catalogue(datetime.now(UTC) - timedelta(minutes=10)))
        lab.send(records)
        lab.start_streaming()
        wait_until(lambda: lab.landed() == len(records), START_S, "the catalogue to land")
        if run_dbt(settings, _MODELS):
            raise Problem("dbt did not build the dashboard.", "What it said is above.")
        yield settings, lab
