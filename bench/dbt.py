"""What the warehouse costs: full and incremental runs of the dbt project, its tests, and the views people wait for.

`python -m bench.dbt [LINES …]` generates a retailer of so many sale lines inside the engine (1 and 10 million), in a
stack of its own that goes away afterwards. Bare is the same compiled SQL without dbt, one statement after the other.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from clickhouse_connect.driver.client import Client

from bench import layout
from bench._retailer import Retailer, add_hour, fill
from bench._stack import own_stack
from cli.programs import run_dbt
from contracts.settings import PROJECT, Settings
from warehouse.client import connect
from warehouse.create_tables import create_tables

SIZES = (1_000_000, 10_000_000)
READS = 20
VIEWS = (
    "realtime_dashboard",
    "active_alerts",
    "ml_model_performance",
    "inventory_turnover_analysis",
    "customer_behavior_analysis",
    "seasonal_patterns",
    "store_comparison",
    "category_performance",
)


class Statement(NamedTuple):
    """Of a model: its relation, the query, the columns it gives and the settings it needs."""

    relation: str
    query: str
    columns: tuple[str, ...]
    settings: dict[str, object]


def main() -> None:
    """Measure each size and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", nargs="*", type=int, default=SIZES)
    parser.add_argument("--slowest", type=int, default=8, help="how many models to name")
    options = parser.parse_args()
    increments = {lines: measure(lines, options.slowest) for lines in options.lines}
    if len(increments) > 1:
        smallest, largest = min(increments), max(increments)
        ratio = increments[largest] / increments[smallest]
        print(f"\nthe increment at {largest:,} lines takes {ratio:.2f} times that at {smallest:,}")


def measure(lines: int, slowest: int) -> float:
    """Everything at one size; seconds of the increment."""
    retailer = Retailer(lines)
    print(f"\n{lines:,} sale lines, {retailer.stores} stores", flush=True)
    with own_stack() as settings:
        client = connect(settings)
        create_tables(client)
        seconds = timed(lambda: fill(client, retailer))
        print(f"{seconds:9.1f} s  generating {events_of(settings):,} events into raw", flush=True)
        dbt(settings, "seed")
        dbt(settings, "run", "--full-refresh", title="full run", slowest=slowest)
        statements = list(statements_of_last_run(settings))
        dbt(settings, "test", "--exclude-resource-type", "unit_test", title="data tests")
        dbt(settings, "run", title="run without news")
        add_hour(client, retailer, 0)
        increment = dbt(settings, "run", title=f"run after an hour ({retailer.lines_per_hour} lines)", slowest=slowest)
        read_views(settings)
        print(f"{run_bare(client, statements):9.1f} s  the statements of the full run bare", flush=True)
        layout.compare(client)
        return increment


def dbt(settings: Settings, *arguments: str, title: str = "", slowest: int = 0) -> float:
    """Run dbt; print its time, beside that of its statements alone, and the slowest models."""
    started = time.perf_counter()
    code = run_dbt(settings, ["--quiet", *arguments])
    seconds = time.perf_counter() - started
    if code:
        sys.exit(f"dbt {' '.join(arguments)} ended with code {code}")
    if title:
        results = json.loads(Path(settings.home, "dbt", "target", "run_results.json").read_text())["results"]
        bare = sum(result["execution_time"] for result in results)
        peak = connect(settings).command(
            "select formatReadableSize(max(memory_usage)) from system.query_log where type = 'QueryFinish'"
            f" and event_time > now() - {int(seconds) + 1}"
        )
        print(f"{seconds:9.1f} s  {title}; models one after the other {bare:.1f} s, largest query {peak}", flush=True)
        for result in sorted(results, key=lambda result: -result["execution_time"])[:slowest]:
            print(f"{result['execution_time']:13.2f} s  {result['unique_id'].split('.')[-1]}")
    return seconds


def statements_of_last_run(settings: Settings) -> Iterator[Statement]:
    """What each model of it inserted."""
    target = Path(settings.home, "dbt", "target")
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    profile = yaml.safe_load((PROJECT / "dbt_project" / "profiles.yml").read_text())["retail"]["outputs"]["warehouse"]
    for result in results:
        node = nodes.get(result["unique_id"], {})
        if node.get("resource_type") != "model" or node["config"]["materialized"] == "view":
            continue
        settings_of_model = profile["custom_settings"] | node["config"].get("query_settings", {})
        yield Statement(result["relation_name"], result["compiled_code"], tuple(node["columns"]), settings_of_model)


def run_bare(client: Client, statements: Iterable[Statement]) -> float:
    """Seconds that the statements take without dbt, one after the other, each written to a table of its own."""
    seconds = 0.0
    for statement in statements:
        table = f"{statement.relation[:-1]}__bare`"
        client.command(f"create or replace table {table} as {statement.relation}")
        columns = ", ".join(f"`{name}`" for name in statement.columns)
        insert = f"insert into {table} ({columns}) select {columns} from (\n{statement.query}\n)"
        seconds += timed(lambda insert=insert, of=statement: client.command(insert, settings=of.settings))
        client.command(f"drop table {table} sync")
    return seconds


def read_views(settings: Settings) -> None:
    """p50 and p95 of each analytical view, read whole by the reader."""
    reader = connect(settings, "reader")
    for view in VIEWS:
        seconds = sorted(
            timed(lambda view=view: reader.query_arrow(f"select * from reporting.{view}")) for _ in range(READS)
        )
        p50, p95 = seconds[READS // 2] * 1000, seconds[int(READS * 0.95)] * 1000
        print(f"{p50:9.0f} ms p50 {p95:7.0f} ms p95  {view}", flush=True)


def events_of(settings: Settings) -> int:
    """Rows of the raw tables."""
    query = "select sum(total_rows) from system.tables where database = 'raw' and startsWith(name, 'raw_')"
    return int(connect(settings).command(query))


def timed(work: object) -> float:
    """Seconds it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
