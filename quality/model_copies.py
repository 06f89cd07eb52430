"""Copies of what the models say, so that two builds of the same models can be held against each other, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from contracts.tables import MONITORING
from quality.content_hash import LAYERS, content_hashes, model_columns
from warehouse.content_hash import Columns, comparable
from warehouse.keeping_tables import KEEPING_TABLES
from warehouse.quality_tables import QUALITY_TABLES
from warehouse.stream_tables import STREAM_TABLES

KEPT = {*STREAM_TABLES, *QUALITY_TABLES}  # that programs write
LEFT_ALONE = {*KEEPING_TABLES}  # where messages are, and whom they must not name
_SHOWN = 4  # columns that name the example


@dataclass(frozen=True)
class ModelDifference:
    """A model of which two builds say different things."""

    model: str
    columns: tuple[str, ...]  # whose values differ; empty where only their combinations do
    rows_of_one: int  # that the other build does not have
    rows_of_other: int
    example: str

    def __str__(self) -> str:
        columns = ", ".join(self.columns) or "the same values, otherwise combined"
        rows = f"{self.rows_of_one:,} rows only in the one, {self.rows_of_other:,} only in the other"
        return f"{self.model} ({columns}): {rows}; {self.example}"


def keep_models(client: Client, prefix: str) -> None:
    """Copy every model that counts into databases of that prefix; what was kept there before is gone."""
    drop_databases(client, prefix)
    for layer, table in model_columns(client):
        client.command(f"CREATE DATABASE IF NOT EXISTS `{prefix}{layer}`")
        kept = f"`{prefix}{layer}`.`{table}`"
        client.command(f"CREATE TABLE {kept} ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM `{layer}`.`{table}`")


def drop_models(client: Client) -> None:
    """Leave no model, nor what dbt noted about its runs; tables that programs write are emptied, but for the lists of
    what is archived and who was erased.
    """
    for database in (*LAYERS, MONITORING):
        query = "SELECT name FROM system.tables WHERE database = {database:String}"
        for (table,) in client.query(query, {"database": database}).result_rows:
            if f"{database}.{table}" not in LEFT_ALONE:
                verb = "TRUNCATE" if f"{database}.{table}" in KEPT else "DROP"
                client.command(f"{verb} TABLE IF EXISTS `{database}`.`{table}` SYNC")


def drop_databases(client: Client, prefix: str) -> None:
    """Drop the copies."""
    for layer in LAYERS:
        client.command(f"DROP DATABASE IF EXISTS `{prefix}{layer}` SYNC")


def model_differences(
    client: Client, one: str, other: str, where: Mapping[str, str] | None = None
) -> list[ModelDifference]:
    """Models of which the copies `one` and `other` differ by content hash; `where` as for `content_hashes`."""
    hashes = content_hashes(client, one, where=where), content_hashes(client, other, where=where)
    models = sorted(hashes[0].keys() | hashes[1].keys())
    return [
        _explained(client, model, one, other, (where or {}).get(model, "true"))
        for model in models
        if hashes[0].get(model) != hashes[1].get(model)
    ]


def _explained(client: Client, model: str, one: str, other: str, condition: str) -> ModelDifference:
    layer, table = model.split(".")
    columns = [model_columns(client, prefix, (layer,)).get((layer, table)) for prefix in (one, other)]
    if not columns[0] or not columns[1]:
        missing = "the one" if not columns[0] else "the other"
        return ModelDifference(model, (), 0, 0, f"the model is not there in {missing}")
    shared = [column for column in columns[0] if column in columns[1]]
    both = _both(model, shared, one, other, condition)
    differing = _differing(client, both, shared)
    rows = client.query(
        f"select sum(greatest(n, 0)), sum(greatest(-n, 0)) from ({_odd_rows(both, shared)})"
    ).result_rows
    return ModelDifference(model, differing, *map(int, rows[0]), _example(client, both, shared, differing))


def _both(model: str, columns: Columns, one: str, other: str, condition: str) -> str:
    """Rows of both copies as text, `side` 1 for those of the one and -1 for those of the other."""
    texts = ", ".join(f"{comparable(name, kind)} as c{index}" for index, (name, kind) in enumerate(columns))
    layer, table = model.split(".")
    sides = ((one, 1), (other, -1))
    return " union all ".join(
        f"select {texts}, toInt64({side}) as side from `{prefix}{layer}`.`{table}` where {condition}"
        for prefix, side in sides
    )


def _differing(client: Client, both: str, columns: Columns) -> tuple[str, ...]:
    sums = ", ".join(f"sum(side * toInt64(sipHash64(tuple(c{index})) % 1000000007))" for index in range(len(columns)))
    found = client.query(f"select {sums} from ({both})").result_rows[0]
    return tuple(name for (name, _), balance in zip(columns, found, strict=True) if balance)


def _odd_rows(both: str, columns: Columns) -> str:
    """Rows that one side has more often; `n` is how much more often the one has them."""
    names = ", ".join(f"c{index}" for index in range(len(columns)))
    return f"select {names}, sum(side) as n from ({both}) group by {names} having n != 0"


def _example(client: Client, both: str, columns: Columns, differing: tuple[str, ...]) -> str:
    """A row of each side that agree in what does not differ; or one of either side."""
    names = [name for name, _ in columns]
    same = [index for index, name in enumerate(names) if name not in differing][:_SHOWN]
    changed = [index for index, name in enumerate(names) if name in differing] or list(range(len(names)))
    key, values = _tuple(same), _tuple(changed)
    [(shown, of_one, of_other, has_one, has_other)] = client.query(
        f"select {key} as shown, argMax({values}, n), argMin({values}, n), max(n) > 0, min(n) < 0"
        f" from ({_odd_rows(both, columns)}) group by shown order by max(n) > 0 and min(n) < 0 desc, shown limit 1"
    ).result_rows
    where = ", ".join(f"{names[index]} {value}" for index, value in zip(same, shown, strict=False))
    told = [
        _told(names, changed, values) if there else "no such row"
        for values, there in ((of_one, has_one), (of_other, has_other))
    ]
    return f"for example {where}: {told[0]} in the one, {told[1]} in the other"


def _tuple(indexes: list[int]) -> str:
    return f"tuple({', '.join(f'c{index}' for index in indexes)})"


def _told(names: list[str], changed: list[int], values: tuple) -> str:
    return ", ".join(f"{names[index]} {value}" for index, value in list(zip(changed, values, strict=False))[:_SHOWN])
