"""Purchases become tickets: customers of one mission, close in time, carry home what belongs together."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ingestion.simulation.chain import Chain

TOGETHER_HOURS = 6
_FIRST_SALE, _LAST_SALE = 10 / 60, 50 / 60


@dataclass(eq=False)
class Lines:
    """What customers put on the belt, in columns, by row and time. `ticket` numbers tickets of the day from 0."""

    row: np.ndarray
    product: np.ndarray
    units: np.ndarray
    ticket: np.ndarray
    time: np.ndarray
    mission: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    def pick(self, chosen: np.ndarray) -> "Lines":
        """Lines by mask or index."""
        return Lines(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def joined(self, other: "Lines") -> "Lines":
        """These lines and then the others."""
        names = self.__dataclass_fields__
        return Lines(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in names))


def form_tickets(chain: Chain, day: int, row: np.ndarray, product: np.ndarray, units: np.ndarray) -> Lines:
    """Group the day's purchases into tickets with a time each."""
    random = chain.random("tickets", day)
    mission = _draw(random, _mission_table(chain)[chain.goods.category[product]])
    hour = _draw(random, _hour_table(chain)[row, mission])
    order = np.lexsort((random.random(len(row)), mission, hour // TOGETHER_HOURS, row))
    row, product, units, mission, hour = (column[order] for column in (row, product, units, mission, hour))
    first = _first_lines(chain, random, row, mission, hour)
    ticket = np.cumsum(first) - 1
    time = _times(chain, day, random, row[first], hour[first])
    rank = np.argsort(np.lexsort((time, row[first])))
    lines = Lines(row, product, units, rank[ticket], time[ticket], mission)
    return lines.pick(np.argsort(lines.ticket, kind="stable"))


def _first_lines(
    chain: Chain, random: np.random.Generator, row: np.ndarray, mission: np.ndarray, hour: np.ndarray
) -> np.ndarray:
    length = np.array([mission.lines for mission in chain.world.missions.values()])[mission]
    group = np.stack([row, hour // TOGETHER_HOURS, mission])
    changes = np.ones(len(row), dtype=bool)
    changes[1:] = (group[:, 1:] != group[:, :-1]).any(axis=0)
    return changes | (random.random(len(row)) < 1 / length)


def _times(chain: Chain, day: int, random: np.random.Generator, row: np.ndarray, hour: np.ndarray) -> np.ndarray:
    """Milliseconds. Around midnight the tills pause, so that a day's closing and the next day's count have a place."""
    starts = np.array([chain.places.hours(each, day) for each in range(chain.places.rows)])
    share = random.random(len(row))
    share = np.where((hour == 0) | (hour == 23), _FIRST_SALE + share * (_LAST_SALE - _FIRST_SALE), share)
    begin, end = starts[row, hour], starts[row, hour + 1]
    return (begin + (share * (end - begin))).astype(np.int64)


def _draw(random: np.random.Generator, cumulative: np.ndarray) -> np.ndarray:
    """One index per line of a table of cumulative weights."""
    return (random.random(len(cumulative))[:, None] * cumulative[:, -1:] >= cumulative[:, :-1]).sum(axis=1)


@lru_cache(maxsize=4)
def _mission_table(chain: Chain) -> np.ndarray:
    names = list(chain.world.missions)
    return np.array(
        [[kind.missions.get(name, 0.0) for name in names] for kind in chain.world.categories.values()]
    ).cumsum(axis=1)


@lru_cache(maxsize=4)
def _hour_table(chain: Chain) -> np.ndarray:
    """Rows × missions × hours, cumulative, within opening hours."""
    hours = np.arange(24)
    places = chain.places
    weights = np.array([mission.hours for mission in chain.world.missions.values()])
    open_hours = np.array([(hours >= places.opens[r]) & (hours < places.closes[r]) for r in range(places.rows)])
    return ((weights[None, :, :] + 1e-3) * open_hours[:, None, :]).cumsum(axis=2)
