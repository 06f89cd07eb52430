"""Writes the advised stock levels of a source into a file: `./retail simulate --policy FILE` orders by it.

python -m spark_jobs.export_policies FILE [--source NAME] [--made-date DATE] [--from-date DATE]
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from clickhouse_connect.driver.client import Client
from rich.console import Console

from contracts.policy_file import PolicyLevel, write_policy_file
from contracts.problems import Problem
from contracts.settings import load_settings
from contracts.tables import RECOMMENDATIONS
from warehouse.client import connect

_ADVISE = "./retail policies makes some."


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    options, console = _options(arguments), Console(stderr=True, highlight=False)
    try:
        levels = read_levels(connect(load_settings(), "reader"), options.source, options.made_date)
        if options.from_date:
            levels = [level._replace(from_date=options.from_date) for level in levels]
        count = write_policy_file(options.file, levels)
    except Problem as problem:
        console.print(str(problem), style="red", soft_wrap=True)
        return 1
    console.print(f"{count} levels, made of {levels[0].made_date}, written to {options.file}.", style="dim")
    return 0


def read_levels(client: Client, source: str, made_date: date | None) -> list[PolicyLevel]:
    """The levels of a day, or of the last one on which there are any. Raises Problem."""
    sources = [row[0] for row in client.query(f"SELECT DISTINCT source FROM {RECOMMENDATIONS} ORDER BY 1").result_rows]  # noqa: S608 - a name of ours
    if not sources or (source and source not in sources):
        raise Problem("There is no advice" + (f" for {source}." if source else "."), _ADVISE)
    if not source and len(sources) > 1:
        raise Problem(f"There is advice for several sources: {', '.join(sources)}.", "Name one with --source.")
    last = f"(SELECT max(made_date) FROM {RECOMMENDATIONS} WHERE source = {{source:String}})"  # noqa: S608 - ours
    day = "{day:Date32}" if made_date else last
    rows = client.query(
        f"""
        SELECT made_date, store_id, product_id, toFloat64(reorder_point_units), toFloat64(order_up_to_units)
        FROM {RECOMMENDATIONS} FINAL
        WHERE source = {{source:String}} AND made_date = {day}
        ORDER BY store_id, product_id
        """,  # noqa: S608 - names of ours
        {"source": source or sources[0], "day": made_date},
    ).result_rows
    if not rows:
        raise Problem(f"There is no advice made of {made_date}.", _ADVISE)
    return [PolicyLevel(made, made + timedelta(days=1), *rest) for made, *rest in rows]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="policies export", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path, help="CSV to write")
    parser.add_argument("--source", default="", help="of the warehouse (default: the one there is)")
    parser.add_argument("--made-date", type=date.fromisoformat, help="day of the advice (default: the last one)")
    begins = "first evening they count (default: the day after they were made)"
    parser.add_argument("--from-date", type=date.fromisoformat, help=begins)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
