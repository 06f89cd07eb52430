"""Laws that hold in every simulated chain, whatever its seed. Expected values are worked out from the events alone."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from chains import Heard, each_day, hear
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from contracts.events import TOPICS
from contracts.verdict import verdict

Pair = tuple[str, str]
LONDON = ZoneInfo("Europe/London")
TIES = {"hidden": 0, "receipt": 1, "transfer_in": 2, "return": 3, "sale": 4, "stock_count": 6}
OUT = ("transfer_out", "damage", "expired", "theft_report", "own_use")
IN = ("opening_balance", "receipt", "transfer_in", "adjustment")

seeds = st.integers(0, 2**32 - 1)
starts = st.sampled_from([date(2025, 3, 10), date(2024, 12, 1), date(2025, 10, 5)])  # clocks change, Christmas
# A smaller seed is no simpler chain, so nothing is shrunk.
GENERATED = (Phase.explicit, Phase.generate)
law = settings(max_examples=6, deadline=None, phases=GENERATED, database=None)


@lru_cache(maxsize=8)
def chain_of(seed: int, start: date) -> Heard:
    """A chain of 45 days."""
    return hear(45, seed, start)


def _voided(heard: Heard) -> set[tuple[str, int]]:
    return {(event["transaction_id"], event["line_number"]) for event in heard.events("void")}


def _effect(event: dict[str, Any], voided: set[tuple[str, int]]) -> tuple[Pair, int] | None:
    """Where an event moves stock, and by how many units."""
    kind = event["event_type"]
    if kind in ("sale", "return"):
        merchandise = event["line_type"] == "merchandise"
        if not merchandise or (event["transaction_id"], event["line_number"]) in voided:
            return None
        place = event.get("fulfilment_location_id") or event["store_id"]
        if kind == "return" and event["disposition"] != "resell":
            return None
        return (place, event["product_id"]), int(event["quantity"]) * (-1 if kind == "sale" else 1)
    if kind in OUT or kind in IN:
        sign = -1 if kind in OUT else 1
        return (event["location_id"], event["product_id"]), sign * int(event["quantity"])
    return None


def _order(event: dict[str, Any]) -> tuple[str, int, str]:
    return event["event_time"], TIES.get(event["event_type"], 5), event["event_id"]


def _hidden(heard: Heard) -> dict[date, list[dict[str, Any]]]:
    """Hidden movements by local day, in the form of events."""
    found = defaultdict(list)
    for row in heard.rows("hidden_movements"):
        text = row["moved_at"].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        event = {**row, "event_type": "hidden", "event_time": text, "event_id": ""}
        found[row["moved_at"].astimezone(LONDON).date()].append(event)
    return found


@law
@given(seeds, starts)
def test_physical_stock_is_conserved_and_never_negative_at_a_sale(seed: int, start: date) -> None:
    """Events and hidden movements together give the physical stock of every evening, and no sale empties it below 0."""
    heard = chain_of(seed, start)
    voided, hidden = _voided(heard), _hidden(heard)
    physical: Counter[Pair] = Counter()
    evenings = defaultdict(dict)
    for row in heard.rows("stock"):
        evenings[row["business_date"]][row["location_id"], row["product_id"]] = row["physical_units"]
    for day, events in each_day(heard):
        for event in sorted(events + hidden[day], key=_order):
            if event["event_type"] == "hidden":
                physical[event["location_id"], event["product_id"]] += event["quantity"]
            elif effect := _effect(event, voided):
                physical[effect[0]] += effect[1]
                assert event["event_type"] != "sale" or physical[effect[0]] >= 0, event
        assert {pair: units for pair, units in physical.items() if units} == {
            pair: units for pair, units in evenings[day].items() if units
        }, day


@law
@given(seeds, starts)
def test_book_is_the_sum_of_events(seed: int, start: date) -> None:
    """The book of every evening is what the events add up to, counts setting it to what was counted."""
    heard = chain_of(seed, start)
    voided = _voided(heard)
    book: Counter[Pair] = Counter()
    evenings = defaultdict(dict)
    for row in heard.rows("stock"):
        evenings[row["business_date"]][row["location_id"], row["product_id"]] = row["book_units"]
    for day, events in each_day(heard):
        for event in sorted(events, key=_order):
            if event["event_type"] == "stock_count":
                book[event["location_id"], event["product_id"]] = int(event["quantity"])
            elif effect := _effect(event, voided):
                book[effect[0]] += effect[1]
        assert {pair: units for pair, units in book.items() if units} == {
            pair: units for pair, units in evenings[day].items() if units
        }, day


@law
@given(seeds, starts)
def test_returns_follow_their_sales_and_never_exceed_them(seed: int, start: date) -> None:
    """A return that names its sale comes later, with its product and price, and brings back no more than was sold."""
    heard = chain_of(seed, start)
    sold = {(e["transaction_id"], e["line_number"]): e for e in heard.events("sale")}
    voided = _voided(heard)
    back: Counter[tuple[str, int]] = Counter()
    for event in heard.events("return"):
        if event["reason"] == "unreferenced":
            assert "returned_transaction_id" not in event
            continue
        line = event["returned_transaction_id"], event["returned_line_number"]
        sale = sold[line]
        assert line not in voided
        assert sale["event_time"] < event["event_time"]
        assert [sale[name] for name in SAME] == [event[name] for name in SAME]
        back[line] += int(event["quantity"])
        assert back[line] <= int(sale["quantity"])


SAME = ("store_id", "product_id", "unit_price")


@law
@given(seeds, starts)
def test_control_totals_match_the_lines(seed: int, start: date) -> None:
    """Each store day closes with the number of its tickets and the net amount of its lines, voided ones left out."""
    heard = chain_of(seed, start)
    voided = _voided(heard)
    tickets, net = defaultdict(set), defaultdict(Decimal)
    for event in heard.events("sale", "return"):
        day = event["store_id"], event["business_date"]
        if (event["transaction_id"], event["line_number"]) in voided:
            continue
        tickets[day].add(event["transaction_id"])
        amount = Decimal(event["quantity"]) * Decimal(event["unit_price"]) - Decimal(event["discount_amount"])
        net[day] += amount if event["event_type"] == "sale" else -amount
    closed = heard.events("store_day_closed")
    assert len({(event["store_id"], event["business_date"]) for event in closed}) == len(closed)
    for event in closed:
        day = event["store_id"], event["business_date"]
        assert event["ticket_count"] == len(tickets[day])
        assert Decimal(event["net_total"]) == net[day]
    assert set(tickets) <= {(event["store_id"], event["business_date"]) for event in closed}


@law
@given(seeds, starts)
def test_every_event_fulfils_its_contract(seed: int, start: date) -> None:
    """Without faults no message breaks a rule, and no two share an id."""
    messages = chain_of(seed, start).messages
    assert {verdict(message.topic, message.value) for message in messages} == {""}
    ids = [event["event_id"] for event in chain_of(seed, start).events()]
    assert len(ids) == len(set(ids))


@law
@given(seeds, starts)
def test_keys_are_those_of_the_contract(seed: int, start: date) -> None:
    """Each message's key is the one its event's contract gives."""
    for topic, key, value in chain_of(seed, start).messages:
        kind = json.loads(value)["event_type"]
        assert TOPICS[topic][kind].model_validate_json(value).key.encode() == key


@law
@given(seeds, starts)
def test_received_goods_were_ordered(seed: int, start: date) -> None:
    """A receipt or transfer names a line ordered before, and no line brings more than was ordered, but for mispicks."""
    heard = chain_of(seed, start)
    ordered = {}
    for event in heard.events("purchase_order_placed"):
        ordered[event["purchase_order_id"], event["purchase_order_line"]] = event
    received: Counter[tuple[str, int]] = Counter()
    for event in heard.events("receipt", "transfer_in"):
        line = event["purchase_order_id"], event["purchase_order_line"]
        assert ordered[line]["event_time"] < event["event_time"]
        assert ordered[line]["product_id"] == event["product_id"]
        received[line] += int(event["quantity"])
    assert all(units <= int(ordered[line]["quantity"]) for line, units in received.items())
    for event in heard.events("purchase_order_closed"):
        line = event["purchase_order_id"], event["purchase_order_line"]
        assert int(event["quantity"]) == received[line]


@law
@given(seeds, starts)
def test_nothing_is_sold_where_the_store_is_closed(seed: int, start: date) -> None:
    """Tickets fall within the store's opening hours, on its business date, and never on Christmas Day."""
    heard = chain_of(seed, start)
    hours = {e["location_id"]: (int(e["opens_at"][:2]), int(e["closes_at"][:2])) for e in heard.events("location")
             if "opens_at" in e}  # fmt: skip
    for event in heard.events("sale"):
        local = datetime.fromisoformat(event["event_time"]).astimezone(LONDON)
        opens, closes = hours[event["store_id"]]
        assert opens <= local.hour < closes
        assert local.date().isoformat() == event["business_date"]
        assert event["store_id"] == "W01" or local.strftime("%m-%d") != "12-25"
