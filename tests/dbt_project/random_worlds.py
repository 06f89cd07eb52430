"""Small random worlds that quarrel about few ids, lines and days: each is a source, many share one log."""

import random
from datetime import timedelta

from contracts.events import Event
from tests.dbt_project.raw_log import Message, RawLog
from tests.dbt_project.shop import DAY, NOON, cost, days, location, product, returned, sale, store_day_closed, void


def random_log(worlds: int, messages: int, seed: int, seconds: int = 1) -> list[Message]:
    """Messages of `worlds` sources, `messages` each, by arrival: with the one before, or `seconds` later."""
    rng = random.Random(seed)
    log = RawLog()
    said: dict[str, list[Event]] = {f"world-{number:03}": [] for number in range(worlds)}
    sent = []
    for _ in range(messages):
        for source, events in said.items():
            events.append(_next_event(rng, source, events))
            sent.append(log.append(events[-1], partition=rng.randrange(2), seconds=rng.choice([0, seconds])))
    return sent


def _next_event(rng: random.Random, source: str, said: list[Event]) -> Event:
    if said and rng.random() < 0.2:
        again = rng.choice(said)
        return again if rng.random() < 0.5 else again.model_copy(update={"event_id": _own_id(rng, said)})
    corrects = f"e{rng.randrange(len(said) + 2)}" if rng.random() < 0.4 else None
    names = {"source": source, "event_id": _own_id(rng, said), "corrects_event_id": corrects}
    return rng.choice(_KINDS)(rng, names)


def _own_id(rng: random.Random, said: list[Event]) -> str:
    """Mostly a new one."""
    return f"e{len(said) if rng.random() < 0.85 else rng.randrange(len(said) + 1)}"


def _place(rng: random.Random) -> dict[str, object]:
    day = rng.randrange(3)
    return {
        "store_id": rng.choice(["s1", "s2"]),
        "business_date": DAY + days(day),
        "event_time": NOON + days(day) + timedelta(minutes=rng.choice([0, 30])),
    }


def _line(rng: random.Random) -> dict[str, object]:
    return _place(rng) | {"transaction_id": rng.choice(["t1", "t2"]), "line_number": rng.choice([1, 2])}


def _sale(rng: random.Random, names: dict) -> Event:
    goods = {"product_id": rng.choice(["p1", "p2"]), "quantity": rng.choice([1, 2]), "unit_price": rng.choice([5, 6])}
    return sale(**names, **_line(rng), **goods)


def _return(rng: random.Random, names: dict) -> Event:
    where = {"returned_transaction_id": rng.choice(["t1", "t2"]), "returned_line_number": rng.choice([1, 2])}
    disposition = rng.choice(["resell", "damaged"])
    return returned(**names, **_line(rng), **rng.choice([{}, where]), disposition=disposition)


def _void(rng: random.Random, names: dict) -> Event:
    return void(**names, **_line(rng))


def _close(rng: random.Random, names: dict) -> Event:
    return store_day_closed(**names, **_place(rng), ticket_count=rng.choice([1, 2]))


def _since(rng: random.Random) -> dict[str, object]:
    return {"valid_from": NOON + timedelta(days=rng.choice([-1, 0, 1, 2]), minutes=rng.choice([0, 15]))}


def _product(rng: random.Random, names: dict) -> Event:
    name = rng.choice(["Tea", "Coffee"])
    return product(**names, **_since(rng), product_id=rng.choice(["p1", "p2"]), product_name=name)


def _location(rng: random.Random, names: dict) -> Event:
    return location(**names, **_since(rng), location_name=rng.choice(["High Street", "Station"]))


def _cost(rng: random.Random, names: dict) -> Event:
    return cost(**names, **_since(rng), product_id=rng.choice(["p1", "p2"]), unit_cost=rng.choice([3, 4]))


_KINDS = [_sale, _sale, _sale, _return, _void, _close, _product, _location, _cost]
