"""What the tills scan: the customers' lines with services added, and the slips of those who scan them."""

from dataclasses import dataclass

import numpy as np

from ingestion.simulation.customers import at_the_till
from ingestion.simulation.supply import hidden
from ingestion.simulation.tickets import Lines
from ingestion.simulation.today import Today


@dataclass(eq=False)
class Tape:
    """Scanned lines in columns, by row, time, ticket and line. Products beyond the goods are services; `void` lines
    are taken back at once; `ticket` indexes the tickets' columns, `number` counts a ticket's lines from 1."""

    row: np.ndarray
    product: np.ndarray
    units: np.ndarray
    ticket: np.ndarray
    time: np.ndarray
    void: np.ndarray
    number: np.ndarray
    ticket_row: np.ndarray
    ticket_customer: np.ndarray
    ticket_number: np.ndarray

    def __len__(self) -> int:
        return len(self.row)


def scan(today: Today, lines: Lines) -> Tape:
    """The day's tape from what customers carry."""
    lines = _numbered(lines)
    lines.product = _slips(today, lines)
    heads = lines.pick(np.flatnonzero(np.diff(lines.ticket, prepend=-1)))
    columns = np.concatenate([_goods(lines), *_services(today, heads), _twice(today, lines)], axis=1)
    row, product, units, ticket, time, void = columns[:, np.argsort(columns[3], kind="stable")]
    return Tape(
        row=row,
        product=product,
        units=units,
        ticket=ticket,
        time=time,
        void=void.astype(bool),
        number=_positions(ticket),
        ticket_row=heads.row,
        ticket_customer=at_the_till(today.chain, today.state.home, today.day, heads),
        ticket_number=_positions(heads.row),
    )


def _numbered(lines: Lines) -> Lines:
    """Tickets that lost all their lines are gone; the others are numbered anew, by row and time."""
    lines = lines.pick(np.lexsort((lines.ticket, lines.time, lines.row)))
    lines.ticket = np.cumsum(np.diff(lines.ticket, prepend=-1) != 0) - 1
    return lines


def _slips(today: Today, lines: Lines) -> np.ndarray:
    """The products scanned: now and then a sister of the one that leaves, and the book loses the wrong one."""
    random, chain = today.random("slips"), today.chain
    sister = chain.goods.sisters[lines.product, random.integers(chain.goods.sisters.shape[1], size=len(lines))]
    carried = chain.is_ranged(today.day)[lines.row, sister] & (sister != lines.product)
    wrong = carried & (random.random(len(lines)) < chain.world.habits.misscan_rate)
    for each in np.flatnonzero(wrong):
        row, time, units = int(lines.row[each]), int(lines.time[each]), int(lines.units[each])
        gone, scanned = int(lines.product[each]), int(sister[each])
        hidden(today, time, row, gone, -units, "misscan", chain.goods.ids[scanned])
        hidden(today, time, row, scanned, units, "misscan", chain.goods.ids[gone])
    return np.where(wrong, sister, lines.product)


def _goods(lines: Lines) -> np.ndarray:
    return np.stack([lines.row, lines.product, lines.units, lines.ticket, lines.time, np.zeros_like(lines.row)])


def _services(today: Today, heads: Lines) -> list[np.ndarray]:
    random, depot = today.random("services"), today.chain.places.depot
    found = []
    for number, service in enumerate(today.chain.world.services.values()):
        place = heads.row == depot if service.web_only else heads.row < depot
        ticket = np.flatnonzero(place & (random.random(len(heads)) < service.rate))
        product = np.full(len(ticket), today.chain.goods.count + number)
        one = np.ones(len(ticket), dtype=np.int64)
        found.append(np.stack([heads.row[ticket], product, one, ticket, heads.time[ticket], 0 * one]))
    return found


def _twice(today: Today, lines: Lines) -> np.ndarray:
    """Lines scanned once too often."""
    chosen = today.random("double scans").random(len(lines)) < today.chain.world.habits.void_rate
    twice = _goods(lines.pick(chosen))
    twice[5] = 1
    return twice


def _positions(group: np.ndarray) -> np.ndarray:
    """1, 2, … within each run of equal values."""
    index = np.arange(len(group))
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return index - np.repeat(first, np.diff(first, append=len(group))) + 1
