"""A chain that is open now: its catalogue, and tickets of two or three lines, made ahead, stamped when they leave."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.events import SALES, SCHEMA_VERSION, Event, Location, OpeningBalance, Product
from contracts.verdict import verdict

SOURCE = "bench"
STORES, PRODUCTS, CATEGORIES, REGISTERS = 20, 200, 10, 4
TICKETS = 5_000  # made ahead; then they are used again, under other numbers
_OPENING_UNITS = "1000000"

Facts = tuple[type[Event], dict[str, str]]
Record = tuple[str, bytes, bytes]  # topic, key, value


def catalogue(since: datetime) -> Iterator[Record]:
    """Stores, products in categories, and more of each product in each store than will be sold."""
    for number, (model, fields) in enumerate((*_stores(since), *_products(since), *_opening_balances())):
        envelope = {"event_id": f"c-{number}", "event_type": model.event, "schema_version": SCHEMA_VERSION}
        event = model.model_validate({**envelope, "event_time": _instant(since), "source": SOURCE, **fields})
        yield event.topic, event.key.encode(), event.json_bytes()


def _stores(since: datetime) -> Iterator[Facts]:
    kept = {"valid_from": _instant(since), "location_type": "store", "time_zone": "UTC", "currency": "EUR"}
    for number in range(STORES):
        yield Location, {"location_id": f"S{number:02d}", "location_name": f"Store {number}", **kept}


def _products(since: datetime) -> Iterator[Facts]:
    kept = {"valid_from": _instant(since), "line_type": "merchandise", "status": "active"}
    for number in range(PRODUCTS):
        category = f"Category {number % CATEGORIES}"
        yield Product, {"product_id": f"P{number:04d}", "product_name": f"No. {number}", "category": category, **kept}


def _opening_balances() -> Iterator[Facts]:
    for store, product in itertools.product(range(STORES), range(PRODUCTS)):
        place = {"location_id": f"S{store:02d}", "product_id": f"P{product:04d}"}
        yield OpeningBalance, {**place, "quantity": _OPENING_UNITS}


@dataclass(frozen=True)
class Line:
    """One line of a ticket; ticket number, instant and day are still to be filled in."""

    key: bytes
    template: bytes

    def stamped(self, ticket: bytes, instant: bytes) -> tuple[bytes, bytes]:
        """Key and value as they leave; `instant` as `instant_of` gives it."""
        return self.key % ticket, self.template % (ticket, instant, instant[:10], ticket)


def tickets(seed: int = 1) -> list[list[Line]]:
    """Tickets of two or three lines of many stores and products."""
    chance = random.Random(seed)
    made = [list(_ticket(chance)) for _ in range(TICKETS)]
    _, value = made[0][0].stamped(b"1", instant_of(datetime.now(UTC)))
    assert verdict(SALES, value) == "", "the benchmark's events must be valid"  # noqa: S101
    return made


def _ticket(chance: random.Random) -> Iterator[Line]:
    store, register = f"S{chance.randrange(STORES):02d}", f"R{chance.randrange(REGISTERS)}"
    payment = chance.choice(("card", "cash", "mobile"))
    for line in range(1, chance.choice((2, 3, 3)) + 1):
        price = chance.randrange(50, 2000)
        yield Line(
            f"{store}:%b".encode(),
            (
                f'{{"event_id":"s-%b-{line}","event_type":"sale","schema_version":{SCHEMA_VERSION},'
                f'"event_time":"%b","source":"{SOURCE}","store_id":"{store}","business_date":"%b",'
                f'"transaction_id":"%b","line_number":{line},"register_id":"{register}",'
                f'"product_id":"P{chance.randrange(PRODUCTS):04d}","line_type":"merchandise",'
                f'"quantity":"{chance.randrange(1, 4)}","unit_price":"{price / 100:.2f}","discount_amount":"0.00",'
                f'"tax_amount":"{price / 600:.2f}","currency":"EUR","payment_method":"{payment}","channel":"store"}}'
            ).encode(),
        )


def instant_of(at: datetime) -> bytes:
    """An event time as events carry it."""
    return _instant(at).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
