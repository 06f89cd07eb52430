"""What all DAGs share: defaults, deadlines, the assets that connect them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import _alarm
from airflow.sdk import (
    Asset,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
)

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

DEFAULTS: dict[str, Any] = {
    "owner": "data-engineering",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(minutes=20),
    "on_failure_callback": _alarm.on_failure,
}

RAW = Asset("raw", "retail://raw", group="gate", extra={"passed": "the gate on what entered"})
REPORTING = Asset("reporting", "retail://reporting", group="gate", extra={"passed": "the gate on what people read"})
PREDICTIONS = Asset("ml.predictions", "retail://ml/predictions", group="ml")


def every(cron: str) -> CronDataIntervalTimetable:
    """Runs at the end of each interval of `cron` (UTC), the first one at once; an interval can be run again."""
    return CronDataIntervalTimetable(cron, timezone="UTC")


def at(cron: str) -> CronTriggerTimetable:
    """Runs when `cron` (UTC) says, and not before."""
    return CronTriggerTimetable(cron, timezone="UTC")


def dag_options(
    dag_id: str, schedule: CronDataIntervalTimetable | CronTriggerTimetable, allowed: timedelta, **options: Any
) -> dict[str, Any]:
    """Arguments of a DAG that runs by `schedule`, one run at a time, and is late after `allowed`."""
    return {
        "dag_id": dag_id,
        "schedule": schedule,
        "start_date": BEGINNING,
        "catchup": False,
        "max_active_runs": 1,
        "default_args": DEFAULTS,
        "dagrun_timeout": 2 * allowed,
        "deadline": DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=allowed,
            callback=SyncCallback(_alarm.on_lateness, kwargs={"dag_id": dag_id, "allowed": str(allowed)}),
        ),
        **options,
    }
