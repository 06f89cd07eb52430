"""The state to begin with: what the last build of the warehouse knew, and the events that raw has since.

Nothing is judged on the way; alerts that are open come back from their table. Whatever was lost or has drifted, the
answer is a new seed.
"""

import pickle
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.events import INVENTORY, SALES
from contracts.problems import Problem
from spark_jobs.stock import seed_queries as queries
from spark_jobs.stock.columns import SHELVES
from spark_jobs.stock.events import StockEvent
from spark_jobs.stock.ledger import day_end, replay, settle
from spark_jobs.stock.state import Episode, OrderLine, Shelf, Stock, Terms

TOPICS = (SALES, INVENTORY)
ALIVE = timedelta(hours=48)  # a source whose last event is older than that behind the newest is not live
WAIT_MS = 120_000  # the newest events may still be overtaken
Offsets = dict[str, dict[int, int]]  # by topic and partition: the offset after the last
Key = tuple[str, str, int]  # source, location, shelf
Elsewhere = dict[tuple[str, str], list[str]]  # by source and store: other locations that its goods leave from


class NotReadyError(Problem):
    """The warehouse is in the middle of something; a moment later it is not."""


@dataclass
class Seed:
    """Shelves by key, as of `offsets`."""

    offsets: Offsets
    build: str  # the run of dbt it stands on, '' if none
    shelves: dict[Key, Shelf] = field(default_factory=dict)
    places: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)  # up to when it is built, time zone

    def shelf(self, key: Key) -> Shelf:
        """The shelf of a key, new if there is none."""
        frontier, zone = self.places.get(key[:2], (0, "UTC"))
        return self.shelves.setdefault(key, Shelf(frontier=frontier, zone=zone))

    def stock(self, source: str, location_id: str, product_id: str) -> Stock:
        """The pair's stock, new if there is none."""
        return self.shelf((source, location_id, shelf_of(product_id))).stocks.setdefault(product_id, Stock())

    def stocks(self) -> Iterator[tuple[str, str, str, Stock]]:
        """Every tracked pair."""
        for (source, location_id, _), shelf in self.shelves.items():
            for product_id, stock in shelf.stocks.items():
                if stock.is_tracked:
                    yield source, location_id, product_id, stock

    def frontier(self, source: str, location_id: str) -> int:
        """Up to when the location's stock has been applied."""
        return max(shelf.frontier for key, shelf in self.shelves.items() if key[:2] == (source, location_id))

    def rows(self) -> list[tuple[str, str, int, bytes]]:
        """Key and state, as the operator keeps it."""
        return [(*key, pickle.dumps(shelf, pickle.HIGHEST_PROTOCOL)) for key, shelf in self.shelves.items()]


def shelf_of(product_id: str) -> int:
    """The part of its location's range that a product belongs to; Spark's `pmod(crc32(…))`."""
    return zlib.crc32(product_id.encode()) % SHELVES


def raw_ends(client: Client) -> Offsets:
    """How far raw has come."""
    ends: Offsets = {topic: {} for topic in TOPICS}
    for topic, partition, end in client.query(queries.RAW_ENDS).result_rows:
        ends[topic][partition] = end
    return ends


def built_ends(client: Client) -> Offsets:
    """How far the last build has come; empty if there is none. Raises NotReadyError in the middle of one."""
    ends: Offsets = {topic: {} for topic in TOPICS}
    if not _exists(client, "staging", "stg_events__inventory_messages"):
        return ends
    for topic, partition, end, staged, valid in client.query(queries.BUILT_ENDS).result_rows:
        if staged < valid:
            raise NotReadyError("A build of the warehouse is under way.", "Wait until it has finished.")
        ends[topic][partition] = end
    return ends


def last_build(client: Client) -> str:
    """The id of the last finished run of dbt, '' if there is none."""
    if not _exists(client, "monitoring", "dbt_invocations"):
        return ""
    return client.query(queries.LAST_BUILD).result_rows[0][0]


def fulfilled_elsewhere(client: Client) -> Elsewhere:
    """Where goods sold at a store leave from, besides the store."""
    found: Elsewhere = defaultdict(list)
    for source, store_id, location_id in client.query(queries.ELSEWHERE).result_rows:
        found[source, store_id].append(location_id)
    return dict(found)


