"""Every configured world works, each in its own way."""

from collections import Counter
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from chains import Heard, hear
from test_laws import _effect, _voided

from contracts.verdict import verdict
from ingestion.simulation.world import UnknownWorldError, load_world, world_names

worlds = pytest.mark.parametrize("name", world_names())


@lru_cache
def chain_of(name: str) -> Heard:
    """Fifty days of a world."""
    return hear(50, world=name)


def test_there_are_several() -> None:
    """The default world and three others with other kinds of demand."""
    assert set(world_names()) == {"grocer", "fashion", "gifts", "hardware"}


@worlds
def test_events_fulfil_their_contracts(name: str) -> None:
    """No message of any world breaks a rule."""
    assert {verdict(message.topic, message.value) for message in chain_of(name).messages} == {""}


@worlds
def test_stock_is_conserved(name: str) -> None:
    """After fifty days physical stock is what events and hidden movements add up to."""
    heard = chain_of(name)
    voided, physical = _voided(heard), Counter()
    for event in heard.events():
        if effect := _effect(event, voided):
            physical[effect[0]] += effect[1]
    for row in heard.rows("hidden_movements"):
        physical[row["location_id"], row["product_id"]] += row["quantity"]
    last = max(row["business_date"] for row in heard.rows("stock"))
    there = {(r["location_id"], r["product_id"]): r["physical_units"] for r in heard.rows("stock")
             if r["business_date"] == last}  # fmt: skip
    assert {pair: units for pair, units in physical.items() if units} == {p: u for p, u in there.items() if u}


@worlds
def test_lines_carry_the_worlds_currency_and_every_service(name: str) -> None:
    """Lines are in one currency, and some are no merchandise."""
    world, sales = load_world(name, "tiny"), chain_of(name).events("sale")
    assert {event["currency"] for event in sales} == {world.currency}
    assert {event["line_type"] for event in sales} >= {"merchandise", "postage"}
    assert {event["channel"] for event in sales} >= {"store", "online"}


def test_evenings_in_america_are_the_next_day_in_utc() -> None:
    """A sale belongs to its store's business day, whatever the date in UTC."""
    sales = chain_of("gifts").events("sale")
    zones = {e["location_id"]: ZoneInfo(e["time_zone"]) for e in chain_of("gifts").events("location")}
    later = 0
    for event in sales:
        moment = datetime.fromisoformat(event["event_time"])
        assert moment.astimezone(zones[event["store_id"]]).date().isoformat() == event["business_date"]
        later += moment.date().isoformat() > event["business_date"]
    assert later > 20


def test_stores_of_one_chain_lie_in_several_time_zones() -> None:
    """The fashion chain spans Europe."""
    zones = {
        event["time_zone"] for event in chain_of("fashion").events("location") if event["location_type"] == "store"
    }
    assert zones == {"Europe/Lisbon", "Europe/Berlin"}


def test_unknown_world() -> None:
    """A world or size that is not there is named beside those that are."""
    with pytest.raises(UnknownWorldError, match="fashion, gifts, grocer, hardware"):
        load_world("moon", "small")
    with pytest.raises(UnknownWorldError, match="lists 8 stores"):
        load_world("gifts", "medium")
