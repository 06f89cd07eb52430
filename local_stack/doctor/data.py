"""What streams, builds and gates have said last."""

from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from contracts.settings import Settings
from contracts.tables import FROZEN, PUBLICATION, QUALITY_RESULTS, QUARANTINE, RAW_TABLES
from local_stack import keep_streaming, supervision
from local_stack.doctor.findings import Finding, State, broken, warn
from warehouse.backup.restoring import is_cut_short
from warehouse.backup.store import BackupStore
from warehouse.stream_state import stream_states

_FRESH_H = 24
_QUARANTINE_WARNS, _QUARANTINE_BREAKS = 0.01, 0.10  # of a day's messages
_BACKUP_H = 26  # a daily one, and some patience
_LAST_BUILD = """
    SELECT started_at, errors, failures, dateDiff('hour', started_at, now()) FROM monitoring.dbt_invocations
    WHERE command IN ('build', 'run') ORDER BY started_at DESC LIMIT 1
"""
_LAST_GATE = f"""
    SELECT gate, countIf(NOT success AND severity = 'critical'), countIf(NOT success) FROM {QUALITY_RESULTS} FINAL
    WHERE (gate, run_at) IN (SELECT gate, max(run_at) FROM {QUALITY_RESULTS} GROUP BY gate) GROUP BY gate ORDER BY gate
"""
_PUBLISHED = f"""
    SELECT source, argMax(status, checked_at), argMax(reason, checked_at) FROM {PUBLICATION}
    GROUP BY source ORDER BY source
"""


def streams(settings: Settings, client: Client) -> Finding:
    """Landing is alive and near the end of the log."""
    states, limits = stream_states(client), keep_streaming.Limits()
    if not supervision.is_running(settings, keep_streaming.SERVICE) and (not states or supervision.is_up(settings)):
        return warn("no stream runs: nothing lands by itself", "./retail up streaming")
    if wrong := keep_streaming.what_is_wrong(states, limits):
        return broken(wrong.rstrip("."), "docs/runbooks/lag_grows.md")
    return Finding(", ".join(f"{one.stream} {one.lag:,} behind" for one in states))


def freshness(settings: Settings, client: Client) -> Finding:
    """Something has landed within a day."""
    ages = "SELECT dateDiff('second', max(_kafka_timestamp), now()) FROM {table} HAVING count() > 0"
    found = [row[0] for table in RAW_TABLES.values() for row in client.query(ages.format(table=table)).result_rows]
    if not found:
        return warn("raw is empty", "./retail demo, or send events: docs/own_files.md")
    says = f"the newest message came {_ago(min(found))}"
    if min(found) > _FRESH_H * 3600:
        return warn(says, "Do producers send? ./retail logs live, ./retail land --once")
    return Finding(says)


def quarantine(settings: Settings, client: Client) -> Finding:
    """Few messages break a rule."""
    day = "_kafka_timestamp > now() - INTERVAL 1 DAY"
    bad = int(client.command(f"SELECT count() FROM {QUARANTINE} WHERE {day}"))
    total = sum(int(client.command(f"SELECT count() FROM {table} WHERE {day}")) for table in RAW_TABLES.values())
    share = bad / total if total else 0.0
    says = f"{bad:,} of {total:,} messages of a day ({share:.1%})"
    state = State.BROKEN if share > _QUARANTINE_BREAKS else State.WARNING if share > _QUARANTINE_WARNS else State.OK
    return Finding(says, state, "./retail quarantine list" if state != State.OK else "")


def builds(settings: Settings, client: Client) -> Finding:
    """The last build of the models was green."""
    rows = client.query(_LAST_BUILD).result_rows
    if not rows:
        return warn("no model was ever built", "./retail dbt build")
    at, errors, failures, hours = rows[0]
    when = f"the last one began {at:%F %H:%M} UTC"
    if errors or failures:
        return broken(f"{when}: {errors} errors, {failures} failed tests", "docs/runbooks/bad_deploy.md")
    return warn(when, "./retail dbt build, or ./retail airflow up") if hours > _FRESH_H else Finding(f"{when}, green")


def gates(settings: Settings, client: Client) -> Finding:
    """What was expected of raw and of what people read held."""
    found = client.query(_LAST_GATE).result_rows
    if not found:
        return warn("never run", "./retail quality raw; ./retail quality reporting")
    says = ", ".join(f"{gate} {critical} critical, {all_ - critical} to be shown" for gate, critical, all_ in found)
    if red := [gate for gate, critical, _ in found if critical]:
        return broken(f"not met: {says}", f"./retail quality {red[0]}")
    return Finding(f"not met: {says}")


def publication(settings: Settings, client: Client) -> Finding:
    """What people read is as fresh and whole as it was promised."""
    amber = [(source, reason) for source, status, reason in client.query(_PUBLISHED).result_rows if status != "ok"]
    if amber:
        return warn(f"{amber[0][0]} is stale: {amber[0][1]}", "./retail quality reporting")
    return Finding("nothing is marked as stale")


def backup(settings: Settings, client: Client) -> Finding:
    """There is one of the last day, and no restore was cut short."""
    if supervision.is_held(settings, "backup"):
        return Finding("one is being made or restored now")
    if is_cut_short(client):
        return broken("a restore was cut short; the old tables are set aside", "./retail restore")
    if client.command(f"EXISTS DATABASE {FROZEN}"):
        return warn("a backup was killed and left frozen tables", "./retail backup clears them away")
    store = BackupStore(settings.backups, settings.backup_folder)
    made = store.manifests()
    if not made:
        return warn(f"there is none in {store.location}", "./retail backup")
    seconds = (datetime.now(UTC) - made[-1].made_at).total_seconds()
    says = f"{made[-1].name}, {_ago(seconds)}"
    return warn(says, "./retail backup --incremental") if seconds > _BACKUP_H * 3600 else Finding(says)


def _ago(seconds: float) -> str:
    return f"{seconds / 60:.0f} min ago" if seconds < 7200 else f"{seconds / 3600:.0f} h ago"


CHECKS = {
    "streams": streams,
    "freshness": freshness,
    "quarantine": quarantine,
    "builds": builds,
    "gates": gates,
    "publication": publication,
    "backup": backup,
}
