"""What the dbt models say, as one number per model: equal numbers, equal rows, in whatever order they lie.

Columns that start with `_`, `*_loaded_at` and ids of runs are left out, floats count to 9 significant digits.
"""

from clickhouse_connect.driver.client import Client

LAYERS = ("staging", "intermediate", "core", "kpi", "features", "reporting")
_RUN_IDS = ("run_id", "invocation_id")


def content_hashes(client: Client, prefix: str = "", layers: tuple[str, ...] = LAYERS) -> dict[str, str]:
    """`layer.model` to a hash of its rows, for every table and view of the layers.

    `prefix` is RETAIL_SCHEMA_PREFIX of the build. `monitoring` depends on arrival and is no default layer; what is read
    from it about runs is left out.
    """
    return {
        f"{database.removeprefix(prefix)}.{table}": _content_hash(client, database, table, columns)
        for (database, table), columns in _columns(client, [prefix + layer for layer in layers]).items()
    }


def _columns(client: Client, databases: list[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    query = """
        select database, table, name, type from system.columns
        where database in {databases:Array(String)} and not startsWith(table, 'stg_runs__')
        order by database, table, position
    """
    for database, table, name, kind in client.query(query, {"databases": databases}).result_rows:
        columns = found.setdefault((database, table), [])
        if not _is_plumbing(name):
            columns.append((name, kind))
    return found


def _is_plumbing(column: str) -> bool:
    return column.startswith("_") or column.endswith("_loaded_at") or column.endswith(_RUN_IDS)


def _content_hash(client: Client, database: str, table: str, columns: list[tuple[str, str]]) -> str:
    row = "sipHash64(tuple(" + ", ".join(comparable(name, kind) for name, kind in columns) + "))"
    # Sums, because rows that occur twice would cancel each other out of an exclusive or.
    query = f"select count(), sum({row}), sum(cityHash64({row})) from `{database}`.`{table}`"
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
