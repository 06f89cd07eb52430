"""Anomalies of trade and mistakes in the chain, planned per day and put where they happen."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ingestion.simulation.chain import Chain
from ingestion.simulation.faults import Faults, record_fault
from ingestion.simulation.tickets import Lines
from ingestion.simulation.truth import Truth

KINDS = ("sales_spike", "sales_drop", "silent_store", "refund_burst", "price_outlier", "quantity_outlier")
_SPIKE, _DROP = 6.0, 0.9
_BULK = (24, 60)


@dataclass(frozen=True)
class Incident:
    """Something unusual in a store between two instants; in one category or with one product, where it says so."""

    kind: str
    row: int
    category: int
    product: int
    begins: int
    ends: int


def plan_incidents(chain: Chain, faults: Faults, day: int) -> list[Incident]:
    """The day's incidents, each in an open store."""
    random = chain.random("incidents", day)
    rows = [row for row in range(chain.places.depot) if chain.places.is_open(row, day)]
    luck = random.random(len(KINDS))
    struck = [kind for n, kind in enumerate(KINDS) if luck[n] < getattr(faults, kind)]
    return [_incident(chain, random, kind, int(random.choice(rows)), day) for kind in struck] if rows else []


def _incident(chain: Chain, random: np.random.Generator, kind: str, row: int, day: int) -> Incident:
    places, hours = chain.places, chain.places.hours(row, day)
    length = 1 if kind == "refund_burst" else int(random.integers(2, 5))
    first = int(random.integers(places.opens[row] + 1, max(places.closes[row] - length, places.opens[row] + 2)))
    last = min(first + length, places.closes[row] - 1)
    carried = np.flatnonzero(chain.is_ranged(day)[row])
    sellers = chain.goods.weight[carried]
    product = int(random.choice(carried, p=sellers / sellers.sum()))
    return Incident(kind, row, int(chain.goods.category[product]), product, hours[first], hours[last])


def record_incidents(chain: Chain, truth: Truth, day: int, incidents: Iterable[Incident]) -> None:
    """Rows of truth."""
    categories = list(chain.world.categories)
    for each in incidents:
        whole_store = each.kind in ("silent_store", "refund_burst")
        of_product = each.kind in ("price_outlier", "quantity_outlier")
        record_fault(
            truth, each.kind, day, each.begins, each.ends,
            location_id=chain.places.selling_ids[each.row],
            category="" if whole_store else categories[each.category],
            product_id=chain.goods.ids[each.product] if of_product else "",
        )  # fmt: skip


def disturb(chain: Chain, day: int, wanted: Lines, rate: np.ndarray, incidents: Iterable[Incident]) -> Lines:
    """The day's purchases with spikes, drops, silence and bulk buyers in them."""
    random = chain.random("disturbances", day)
    for incident in incidents:
        if incident.kind in ("sales_drop", "silent_store"):
            wanted = _without(chain, random, wanted, incident)
        elif incident.kind == "sales_spike":
            wanted = _with_crowd(chain, random, wanted, rate, incident)
        elif incident.kind == "quantity_outlier":
            bulk = np.array([int(random.integers(*_BULK))])
            wanted = _with_more(random, wanted, incident, np.array([incident.product]), bulk)
    return wanted


def _without(chain: Chain, random: np.random.Generator, wanted: Lines, incident: Incident) -> Lines:
    gone = (wanted.row == incident.row) & (wanted.time >= incident.begins) & (wanted.time < incident.ends)
    if incident.kind == "sales_drop":
        gone &= chain.goods.category[wanted.product] == incident.category
        gone &= random.random(len(wanted)) < _DROP
    return wanted.pick(~gone)


def _with_crowd(
    chain: Chain, random: np.random.Generator, wanted: Lines, rate: np.ndarray, incident: Incident
) -> Lines:
    mine = np.flatnonzero(chain.goods.category == incident.category)
    hours = (incident.ends - incident.begins) / (chain.places.closes[incident.row] - chain.places.opens[incident.row])
    usual = rate[incident.row, mine] * hours / 3_600_000
    product = np.repeat(mine, random.poisson(usual * (_SPIKE - 1)))
    return _with_more(random, wanted, incident, product, np.ones_like(product))


def _with_more(
    random: np.random.Generator, wanted: Lines, incident: Incident, product: np.ndarray, units: np.ndarray
) -> Lines:
    """More purchases, each a ticket of its own."""
    time = random.integers(incident.begins, incident.ends, size=len(product))
    ticket = (wanted.ticket.max() if len(wanted) else -1) + 1 + np.arange(len(product))
    row, mission = np.full(len(product), incident.row), np.zeros(len(product), dtype=np.int64)
    joined = wanted.joined(Lines(row, product, units, ticket, time, mission))
    return joined.pick(np.lexsort((joined.ticket, joined.time, joined.row)))
