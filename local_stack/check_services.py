"""Do the services answer that everything else needs? `python -m local_stack.check_services`; works for both homes."""

import shutil
import sys
from collections.abc import Callable

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from contracts.events import TOPICS
from contracts.kafka_login import librdkafka
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from contracts.tables import RAW_TABLES
from local_stack.telling import complain, confirm
from warehouse.client import connect

LEAST_FREE_BYTES = 2_000_000_000


def main() -> int:
    """Print a line for each; exit code 1 if one does not hold."""
    settings = load_settings()
    results = [_told(name, check, settings) for name, check in CHECKS.items()]
    return 0 if all(results) else 1


def _told(name: str, check: Callable[[Settings], str], settings: Settings) -> bool:
    try:
        confirm(f"{name}: {check(settings)}")
    except Problem as problem:
        complain(f"{name}: {problem}")
        return False
    return True


def writer(settings: Settings) -> str:
    """Who may write gets in, and the tables of arrivals are there."""
    client = connect(settings)
    missing = [table for table in RAW_TABLES.values() if not client.command(f"EXISTS TABLE {table}")]
    if missing:
        raise Problem(f"The tables {', '.join(missing)} are missing.", "Make them with ./retail up.")
    return f"version {client.server_version} takes rows"


def reader(settings: Settings) -> str:
    """Who may only read gets in."""
    return f"answers {settings.clickhouse_reader_user} ({connect(settings, 'reader').command('SELECT 1')})"


def kafka(settings: Settings) -> str:
    """The broker knows our topics."""
    admin = AdminClient({**librdkafka(settings), "log_level": 0})
    try:
        known = admin.list_topics(timeout=10).topics
    except KafkaException as error:
        reason = error.args[0].str()
        raise Problem(
            f"Kafka at {settings.kafka_bootstrap} does not answer ({reason}).", "Start it with ./retail up."
        ) from None
    if missing := set(TOPICS) - set(known):
        raise Problem(f"Kafka lacks the topics {', '.join(sorted(missing))}.", "Make them with ./retail up.")
    return f"{len(TOPICS)} topics"


def disk(settings: Settings) -> str:
    """There is room for the next hours."""
    free = shutil.disk_usage(settings.home).free
    if free < LEAST_FREE_BYTES:
        raise Problem(f"{free / 1e9:.1f} GB are free where {settings.home} lies.", "Free some.")
    return f"{free / 1e9:.0f} GB free"


CHECKS = {"ClickHouse, writer": writer, "ClickHouse, reader": reader, "Kafka": kafka, "disk": disk}

if __name__ == "__main__":
    sys.exit(main())
