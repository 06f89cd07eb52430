"""What answers."""

import time

from contracts.events import SALES
from contracts.settings import Settings
from local_stack import check_services, supervision
from local_stack.doctor.findings import Finding, broken, warn
from local_stack.scheduler import api
from local_stack.scheduler.environment import airflow_home
from local_stack.stack import clickhouse_answers
from spark_jobs.kafka_log import bounds
from warehouse.client import connect

_CLOCK_S = 5


def services(settings: Settings) -> Finding:
    """What was started runs."""
    states = supervision.states(settings)
    if not states:
        if clickhouse_answers(settings):
            return Finding("no supervisor of ours runs here")
        return broken("the stack is down", "./retail up")
    wanted = {service.name for service in supervision.SERVICES if service.autostart}
    failed = [one.name for one in states if one.state in ("FATAL", "BACKOFF", "EXITED")]
    failed += [one.name for one in states if one.name in wanted and one.state in ("STOPPED", "STOPPING")]
    if failed:
        return broken(f"{', '.join(failed)} fail", f"./retail logs {failed[0]}, then ./retail up")
    return Finding(", ".join(one.name for one in states if one.state == "RUNNING") + " run")


def clickhouse(settings: Settings) -> Finding:
    """Who may write gets in, and finds the raw tables."""
    return Finding(check_services.writer(settings))


def reader(settings: Settings) -> Finding:
    """Who may only read gets in."""
    return Finding(check_services.reader(settings))


def clock(settings: Settings) -> Finding:
    """The database's clock is ours: freshness and heartbeats are told by it."""
    theirs = float(connect(settings, "reader").command("SELECT toFloat64(now64(3))"))
    apart = abs(theirs - time.time())
    if apart > _CLOCK_S:
        return warn(f"ClickHouse's is {apart:.0f} s away from ours", "Let both machines ask a time server (chrony)")
    return Finding("ClickHouse's is ours")


def kafka(settings: Settings) -> Finding:
    """The broker knows our topics, and a topic has as many partitions as the settings say."""
    check_services.kafka(settings)
    held = bounds(settings)
    messages = sum(end - first for topic in held.values() for first, end in topic.values())
    if len(held[SALES]) < settings.kafka_sales_partitions:
        return warn(
            f"{SALES} has {len(held[SALES])} partitions, KAFKA_SALES_PARTITIONS says {settings.kafka_sales_partitions}",
            "Correct the setting, or add partitions",
        )
    return Finding(f"{len(held)} topics, {messages:,} messages")


def airflow(settings: Settings) -> Finding:
    """Schedules run, if they were ever started here."""
    if api.is_well(settings):
        return Finding("every part is well")
    if not (airflow_home(settings) / "prepared").exists():
        return Finding("never started here")
    return warn("does not run: nothing happens by itself", "./retail airflow up, then ./retail airflow status")


CHECKS = {
    "services": services,
    "ClickHouse": clickhouse,
    "reader": reader,
    "clock": clock,
    "Kafka": kafka,
    "Airflow": airflow,
}
