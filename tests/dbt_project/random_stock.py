"""Random worlds of stock: two places, two products, four days; goods come, move, break, sell, are counted."""

import random
from datetime import timedelta
from decimal import Decimal

from contracts.events import (
    Adjustment,
    Assortment,
    Damage,
    Event,
    OpeningBalance,
    PurchaseOrderCancelled,
    PurchaseOrderClosed,
    PurchaseOrderPlaced,
    Receipt,
    StockCount,
    TransferIn,
    TransferOut,
)
from tests.dbt_project.raw_log import Message, RawLog
from tests.dbt_project.shop import DAY, NOON, cost, days, location, moved, product, returned, sale, void

DAYS = 4
PLACES = ("s1", "s2")


def random_stock_log(worlds: int, messages: int, seed: int) -> list[Message]:
    """Messages of `worlds` sources, `messages` each, in order of arrival."""
    rng = random.Random(seed)
    log = RawLog()
    said: dict[str, list[Event]] = {f"world-{number:03}": [] for number in range(worlds)}
    sent = []
    for _ in range(messages):
        for source, events in said.items():
            events.append(_next_event(rng, source, events))
            sent.append(log.append(events[-1], partition=rng.randrange(2)))
    return sent


def _next_event(rng: random.Random, source: str, said: list[Event]) -> Event:
    if said and rng.random() < 0.15:
        again = rng.choice(said)
        return again if rng.random() < 0.5 else again.model_copy(update={"event_id": f"e{len(said)}"})
    corrects = f"e{rng.randrange(len(said) + 1)}" if rng.random() < 0.15 else None
    names = {"source": source, "event_id": f"e{len(said)}", "corrects_event_id": corrects}
    return rng.choice(_KINDS)(rng, names)


def _instant(rng: random.Random) -> dict[str, object]:
    """Around noon or midnight, so that days are crossed and instants coincide."""
    hours = rng.choice([0, 0, 1, 11, 12, -12])
    return {"event_time": NOON + days(rng.randrange(DAYS)) + timedelta(hours=hours)}


def _goods(rng: random.Random) -> dict[str, object]:
    return {
        "location_id": rng.choice(PLACES),
        "product_id": rng.choice(["p1", "p2"]),
        "quantity": rng.choice([1, 2, 5]),
    } | _instant(rng)


def _order(rng: random.Random) -> dict[str, object]:
    return {"purchase_order_id": rng.choice(["o1", "o2"]), "purchase_order_line": 1}


def _receipt(rng: random.Random, names: dict) -> Event:
    order = _order(rng) if rng.random() < 0.5 else {}
    return moved(Receipt, **names, **_goods(rng), **order, unit_cost=Decimal(3))


def _opening(rng: random.Random, names: dict) -> Event:
    return moved(OpeningBalance, **names, **_goods(rng))


def _transfer(rng: random.Random, names: dict) -> Event:
    goods, kind = _goods(rng), rng.choice([TransferOut, TransferIn])
    there = {"transfer_id": rng.choice(["x1", "x2"]), "counterpart_location_id": rng.choice(PLACES)}
    return moved(kind, **names, **goods, **there, **(_order(rng) if rng.random() < 0.5 else {}))


def _damage(rng: random.Random, names: dict) -> Event:
    return moved(Damage, **names, **_goods(rng))


def _adjustment(rng: random.Random, names: dict) -> Event:
    return moved(Adjustment, **names, **(_goods(rng) | {"quantity": rng.choice([-2, 1])}), reason="found")


def _count(rng: random.Random, names: dict) -> Event:
    goods = _goods(rng) | {"quantity": rng.choice([0, 1, 3])}
    counted = {"count_id": rng.choice(["c1", "c2", "c3"]), "scope": "cycle", "counted_at": goods["event_time"]}
    return moved(StockCount, **names, **goods, **counted)


def _order_step(rng: random.Random, names: dict) -> Event:
    goods = _goods(rng) | _order(rng) | {"supply_source_id": rng.choice(["v1", "s2"])}
    kind = rng.choice([PurchaseOrderPlaced, PurchaseOrderPlaced, PurchaseOrderCancelled, PurchaseOrderClosed])
    terms = {"pack_size": 1, "unit_cost": Decimal(3), "promised_date": DAY + days(2)}
    return moved(kind, **names, **goods, **(terms if kind is PurchaseOrderPlaced else {}))


def _line(rng: random.Random) -> dict[str, object]:
    instant = _instant(rng)
    return instant | {
        "store_id": rng.choice(PLACES),
        "business_date": (instant["event_time"] - timedelta(hours=rng.choice([0, 3]))).date(),
        "transaction_id": rng.choice(["t1", "t2", "t3", "t4"]),
        "line_number": rng.choice([1, 2]),
        "product_id": rng.choice(["p1", "p2"]),
    }


def _sale(rng: random.Random, names: dict) -> Event:
    elsewhere = {"fulfilment_location_id": rng.choice(PLACES)} if rng.random() < 0.2 else {}
    return sale(**names, **_line(rng), quantity=rng.choice([1, 2]), **elsewhere)


def _return(rng: random.Random, names: dict) -> Event:
    return returned(**names, **_line(rng), disposition=rng.choice(["resell", "damaged"]))


def _void(rng: random.Random, names: dict) -> Event:
    line = _line(rng)
    return void(**names, **{key: line[key] for key in ("store_id", "transaction_id", "line_number", "event_time")})


def _location(rng: random.Random, names: dict) -> Event:
    hours = rng.choice([{}, {"opens_at": "09:00", "closes_at": "17:00"}, {"opens_at": "18:00", "closes_at": "02:00"}])
    zone = rng.choice(["Europe/London", "Europe/London", "Asia/Tokyo"])
    return location(**names, **_since(rng), **hours, location_id=rng.choice(PLACES), time_zone=zone)


def _assortment(rng: random.Random, names: dict) -> Event:
    ranged = {"location_id": rng.choice(PLACES), "product_id": rng.choice(["p1", "p2"])}
    envelope = {"event_type": "assortment", "schema_version": 1, "event_time": NOON}
    return Assortment(**names, **envelope, **_since(rng), **ranged, is_ranged=rng.random() < 0.7)


def _product(rng: random.Random, names: dict) -> Event:
    launch = rng.choice([None, DAY + days(1)])
    return product(**names, **_since(rng), product_id=rng.choice(["p1", "p2"]), launch_date=launch)


def _cost(rng: random.Random, names: dict) -> Event:
    return cost(**names, **_since(rng), product_id=rng.choice(["p1", "p2"]), unit_cost=Decimal(rng.choice([3, 4])))


def _since(rng: random.Random) -> dict[str, object]:
    return {"valid_from": NOON + timedelta(days=rng.choice([-2, 0, 1, 2]), hours=rng.choice([-12, 0]))}


_KINDS = [
    *(_sale, _sale, _sale, _return, _void, _receipt, _receipt, _receipt, _opening, _transfer, _transfer, _damage),
    *(_adjustment, _count, _count, _order_step, _order_step, _location, _assortment, _product, _cost),
]
