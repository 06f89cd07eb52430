"""Run tasks that start programs, without Airflow around them, and print how each ended, as JSON."""

import json
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

from _commands import Command, Interval, Weekly

from contracts.settings import PROJECT

MONDAY, WEDNESDAY = 0, 2


def main() -> None:
    """One line."""
    fine = Command(task_id="fine", module="json.tool", arguments=["--help"])
    fails = Command(task_id="fails", module="json.tool", arguments=["/nothing/there"])
    final = Command(task_id="final", module="json.tool", arguments=["/nothing/there"], final=[1, 2])
    early = Command(task_id="early", module="tests.dags.too_early", arguments=[])
    interval = Interval(task_id="interval", module="json.tool", arguments=["--help"])
    weekly = Weekly(task_id="weekly", module="json.tool", arguments=["--help"])
    ended = {
        "fine": _ended(fine, "scheduled"),
        "fails": _ended(fails, "scheduled"),
        "final": _ended(final, "scheduled"),
        "too early": _ended(early, "scheduled"),
        "scheduled interval": _ended(interval, "scheduled"),
        "backfilled interval": _ended(interval, "backfill"),
        "weekly on a Wednesday": _ended(weekly, "scheduled"),
        "weekly on a Monday": _ended(weekly, "scheduled", MONDAY),
        "weekly by hand on a Monday": _ended(weekly, "manual", MONDAY),
        "weekly when asked for": _ended(weekly, "manual", weekly=True),
        "stopped": _stopped(),
    }
    sys.stdout.write(json.dumps(ended) + "\n")


def _ended(task: Any, kind: str, weekday: int = WEDNESDAY, **params: object) -> list[str]:
    run = SimpleNamespace(run_type=kind, run_after=SimpleNamespace(weekday=lambda: weekday))
    try:
        task.execute({"dag_run": run, "params": params})
    except Exception as error:
        return [type(error).__name__, str(error)]
    return ["done", ""]


def _stopped() -> list[str]:
    """A program that would never end, stopped from another thread as Airflow does."""
    task = Command(task_id="long", module="http.server", arguments=["--bind", "127.0.0.1", "0"])
    thread = threading.Thread(target=_ended, args=(task, "scheduled"))
    thread.start()
    while task._program is None:
        time.sleep(0.01)
    program = task._program
    task.on_kill()
    thread.join(20)
    return ["alive" if program.poll() is None or thread.is_alive() else "ended", str(PROJECT)]


if __name__ == "__main__":
    main()
