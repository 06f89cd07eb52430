"""What the dbt models say, as one number per model: equal numbers, equal rows, in whatever order they lie.

Columns that start with `_`, `*_loaded_at` and ids of runs are left out, floats count to 9 significant digits.
"""

from collections.abc import Mapping

from clickhouse_connect.driver.client import Client

from warehouse.content_hash import Columns, content_hash

LAYERS = ("staging", "intermediate", "core", "kpi", "features", "reporting")
_RUN_IDS = ("run_id", "invocation_id")
# About runs and streams, and what the live streams wrote: they depend on when things arrived, and have laws of their
# own.
_OF_ARRIVAL = """
    match(table, '^stg_(runs|streams|realtime)__')
    or table in ('realtime_dashboard', 'active_alerts', 'live_stock', 'sales_anomalies', 'stream_health')
"""


def content_hashes(
    client: Client, prefix: str = "", layers: tuple[str, ...] = LAYERS, where: Mapping[str, str] | None = None
) -> dict[str, str]:
    """`layer.model` to a hash of its rows, for every table and view of the layers.

    `prefix` is RETAIL_SCHEMA_PREFIX of the build, `where` a condition on the rows that count, by `layer.model`.
    `monitoring` depends on arrival and is no default layer; what is read from it about runs is left out.
    """
    conditions = where or {}
    return {
        model: content_hash(client, f"`{prefix}{layer}`.`{table}`", columns, conditions.get(model, "true"))
        for (layer, table), columns in model_columns(client, prefix, layers).items()
        for model in (f"{layer}.{table}",)
    }


def model_columns(client: Client, prefix: str = "", layers: tuple[str, ...] = LAYERS) -> dict[tuple[str, str], Columns]:
    """The columns that count, by layer and model."""
    found: dict[tuple[str, str], Columns] = {}
    query = f"""
        select database, table, name, type from system.columns
        where database in {{databases:Array(String)}} and not ({_OF_ARRIVAL})
        order by database, table, position
    """
    databases = {"databases": [prefix + layer for layer in layers]}
    for database, table, name, kind in client.query(query, databases).result_rows:
        columns = found.setdefault((database.removeprefix(prefix), table), [])
        if not _is_plumbing(name):
            columns.append((name, kind))
    return found


def _is_plumbing(column: str) -> bool:
    return column.startswith("_") or column.endswith("_loaded_at") or column.endswith(_RUN_IDS)
