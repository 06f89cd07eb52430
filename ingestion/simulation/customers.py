"""Known customers: when they joined and leave, where and for what they come, and who stands at the till."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from faker import Faker

from ingestion.simulation.chain import Chain, horizon
from ingestion.simulation.tickets import Lines

_ALREADY_IN = 0.6
_LIFETIME_DAYS = 900
_MOVES_PER_DAY = 1 / 4000


@dataclass(frozen=True, eq=False)
class Customers:
    """Customers as columns; `habit` is customers × missions, their share of the home row's known tickets."""

    home: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    habit: np.ndarray

    @property
    def count(self) -> int:
        """Everybody who ever joins."""
        return len(self.joined)


def customer_id(number: int) -> str:
    """The id of a customer by number."""
    return f"C{number + 1:06d}"


@lru_cache(maxsize=4)
def make_customers(chain: Chain) -> Customers:
    """All known customers of a history. Visit rates are gamma, so a few come daily and many once."""
    random = chain.random("customers")
    count = chain.world.size.customers
    share = chain.places.sizes / chain.places.sizes.sum()
    home = random.choice(chain.places.rows, size=count, p=share)
    weight = random.gamma(0.6, 1 / 0.6, count) + 0.02
    tastes = random.lognormal(0, 0.7, (count, len(chain.world.missions)))
    early = random.random(count) < _ALREADY_IN
    before = chain.start - random.integers(1, 1200, count)
    after = chain.start + (horizon(chain.world) * random.random(count)).astype(int)
    joined = np.maximum(np.where(early, before, after), np.where(early, 0, chain.places.opened[home]))
    left = np.maximum(joined, chain.start) + random.exponential(_LIFETIME_DAYS, count).astype(int) + 1
    return Customers(home, joined, left, weight[:, None] * tastes)


def at_the_till(chain: Chain, home: np.ndarray, day: int, tickets: Lines) -> np.ndarray:
    """The customer number of each ticket, -1 for strangers. The web shop knows everybody."""
    random = chain.random("at the till", day)
    customers = make_customers(chain)
    active = (customers.joined <= day) & (day < customers.left)
    share = np.where(tickets.row == chain.places.depot, 1.0, chain.world.habits.known_share)
    known = random.random(len(tickets)) < share
    drawn = random.random(len(tickets))
    found = np.full(len(tickets), -1)
    for row in np.unique(tickets.row):
        members = np.flatnonzero(active & (home == row))
        if len(members):
            here = np.flatnonzero(known & (tickets.row == row))
            cumulative = customers.habit[members].cumsum(axis=0)
            found[here] = members[_choose(cumulative, tickets.mission[here], drawn[here])]
    return found


def _choose(cumulative: np.ndarray, mission: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    chosen = np.zeros(len(mission), dtype=np.int64)
    for each in np.unique(mission):
        here = mission == each
        chosen[here] = np.searchsorted(cumulative[:, each], drawn[here] * cumulative[-1, each], side="right")
    return np.minimum(chosen, len(cumulative) - 1)


def movers(chain: Chain, home: np.ndarray, day: int) -> list[tuple[int, int]]:
    """Customers who move house this day, with their new home row."""
    random = chain.random("movers", day)
    customers = make_customers(chain)
    moving = random.random(customers.count) < _MOVES_PER_DAY
    moving &= (customers.joined < day) & (day < customers.left) & (home < chain.places.depot)
    open_stores = np.flatnonzero(chain.places.opened[: chain.places.depot] <= day)
    return [(int(number), int(random.choice(open_stores))) for number in np.flatnonzero(moving)]


@lru_cache(maxsize=2)
def _faker(locale: str) -> Faker:
    return Faker(locale)


def person(chain: Chain, number: int) -> tuple[str, str]:
    """Name and email, always the same for a customer. The mail domain is reserved for examples."""
    fake = _faker(chain.world.locale)
    fake.seed_instance(f"{chain.seed}:{number}")
    first, last = fake.first_name(), fake.last_name()
    mailbox = f"{first}.{last}".lower().replace(" ", "").encode("ascii", "ignore").decode().strip(".") or "customer"
    return f"{first} {last}", f"{mailbox}.{number + 1}@example.org"