def seed(client: Client, offsets: Offsets) -> Seed:
    """The state as of these offsets, which raw and the last build must not be short of and beyond. Raises Problem."""
    built, build = built_ends(client), last_build(client)
    found = Seed(offsets, build)
    alive = {source for (source,) in client.query(queries.ALIVE, {"hours": ALIVE // timedelta(hours=1)}).result_rows}
    if any(built.values()) and _exists(client, "core", "fact_inventory"):
        _take_build(client, found, alive)
    _take_tail(client, found, alive, built)
    _take_episodes(client, found)
    if last_build(client) != build:
        raise NotReadyError("A build of the warehouse has just finished.", "Try again.")
    return found


def _take_build(client: Client, found: Seed, alive: set[str]) -> None:
    sources = {"sources": sorted(alive)}
    for row in _rows(client, queries.PLACES, sources):
        found.places[row["source"], row["location_id"]] = (row["as_of"], row["time_zone"])
    for row in _rows(client, queries.STOCK, sources):
        _take_stock(found.stock(row["source"], row["location_id"], row["product_id"]), row)
    for row in _rows(client, queries.ORDERS, sources):
        zone = found.places[row["source"], row["location_id"]][1]
        stock = found.stock(row["source"], row["location_id"], row["product_id"])
        stock.orders[row["order_line"]] = OrderLine(
            row["ordered"], row["cancelled"], row["received"], day_end(row["promised"], zone), row["touched"]
        )
    if not _exists(client, "kpi", "mart_replenishment"):
        return
    for row in _rows(client, queries.TERMS, sources):
        stock = found.stock(row.pop("source"), row.pop("location_id"), row.pop("product_id"))
        stock.terms = Terms(**row, is_known=True)


def _take_stock(stock: Stock, row: dict[str, Any]) -> None:
    stock.is_tracked = True
    stock.on_hand, stock.counted_at, stock.moved_at = row["on_hand"], row["counted_at"], row["moved_at"]
    stock.silent_since = max(row["silent_since"], row["counted_at"])
    stock.usual_size = row["usual_size"] or stock.usual_size
    stock.days = {day: [left, closing] for day, left, closing in row["days"]}
    stock.recent = {
        event_id: StockEvent(at, kind, units, event_id, "", document)
        for at, kind, units, event_id, document in row["recent"]
    }


def _take_tail(client: Client, found: Seed, alive: set[str], built: Offsets) -> None:
    """Events after the build, shelf by shelf and in their order."""
    events: dict[Key, list[tuple[str, StockEvent]]] = defaultdict(list)
    latest: dict[str, int] = defaultdict(int)
    elsewhere = fulfilled_elsewhere(client)
    for topic in TOPICS:
        query = queries.tail(topic, built[topic], found.offsets[topic])
        for source, location_id, product_id, *fields in client.query(query).result_rows:
            event = StockEvent(*fields)
            latest[source] = max(latest[source], event.at)
            if product_id:
                events[source, location_id, shelf_of(product_id)].append((product_id, event))
                continue
            for place in (location_id, *elsewhere.get((source, location_id), ())):
                for shelf in range(SHELVES):
                    events[source, place, shelf].append((product_id, event))
    for key, some in events.items():
        if key[0] in alive:
            some.sort(key=lambda each: each[1].at)
            replay(found.shelf(key), some)
    for (source, _, _), shelf in found.shelves.items():
        settle(shelf, max(shelf.frontier, latest[source] - WAIT_MS))


def _take_episodes(client: Client, found: Seed) -> None:
    for row in client.query(queries.EPISODES).named_results():
        key = (row["source"], row["location_id"], shelf_of(row["product_id"]))
        if key in found.shelves and row["product_id"] in found.shelves[key].stocks:
            stock = found.shelves[key].stocks[row["product_id"]]
            stock.episodes[row["cause"]] = Episode(row["opened_at"], row["severity"], row["money"])


def _rows(client: Client, query: str, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return client.query(query, parameters, settings={"join_use_nulls": 1}).named_results()


def _exists(client: Client, database: str, table: str) -> bool:
    return bool(client.command(f"EXISTS TABLE {database}.{table}"))
