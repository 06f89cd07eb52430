"""The chain on its first morning: what lies on the shelves, and what the book says about it."""

import numpy as np

from ingestion.simulation.advice import Advice
from ingestion.simulation.buying import first_guess, levels
from ingestion.simulation.chain import Chain
from ingestion.simulation.clock import MINUTE
from ingestion.simulation.customers import make_customers
from ingestion.simulation.demand import first_mood
from ingestion.simulation.state import State
from ingestion.simulation.stock import empty_stock
from ingestion.simulation.supply import hidden
from ingestion.simulation.today import Today

_FILLING_HOUR = 20


def first_state(chain: Chain, advice: Advice | None = None) -> State:
    """Before the first day, shelves still empty."""
    return State(
        stock=empty_stock(chain),
        mood=first_mood(chain),
        price=chain.goods.price.copy(),
        cost=chain.goods.cost.copy(),
        on_order=np.zeros(chain.ranged_from.shape, dtype=np.int64),
        sales_rate=first_guess(chain),
        missed=np.zeros(chain.ranged_from.shape, dtype=bool),
        home=make_customers(chain).home.copy(),
        advice=advice,
    )


def open_books(today: Today) -> None:
    """Opening balances: of every row on the first day, of a new store on the eve of its first."""
    places = today.chain.places
    if today.day == today.chain.start:
        for row in np.flatnonzero(places.opened <= today.day):
            _fill(today, int(row), today.hour(int(row), 0) + MINUTE, errors=True)
    for row in np.flatnonzero(places.opened == today.day + 1):
        _fill(today, int(row), today.hour(int(row), _FILLING_HOUR), errors=False)


def _fill(today: Today, row: int, time: int, *, errors: bool) -> None:
    chain, random = today.chain, today.random(f"opening {row}")
    known = levels(chain, today.state, today.day)
    level = (known.reorder_point[row] + known.order_up_to[row]) / 2
    book = np.maximum(1, np.rint(level * random.uniform(0.7, 1.2, chain.goods.count))).astype(int)
    wrong = errors & (random.random(chain.goods.count) < chain.world.habits.opening_error_rate)
    off = np.where(wrong, random.integers(-3, 3, chain.goods.count), 0)
    stocked = (chain.ranged_from[row] <= today.day + 1) & (today.day < chain.ranged_to[row])
    for product in np.flatnonzero(stocked).tolist():
        physical = max(0, int(book[product] + off[product]))
        _lay_out(today, random, row, product, physical)
        today.ledger.opening(time, row, product, int(book[product]), int(today.state.cost[product]))
        if physical != book[product]:
            hidden(today, time, row, product, physical - int(book[product]), "opening_difference")


def _lay_out(today: Today, random: np.random.Generator, row: int, product: int, units: int) -> None:
    """Perishables lie in lots of different age."""
    life = int(today.chain.goods.shelf_life[product])
    older = int(random.integers(0, units + 1)) if life > 3 else 0
    today.state.stock.put(row, product, units - older, life)
    today.state.stock.put(row, product, older, max(life // 2, 1))
