"""A retailer made inside the engine, straight into raw: as many sale lines as one likes, at the engine's own speed.

Stores grow with the lines, so that a store and product sell about two lines in three days at every size; each week
goods are ordered, received and closed, each quarter counted. Everything is a hash of its number: the same every time.
"""

from dataclasses import dataclass
from pathlib import Path

from clickhouse_connect.driver.client import Client

from contracts.events import CATALOG, INVENTORY, SALES
from contracts.tables import RAW_TABLES

DAYS = 730
PRODUCTS = 1000
LINES_PER_PAIR_AND_DAY = 0.685
PARTITIONS = 4
LINES_PER_INSERT = 250_000  # the engine of a laptop gives a statement 2 GB
_STATEMENTS = Path(__file__).parent / "retailer"
_SMALL_BLOCKS = {
    "max_block_size": 65_536,
    "min_insert_block_size_rows": 200_000,
    "min_insert_block_size_bytes": 64 << 20,
}
_AFTER_HISTORY = f"toDateTime('2024-11-01 08:00:00', 'UTC') + {DAYS} * 86400"


@dataclass(frozen=True)
class Retailer:
    """`lines` sale lines over two years."""

    lines: int

    @property
    def stores(self) -> int:
        """Stores it takes."""
        return max(1, round(self.lines / (DAYS * PRODUCTS * LINES_PER_PAIR_AND_DAY)))

    @property
    def lines_per_hour(self) -> int:
        """Of a day of twelve hours."""
        return max(100, round(self.lines / DAYS / 12))


def fill(client: Client, retailer: Retailer) -> None:
    """Two years of events."""
    for name in ("locations", "products", "terms", "prices", "assortment", "promotions"):
        _insert(client, CATALOG, retailer, name)
    _insert(client, INVENTORY, retailer, "opening_balances")
    for step, event_type, later in (
        ("q", "purchase_order_placed", 0),
        ("g", "receipt", 3),
        ("e", "purchase_order_closed", 3),
    ):
        order = {"step": step, "event_type": event_type, "days_later": later, "weeks": DAYS // 7 - 1}
        _insert(client, INVENTORY, retailer, "orders", seconds_later=60 * (step == "e"), **order)
    _insert(client, INVENTORY, retailer, "counts")
    at = f"toDateTime('2024-11-01 08:00:00', 'UTC') + 86400 * intDiv(number * {DAYS}, {retailer.lines})"
    at += " + cityHash64('time', intDiv(number, 4)) % 43200"
    for first in range(0, retailer.lines, LINES_PER_INSERT):
        count = min(LINES_PER_INSERT, retailer.lines - first)
        _insert(client, SALES, retailer, "sales", at=at, first=first, count=count)
    _insert(client, SALES, retailer, "days_closed")


def add_hour(client: Client, retailer: Retailer, hour: int) -> None:
    """One hour of new sales after the history, one line in a hundred up to 14 days late."""
    count = retailer.lines_per_hour
    late = "if(number % 100 = 0, 86400 * (1 + cityHash64('late', number) % 14), 0)"
    at = f"{_AFTER_HISTORY} + 3600 * {hour} + intDiv(number, 4) % 3600 - {late}"
    _insert(client, SALES, retailer, "sales", at=at, first=retailer.lines + hour * count, count=count)


def _insert(client: Client, topic: str, retailer: Retailer, name: str, **more: object) -> None:
    values = {"stores": retailer.stores, "products": PRODUCTS, "days": DAYS, **more}
    events = (_STATEMENTS / f"{name}.sql").read_text().format(**values)
    table = RAW_TABLES[topic]
    first = int(client.command(f"select count() from {table}"))
    client.command(
        f"insert into {table} (_topic, _partition, _offset, _kafka_timestamp, payload)"
        f" select '{topic}', number % {PARTITIONS}, {first} + intDiv(number, {PARTITIONS}), at + 5, payload"
        f" from (select rowNumberInAllBlocks() as number, at, payload from ({events}))",
        settings=_SMALL_BLOCKS,
    )
