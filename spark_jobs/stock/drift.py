"""How far the stock of the stream had drifted from a seed: counted at every reconcile pass."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from clickhouse_connect.driver.client import Client

from contracts.tables import REALTIME_STOCK, STOCK_DRIFT
from spark_jobs.stock.rows import Line
from spark_jobs.stock.seed import Seed

EXAMPLES = 5
Pair = tuple[str, str, str]  # source, location, product

WRITTEN = f"""
SELECT toString(source), toString(store_id), toString(product_id), toInt64(units_on_hand * 1000)
FROM (SELECT * FROM {REALTIME_STOCK} ORDER BY written_at DESC LIMIT 1 BY source, store_id, product_id)"""  # noqa: S608  names are ours


def written_stock(client: Client) -> dict[Pair, int]:
    """What the stream last said is on hand, in thousandths."""
    return {(source, store, product): units for source, store, product, units in client.query(WRITTEN).result_rows}


def drift_lines(told: dict[Pair, int], seed: Seed, passed_at: datetime) -> list[Line]:
    """A line per source: pairs compared, pairs and units that differ, and the worst of them.

    A pair that only one of both knows counts as compared and, unless it is empty, as drifted.
    """
    known = {(source, location, product): stock.book for source, location, product, stock in seed.stocks()}
    sources = {source for source, _, _ in known}
    by_source: dict[str, dict[Pair, int]] = defaultdict(dict)
    for pair in {pair for pair in told if pair[0] in sources} | set(known):
        by_source[pair[0]][pair] = told.get(pair, 0) - known.get(pair, 0)
    return [
        (STOCK_DRIFT, _line(source, seed.build, passed_at, differences))
        for source, differences in sorted(by_source.items())
    ]


def _line(source: str, build: str, passed_at: datetime, differences: dict[Pair, int]) -> str:
    drifted = {pair: units for pair, units in differences.items() if units}
    worst = sorted(drifted, key=lambda pair: (-abs(drifted[pair]), pair))[:EXAMPLES]
    return json.dumps(
        {
            "source": source,
            "passed_at": f"{passed_at:%F %T.%f}"[:-3],
            "build": build,
            "pairs": len(differences),
            "drifted_pairs": len(drifted),
            "drifted_units": _units(sum(abs(units) for units in drifted.values())),
            "examples": _examples((pair, drifted[pair]) for pair in worst),
        }
    )


def _examples(drifted: Iterable[tuple[Pair, int]]) -> str:
    return ", ".join(f"{location} {product} {units / 1000:+g}" for (_, location, product), units in drifted)


def _units(thousandths: int) -> str:
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"
