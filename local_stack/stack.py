"""Bring the laptop stack up and down."""

import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from contracts.problems import Problem
from contracts.settings import Settings
from ingestion.topics import create_topics
from local_stack import supervision
from local_stack.jars import fetch_jars
from local_stack.java import java_command
from local_stack.kafka_broker.client import broker_answers
from local_stack.ports import require_free_ports
from local_stack.secrets import ensure_secrets
from warehouse.client import connect
from warehouse.create_tables import create_tables

START_SECONDS = 90
LEAST_FREE_BYTES = 1_000_000_000
PORTS = ("CLICKHOUSE_PORT", "KAFKA_PORT", "KAFKA_INTERNAL_PORT", "KAFKA_CONTROLLER_PORT")

Tell = Callable[[str], None]


def up(settings: Settings, tell: Tell) -> Settings:
    """Everything that `up` means, skipping what is there; gives the settings with their secrets. Raises Problem."""
    java_command()
    _require_disk(settings.home)
    settings = ensure_secrets(settings)
    _bring_jars(settings, tell)
    _start_services(settings, tell)
    _wait_for(settings, "clickhouse", clickhouse_answers)
    _wait_for(settings, "kafka", broker_answers)
    create_topics(settings)
    for change in create_tables(connect(settings)):
        tell(change)
    return settings


def require_up(settings: Settings) -> None:
    """Raise Problem if this home's services do not run."""
    if not supervision.is_up(settings) and not clickhouse_answers(settings):
        raise Problem("The stack is not up.", "Start it with ./retail up.")


def _require_disk(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        raise Problem(
            f"The disk is full: {free / 1e9:.1f} GB are free where {home} lies, 1 GB is the least.",
            "Free some, or set RETAIL_HOME to a folder on another disk.",
        )


def _bring_jars(settings: Settings, tell: Tell) -> None:
    tell("Java archives of Kafka and of Spark's connector")
    fetch_jars(settings.jars)


def _start_services(settings: Settings, tell: Tell) -> None:
    tell("ClickHouse and Kafka")
    if supervision.is_up(settings):
        for service in supervision.SERVICES:
            if service.autostart:
                supervision.start_service(settings, service.name)
        return
    supervision.stop(settings)
    require_free_ports(settings.clickhouse_host, {name: getattr(settings, name.lower()) for name in PORTS})
    supervision.start(settings)


def _wait_for(settings: Settings, name: str, answers: Callable[[Settings], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(settings):
        if supervision.has_failed(settings, name):
            raise Problem(f"{name} did not start: {_last_words(settings, name)}")
        if time.monotonic() > deadline:
            raise Problem(f"{name} did not answer within {START_SECONDS} seconds.", f"See ./retail logs {name}.")
        time.sleep(0.2)


def _last_words(settings: Settings, name: str) -> str:
    log = supervision.log_file(settings, name)
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else f"see ./retail logs {name}."


def clickhouse_answers(settings: Settings) -> bool:
    """True if ClickHouse's HTTP port says that it is well."""
    scheme = "https" if settings.clickhouse_secure else "http"
    url = f"{scheme}://{settings.clickhouse_host}:{settings.clickhouse_port}/ping"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  the scheme is ours
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
