"""Rules that turn a series' past into a stock level each evening, each with one parameter that can be tuned.

A rule gives a level per series, evening and value of its parameter; replaying all of them at once shows which value
costs least.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

import numpy as np

from spark_jobs.stock_policies.history import Past
from spark_jobs.stock_policies.replay import Terms

_NORMAL = NormalDist()
_WEEK_DAYS, _WEEK_PRIOR = 182, 20  # days of the past; days of a usual weekday that every group is given
_LEAST_WEEKDAY = 0.1
_YEAR, _AHEAD_DAYS = 364, 28
_SEASON_PRIOR, _TRUST = 0.01, 0.8  # units a day that are given to both; a year is like the last one only so far

Levels = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From units (series × days) and the numbers of days known on each evening: series × evenings × parameters."""


class Rule(Protocol):
    """A stock policy. `name` is what results are filed under."""

    name: str
    parameters: tuple[float, ...]
    untuned: float  # the parameter where nothing is tuned

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """What it makes of demand known so far (series × days); frozen, it may be asked on later evenings."""
        ...


@dataclass(frozen=True)
class SafetyStock:
    """Mean of lead time and review plus z times its spread, that of the lead time included."""

    window_days: int = 28
    name: str = "safety stock formula"
    parameters: tuple[float, ...] = tuple(np.arange(0, 3.51, 0.05).round(2).tolist())
    untuned: float = 1.65

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """d·P + z·√(P·σ² + d²·σ_L²), as `formulas.safety_stock`; d and σ of the last days of each evening."""
        periods, lead_deviation = _by_evening(terms.protection_days), _by_evening(terms.lead_deviation)

        def levels(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            past = Past(units, known)
            mean, deviation = past.mean(self.window_days), past.deviation(self.window_days)
            spread = np.sqrt(periods * deviation**2 + (mean * lead_deviation) ** 2)
            return (mean * periods)[:, :, None] + spread[:, :, None] * np.array(self.parameters)

        return levels


@dataclass(frozen=True)
class ServiceByMoney:
    """The same, with z of each item's own critical ratio: what lacks is dear for one, what lies there for another.

    The parameter multiplies z. A unit that is left over costs its holding, and of what perishes its share of the waste.
    """

    window_days: int = 56
    groups: np.ndarray | None = None  # a number per series: those of a group have their week in common; None: no week
    kinds: np.ndarray | None = None  # a number per series: those of a kind have their season in common; None: no season
    is_held: bool = False  # demand is that of the first evening asked about: levels do not follow it
    name: str = "safety stock by money"
    parameters: tuple[float, ...] = tuple(np.arange(0, 3.01, 0.05).round(2).tolist())
    untuned: float = 1.0

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """d·W + k·z·√(W·σ² + d²·σ_L²), z of lost ÷ (lost + holding + waste ÷ life).

        W are the days until the order after next is there, each counted by its weekday; d and σ of a usual day. Of what
        perishes never more than usually sells within its life.
        """
        z, periods = _critical(terms, len(units)), np.broadcast_to(terms.protection_days, len(units))
        week = _weeks(units, self.groups)
        life = np.broadcast_to(terms.life_days, len(units))[:, None] + 1
        lead_deviation, shown = _by_evening(terms.lead_deviation), np.broadcast_to(terms.presentation, len(units))

        def levels(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            usual = units / np.maximum(week[:, np.arange(units.shape[1]) % 7], _LEAST_WEEKDAY)
            past = Past(usual, known[:1] if self.is_held else known)
            season = _seasons(units, past.known, self.kinds, self.window_days)
            mean, deviation = past.mean(self.window_days) * season, past.deviation(self.window_days) * np.sqrt(season)
            days = _days_ahead(week, known, periods)
            spread = z[:, None] * np.sqrt(days * deviation**2 + (mean * lead_deviation) ** 2)
            found = (mean * days)[:, :, None] + spread[:, :, None] * np.array(self.parameters)
            in_its_life = np.where(np.isfinite(life), mean * np.nan_to_num(life, posinf=0), np.inf)
            found = np.minimum(found, np.maximum(in_its_life, 1)[:, :, None])
            return np.maximum(np.rint(found), shown[:, None, None])

        return levels


def _critical(terms: Terms, series: int) -> np.ndarray:
    """z of the service level that an item's money asks for."""
    over = terms.holding + terms.waste / np.maximum(terms.life_days, 1)
    ratio = np.broadcast_to(terms.lost / np.maximum(terms.lost + over, 1e-12), series)
    return np.array([_NORMAL.inv_cdf(each) for each in np.clip(ratio, 0.5, 0.9999)])


def _weeks(units: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    """Series × 7: what a weekday (day number by 7) brings, of a usual day of the last 26 weeks; 0 where closed."""
    if groups is None:
        return np.ones((len(units), 7))
    recent = np.arange(max(units.shape[1] - _WEEK_DAYS, 0), units.shape[1])
    _, place = np.unique(groups, return_inverse=True)
    sums, days = np.zeros((place.max() + 1, 7)), np.zeros((place.max() + 1, 7))
    for day in recent:
        np.add.at(sums[:, day % 7], place, np.nan_to_num(units[:, day]))
        np.add.at(days[:, day % 7], place, np.isfinite(units[:, day]))
    usual = sums.sum(axis=1, keepdims=True) / np.maximum(days.sum(axis=1, keepdims=True), 1)
    week = (sums + _WEEK_PRIOR * usual) / np.maximum((days + _WEEK_PRIOR) * usual, 1e-9)
    week = np.where((usual > 0) & (days > 0), week, np.where(usual > 0, 0.0, 1.0))
    return week[place]


def _seasons(units: np.ndarray, known: np.ndarray, kinds: np.ndarray | None, window: int) -> np.ndarray:
    """Series × evenings: a usual day of the next four weeks, of one of the last `window` days, as it was a year ago.

    1 where less than a year and the window is known. Days on which a series was not offered count for neither.
    """
    if kinds is None:
        return np.ones((len(units), len(known)))
    _, place = np.unique(kinds, return_inverse=True)
    ratios = np.ones((place.max() + 1, len(known)))
    for number, day in enumerate(known):
        begin = int(day) - _YEAR - window
        if begin >= 0:
            before, after = (
                _mean_by(units[:, first : first + days], place)
                for first, days in ((begin, window), (begin + window, _AHEAD_DAYS))
            )
            ratios[:, number] = np.clip(((after + _SEASON_PRIOR) / (before + _SEASON_PRIOR)) ** _TRUST, 0.4, 2.5)
    return ratios[place]


def _mean_by(units: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Mean units of a day and series, by group."""
    sums, days = np.zeros(place.max() + 1), np.zeros(place.max() + 1)
    np.add.at(sums, place, np.nan_to_num(units).sum(axis=1))
    np.add.at(days, place, np.isfinite(units).sum(axis=1))
    return sums / np.maximum(days, 1)


def _days_ahead(week: np.ndarray, known: np.ndarray, periods: np.ndarray) -> np.ndarray:
    """Series × evenings: the weekdays of the days of the period that follows, added up."""
    whole, rest = periods // 7, periods % 7
    twice = np.cumsum(np.concatenate([np.zeros((len(week), 1)), week, week], axis=1), axis=1)
    begins = known % 7
    part = np.take_along_axis(twice, begins[None, :] + rest[:, None], axis=1) - twice[:, begins]
    return week.sum(axis=1)[:, None] * whole[:, None] + part


@dataclass(frozen=True)
class Buyers:
    """What buyers do without all this: a smoothed rate, and a spread that is the same guess for every item."""

    name: str = "incumbent rule"
    parameters: tuple[float, ...] = (1.65,)
    untuned: float = 1.65

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """m + z·√(1.7·m + (0.2·m)²), m the demand of lead time and review at the smoothed rate."""
        periods = _by_evening(terms.protection_days)

        def levels(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            mean = Past(units, known).decayed(20) * periods
            spread = np.sqrt(1.7 * mean + (0.2 * mean) ** 2)
            return np.rint(mean[:, :, None] + spread[:, :, None] * np.array(self.parameters))

        return levels


def _by_evening(value: float | np.ndarray) -> np.ndarray:
    """A value per series, beside evenings; one value for all stays one."""
    array = np.asarray(value)
    return array[:, None] if array.ndim == 1 else array
