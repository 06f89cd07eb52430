"""The twin at work: one day after the other, each with its events in order and its truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ingestion.simulation import buying
from ingestion.simulation.advice import Advice
from ingestion.simulation.catalogue import publish_catalogue
from ingestion.simulation.chain import Chain
from ingestion.simulation.clock import MINUTE, day_text
from ingestion.simulation.counts import count_everything, count_slices, snapshot
from ingestion.simulation.demand import draw_purchases, expected_units, move_mood
from ingestion.simulation.faults import NONE, Faults
from ingestion.simulation.incidents import disturb
from ingestion.simulation.losses import clear_out, expire, lose
from ingestion.simulation.money import text
from ingestion.simulation.opening import first_state, open_books
from ingestion.simulation.ordering import place_orders
from ingestion.simulation.outbox import Outbox, Pending
from ingestion.simulation.returns import settle_returns, take_back
from ingestion.simulation.selling import Sold, sell
from ingestion.simulation.supply import confirm, pick_for_stores, receive
from ingestion.simulation.tickets import Lines, form_tickets
from ingestion.simulation.till import Rung, ring_up
from ingestion.simulation.today import Today
from ingestion.simulation.truth import Truth
from ingestion.simulation.witness import record_day


@dataclass(eq=False)
class Day:
    """A simulated day: its business date as an ordinal, its events in order of event time."""

    day: int
    events: list[Pending]


def days(
    chain: Chain,
    source: str,
    until: int,
    truth: Truth,
    faults: Faults = NONE,
    *,
    quiet_before: int = 0,
    advice: Advice | None = None,
) -> Iterator[Day]:
    """Simulate from the chain's first day to `until` inclusive. Days before `quiet_before` only move the state on.
    With `advice` the buyers order by it."""
    state = first_state(chain, advice)
    for day in range(chain.start, until + 1):
        quiet = day < quiet_before
        today = Today(chain, state, day, Outbox(source, day, quiet=quiet), truth, faults, quiet)
        live(today)
        yield Day(day, today.outbox.in_order())


class Lived(NamedTuple):
    """What became of a day: units booked at the tills (rows × products), both spells of trade, units expired (rows ×
    perishables)."""

    sold: np.ndarray
    spells: list[Sold]
    expired: np.ndarray


def live(today: Today) -> Lived:
    """One day. The order is that of the day: night, morning, trade, goods in, trade, closing, orders."""
    chain, state = today.chain, today.state
    publish_catalogue(today)
    open_books(today)
    clear_out(today)
    confirm(today)
    count_slices(today)
    snapshot(today)
    pick_for_stores(today)
    rate = expected_units(chain, state.mood, today.day, state.price)
    wanted = form_tickets(chain, today.day, *draw_purchases(chain, rate, today.day))
    wanted = disturb(chain, today.day, wanted, rate, today.incidents)
    spells = _trade(today, wanted)
    rung = ring_up(today, spells[0].lines.joined(spells[1].lines))
    settle_returns(today, rung)
    take_back(today, rung)
    lose(today, rate)
    expired = expire(today)
    _close(today, rung)
    count_everything(today)
    buying.learn(chain, state, today.day, rung.units, today.open_rows)
    place_orders(today)
    record_day(today, rate, wanted, spells)
    move_mood(chain, state.mood, today.day, state.price)
    return Lived(rung.units, spells, expired)


def _trade(today: Today, wanted: Lines) -> list[Sold]:
    """Before the day's goods are on the shelf, and after."""
    delivery = np.array([today.delivery(row) for row in range(today.chain.places.rows)])
    early = wanted.time < delivery[wanted.row]
    first = sell(today.chain, today.random("first spell"), today.state.stock, wanted.pick(early))
    receive(today)
    second = sell(today.chain, today.random("second spell"), today.state.stock, wanted.pick(~early))
    return [first, second]


def _close(today: Today, rung: Rung) -> None:
    """Control totals of every row that traded or took something back."""
    places = today.chain.places
    for row in np.flatnonzero(today.open_rows | (rung.tickets > 0)).tolist():
        today.outbox.add("store_day_closed", today.closing(row) + 3 * MINUTE, {
            "store_id": places.selling_ids[row],
            "business_date": day_text(today.day),
            "ticket_count": int(rung.tickets[row]),
            "net_total": text(int(rung.net[row])),
            "currency": today.chain.world.currency,
        })  # fmt: skip
