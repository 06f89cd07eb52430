"""What the dbt models say, as one number per model: equal numbers, equal rows, in whatever order they lie.

Columns that start with `_`, `*_loaded_at` and ids of runs are left out, floats count to 9 significant digits.
"""

from collections.abc import Mapping

from clickhouse_connect.driver.client import Client

LAYERS = ("staging", "intermediate", "core", "kpi", "features", "reporting")
_RUN_IDS = ("run_id", "invocation_id")
# About runs and streams, and what the live streams wrote: they depend on when things arrived, and have laws of their
# own.
_OF_ARRIVAL = """
    match(table, '^stg_(runs|streams|realtime)__')
    or table in ('realtime_dashboard', 'active_alerts', 'live_stock', 'sales_anomalies', 'stream_health')
"""

Columns = list[tuple[str, str]]  # name and type


def content_hashes(
    client: Client, prefix: str = "", layers: tuple[str, ...] = LAYERS, where: Mapping[str, str] | None = None
) -> dict[str, str]:
    """`layer.model` to a hash of its rows, for every table and view of the layers.

    `prefix` is RETAIL_SCHEMA_PREFIX of the build, `where` a condition on the rows that count, by `layer.model`.
    `monitoring` depends on arrival and is no default layer; what is read from it about runs is left out.
    """
    conditions = where or {}
    return {
        model: _content_hash(client, f"`{prefix}{layer}`.`{table}`", columns, conditions.get(model, "true"))
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


def _content_hash(client: Client, relation: str, columns: Columns, where: str) -> str:
    row = "sipHash64(tuple(" + ", ".join(comparable(name, kind) for name, kind in columns) + "))"
    # Sums, because rows that occur twice would cancel each other out of an exclusive or.
    query = f"select count(), sum({row}), sum(cityHash64({row})) from {relation} where {where}"
    return "-".join(str(part) for part in client.query(query).result_rows[0])


def comparable(name: str, kind: str) -> str:
    """An expression of a column that is equal where its values are: floats to 9 significant digits."""
    if "Float" not in kind:
        return f"toString(`{name}`)"
    if kind.startswith("Array"):
        return f"toString(arrayMap(number -> {_rounded('number')}, `{name}`))"
    return f"toString({_rounded(f'`{name}`')})"


def _rounded(number: str) -> str:
    """To 9 significant digits."""
    has_digits = f"{number} != 0 and isFinite({number})"
    digits = f"9 - 1 - toInt8(floor(log10(if({has_digits}, abs({number}), 1))))"
    return f"if({has_digits}, round({number}, {digits}), {number})"
