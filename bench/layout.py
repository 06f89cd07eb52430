"""Stock by day: a dense table beside validity intervals that a view expands; size, writing and what people ask.

`python -m bench.layout` reads the `fact_inventory` of the running stack (`./retail demo`) and drops what it made.
`bench dbt --layout` does the same at its sizes.
"""

import argparse
from pathlib import Path
from time import perf_counter

from clickhouse_connect.driver.client import Client

from contracts.settings import load_settings
from warehouse.client import connect

READS = 5
_STATEMENTS = Path(__file__).parent / "layout"
_LAST_DAY = "(select max(date_key) from core.fact_inventory)"
_BEGINS = {"dense": "date_key", "intervals": "valid_from"}  # the day that a row is kept under
_PAIR_DAYS_OF_SLICE = 2_000_000  # written at once: to sort them all takes more memory than a query has
QUESTIONS = {
    "value of stock at the end of a day": f"select sum(closing_value) from {{}} where date_key = {_LAST_DAY} - 30",
    "in-stock rate of a month by store": (
        f"select store_id, 1 - sum(out_of_stock_minutes) / sum(open_minutes) from {{}} where toYYYYMM(date_key)"
        f" = toYYYYMM({_LAST_DAY} - 40) group by store_id order by store_id"
    ),
    "90 days of one pair": (
        f"select date_key, closing_units from {{}} where date_key > {_LAST_DAY} - 90 and (source, store_id, product_id)"
        " = (select source, store_id, product_id from core.fact_inventory limit 1) order by date_key"
    ),
    "average value by month": (
        "select toYYYYMM(date_key) as month, sum(closing_value) / uniqExact(date_key) from {}"
        " group by month order by month"
    ),
}


def main() -> None:
    """Compare over the running stack."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    compare(connect(load_settings()))


def compare(client: Client) -> None:
    """Write both, ask both the same, print. Raises ValueError where they do not answer the same."""
    try:
        _compare(client)
    finally:
        client.command("drop view if exists core.bench_stock_expanded")
        for table in ("dense", "intervals"):
            client.command(f"drop table if exists core.bench_stock_{table} sync")


def _compare(client: Client) -> None:
    for layout in _BEGINS:
        seconds = _write(client, layout)
        rows, size = client.query(
            "select sum(rows), formatReadableSize(sum(bytes_on_disk)) from system.parts"
            f" where active and database = 'core' and table = 'bench_stock_{layout}'"
        ).result_rows[0]
        print(f"{seconds:9.2f} s  writing {layout}: {rows:,} rows, {size}", flush=True)
    client.command((_STATEMENTS / "expanded.sql").read_text())
    for question, query in QUESTIONS.items():
        dense, expanded = (_asked(client, query.format(f"core.bench_stock_{of}")) for of in ("dense", "expanded"))
        if dense[0] != expanded[0]:
            raise ValueError(f"{question}: {dense[0][:3]} is not {expanded[0][:3]}")
        print(f"{dense[1] * 1000:9.0f} ms dense {expanded[1] * 1000:9.0f} ms intervals  {question}", flush=True)


def _write(client: Client, layout: str) -> float:
    """Seconds of the inserts."""
    table, query, begins = f"core.bench_stock_{layout}", (_STATEMENTS / f"{layout}.sql").read_text(), _BEGINS[layout]
    slices = 1 + int(client.command("select count() from core.fact_inventory")) // _PAIR_DAYS_OF_SLICE
    client.command(
        f"create or replace table {table} engine = MergeTree order by (source, store_id, product_id, {begins})"
        f" partition by toYYYYMM({begins}) empty as {query}",
        parameters={"slice": 0, "slices": slices},
    )
    started = perf_counter()
    for number in range(slices):
        client.command(f"insert into {table} {query}", parameters={"slice": number, "slices": slices})
    return perf_counter() - started


def _asked(client: Client, query: str) -> tuple[list, float]:
    """The answer, and the median of its times."""
    runs = [_timed(client, query) for _ in range(READS)]
    return runs[0][0], sorted(seconds for _, seconds in runs)[READS // 2]


def _timed(client: Client, query: str) -> tuple[list, float]:
    started = perf_counter()
    rows = client.query(query, settings={"join_use_nulls": 1}).result_rows
    return list(rows), perf_counter() - started


if __name__ == "__main__":
    main()
