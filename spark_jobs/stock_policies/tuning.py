"""Choosing a rule's parameter by what it would have cost in the days before the origin."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spark_jobs.stock_policies.replay import Outcome, Shelf, Terms, replay
from spark_jobs.stock_policies.rules import Rule

REFRESH_DAYS = 28
CALIBRATION_WINDOWS = 2  # 56 days
LEAST_SERIES = 30  # a segment of fewer has no parameter of its own


@dataclass(frozen=True)
class Trial:
    """What a rule cost by window and parameter: windows × series × parameters."""

    rule: Rule
    cost: np.ndarray
    wanted: np.ndarray  # windows × series


@dataclass(frozen=True)
class Choice:
    """A rule with its parameter by series (an index into the rule's parameters), and what that cost when it was chosen,
    per unit demanded, judged on windows that did not choose."""

    rule: Rule
    chosen: np.ndarray
    cost_per_unit: float
    is_by_segment: bool

    def pick(self, levels: np.ndarray) -> np.ndarray:
        """Series × 1: each series' level at its parameter."""
        return np.take_along_axis(levels, self.chosen[:, None], axis=1)


def try_out(
    rule: Rule, units: np.ndarray, terms: Terms, first_weekday: int, windows: int = CALIBRATION_WINDOWS
) -> Trial:
    """Replay all parameters over the last windows of demand known so far, levels refreshed at each one's beginning."""
    shelf: Shelf | None = None
    outcomes: list[Outcome] = []
    for back in range(windows, 0, -1):
        origin = units.shape[1] - back * REFRESH_DAYS
        levels = rule.levels(units[:, :origin], terms)
        days = units[:, origin : origin + REFRESH_DAYS]
        outcome, shelf = replay(days, levels, terms, shelf=shelf, first_weekday=(first_weekday + origin) % 7)
        outcomes.append(outcome)
    return Trial(rule, np.stack([one.cost for one in outcomes]), np.stack([one.wanted[:, 0] for one in outcomes]))


def choose(trial: Trial, segments: np.ndarray) -> Choice:
    """The parameter of least cost, by segment (a word per series) where that pays on windows that did not choose."""
    common, own = _judged(trial, np.zeros(len(segments), dtype=int)), _judged(trial, segments)
    is_by_segment = own < common
    chosen = _cheapest(trial.cost.sum(axis=0), segments if is_by_segment else np.zeros(len(segments), dtype=int))
    return Choice(trial.rule, chosen, min(own, common), bool(is_by_segment))


def best(choices: Sequence[Choice]) -> Choice:
    """The one that cost least; of equals the first."""
    return min(choices, key=lambda each: each.cost_per_unit)


def _judged(trial: Trial, segments: np.ndarray) -> float:
    """Cost per unit of each window with what the other windows choose."""
    total, cost = trial.cost.sum(axis=0), 0.0
    for window in trial.cost:
        chosen = _cheapest(total - window, segments)
        cost += float(np.take_along_axis(window, chosen[:, None], axis=1).sum())
    return cost / max(float(trial.wanted.sum()), 1e-9)


def _cheapest(cost: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """By series the parameter that costs its segment least, its own or that of all where the segment is small."""
    chosen = np.full(len(cost), int(cost.sum(axis=0).argmin()))
    for segment in np.unique(segments):
        rows = segments == segment
        if rows.sum() >= LEAST_SERIES:
            chosen[rows] = int(cost[rows].sum(axis=0).argmin())
    return chosen
