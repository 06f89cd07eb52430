"""What the warehouse costs: seconds and bytes of each model, of the dearest queries, of each table and its growth.

Seconds of models come from dbt's own records (`monitoring.dbt_results`), processor time, memory and bytes read from the
engine's query log, in which dbt names the model, bytes on disk from its list of parts.
"""

from typing import Any, NamedTuple

from clickhouse_connect.driver.client import Client

from contracts.tables import DATABASES, RAW_TABLES

_CPU = "ProfileEvents['OSCPUVirtualTimeMicroseconds'] / 1e6"
_PARTS = """
    SELECT database, table, sum(rows) AS table_rows, sum(bytes_on_disk) AS disk_bytes,
        sum(data_uncompressed_bytes) AS plain_bytes
    FROM system.parts WHERE active AND database IN {databases:Array(String)} GROUP BY database, table
"""
_MODELS = f"""
WITH stored AS ({_PARTS}),
runs AS (
    SELECT name, layer, count() AS run_count, sum(seconds) AS total_seconds, max(seconds) AS longest,
        argMax(seconds, started_at) AS last_seconds
    FROM monitoring.dbt_results
    WHERE kind = 'model' AND status = 'success' AND started_at > now() - INTERVAL {{days:UInt32}} DAY
    GROUP BY name, layer
),
queries AS (
    SELECT extract(query, '"node_id": "model\\\\.\\\\w+\\\\.(\\\\w+)"') AS name, sum({_CPU}) AS cpu,
        sum(read_bytes) AS bytes_read, max(memory_usage) AS peak
    FROM system.query_log
    WHERE type = 'QueryFinish' AND event_time > now() - INTERVAL {{days:UInt32}} DAY AND name != ''
    GROUP BY name
)
SELECT runs.layer, runs.name, run_count, round(total_seconds, 2), round(last_seconds, 2), round(longest, 2),
    round(ifNull(cpu, 0), 2), ifNull(bytes_read, 0), ifNull(peak, 0), ifNull(table_rows, 0), ifNull(disk_bytes, 0)
FROM runs
LEFT JOIN queries ON runs.name = queries.name
LEFT JOIN stored ON runs.name = stored.table AND runs.layer = stored.database
ORDER BY total_seconds DESC, runs.name
SETTINGS join_use_nulls = 1"""
_QUERIES = f"""
SELECT user, query_kind, count() AS times, round(sum({_CPU}), 2) AS cpu, round(sum(query_duration_ms) / 1000, 2),
    round(quantileExact(0.95)(query_duration_ms) / 1000, 3), sum(read_bytes), max(memory_usage),
    substring(replaceRegexpAll(replaceRegexpAll(any(query), '/\\\\*.*?\\\\*/', ''), '\\\\s+', ' '), 1, 300)
FROM system.query_log
WHERE type = 'QueryFinish' AND event_time > now() - INTERVAL {{days:UInt32}} DAY AND position(query, '"node_id"') = 0
GROUP BY user, query_kind, normalized_query_hash
ORDER BY cpu DESC LIMIT {{limit:UInt32}}"""
_STORAGE = f"""
WITH stored AS ({_PARTS}),
built AS (
    SELECT name, layer,
        (argMax(row_count, started_at) - argMin(row_count, started_at))
            / greatest(1, dateDiff('second', min(started_at), max(started_at)) / 86400) AS rows_a_day
    FROM monitoring.dbt_results
    WHERE row_count IS NOT NULL AND started_at > now() - INTERVAL {{days:UInt32}} DAY GROUP BY name, layer
),
landed AS (LANDED)
SELECT stored.database, stored.table, table_rows, disk_bytes, plain_bytes,
    round(disk_bytes / nullIf(table_rows, 0), 1) AS row_bytes,
    toInt64(coalesce(landed.rows_a_day, built.rows_a_day, 0) * row_bytes) AS bytes_a_day
FROM stored
LEFT JOIN built ON stored.table = built.name AND stored.database = built.layer
LEFT JOIN landed ON landed.name = concat(stored.database, '.', stored.table)
ORDER BY disk_bytes DESC, stored.database, stored.table
SETTINGS join_use_nulls = 1"""
# Days without a message count: what came in the window, spread over it, or over the time since the first message.
_LANDED = """
    SELECT '{table}' AS name, countIf(_ingested_at > now() - INTERVAL {{days:UInt32}} DAY)
        / least({{days:UInt32}}, greatest(1, dateDiff('second', min(_ingested_at), now()) / 86400)) AS rows_a_day
    FROM {table}"""
_BUILD = """
SELECT argMax(seconds, started_at) FROM monitoring.dbt_invocations
WHERE command IN ('build', 'run') AND nodes >= 100 AND errors = 0 HAVING count() > 0"""


class ModelCost(NamedTuple):
    """One model over the days asked for; bytes read, processor time and memory of what the query log still has."""

    layer: str
    model: str
    runs: int
    seconds: float
    last_seconds: float
    longest_seconds: float
    cpu_seconds: float
    read_bytes: int
    peak_bytes: int
    rows: int
    stored_bytes: int


class QueryCost(NamedTuple):
    """Statements that differ in their values only, by user."""

    user: str
    kind: str
    times: int
    cpu_seconds: float
    seconds: float
    p95_seconds: float
    read_bytes: int
    peak_bytes: int
    text: str


class TableCost(NamedTuple):
    """One table as it lies; growth is that of its rows in the days asked for, at today's bytes a row."""

    database: str
    table: str
    rows: int
    stored_bytes: int
    plain_bytes: int
    bytes_a_row: float | None
    bytes_a_day: int


class PerMillion(NamedTuple):
    """Bytes that a million events take in raw and in all tables, by what is stored now."""

    events: int
    raw_bytes: float
    all_bytes: float


def model_costs(client: Client, days: int) -> list[ModelCost]:
    """Every model that was built within the days, the dearest first."""
    return [ModelCost(*row) for row in client.query(_MODELS, _within(days)).result_rows]


def query_costs(client: Client, days: int, limit: int) -> list[QueryCost]:
    """The dearest statements by processor time, but for those of dbt's models and tests."""
    return [QueryCost(*row) for row in client.query(_QUERIES, {"days": days, "limit": limit}).result_rows]


def table_costs(client: Client, days: int) -> list[TableCost]:
    """Every table with rows, the largest first."""
    landed = "\n    UNION ALL".join(_LANDED.format(table=table) for table in RAW_TABLES.values())
    text = _STORAGE.replace("LANDED", landed)
    return [TableCost(*row) for row in client.query(text, _within(days)).result_rows]


def last_build_seconds(client: Client) -> float | None:
    """How long the last build of all models took, None before there was one."""
    found = client.query(_BUILD).result_rows
    return found[0][0] if found else None


def per_million(tables: list[TableCost]) -> PerMillion | None:
    """Costs of a million events by what is stored now; None where nothing has landed."""
    raw = [one for one in tables if f"{one.database}.{one.table}" in RAW_TABLES.values()]
    events = sum(one.rows for one in raw)
    if not events:
        return None
    share = 1_000_000 / events
    stored = sum(one.stored_bytes for one in raw), sum(one.stored_bytes for one in tables)
    return PerMillion(events, stored[0] * share, stored[1] * share)


def _within(days: int) -> dict[str, Any]:
    return {"days": days, "databases": list(DATABASES)}
