"""Choosing a rule's parameter by what it would have cost in the days before the origin."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spark_jobs.stock_policies.replay import Outcome, Shelf, Terms, replay
from spark_jobs.stock_policies.rules import Levels, Rule

REFRESH_DAYS = 28
CALIBRATION_WINDOWS = 2  # 56 days
LEAST_SERIES = 30  # a segment of fewer has no parameter of its own
_LONGEST_LEAD_DAYS = 90
LEAST_GAIN = 0.02  # of the cost; for less nobody keeps a parameter per segment


@dataclass(frozen=True)
class Trial:
    """What a rule cost by window, series and parameter, and the units wanted by window and series.

    `lost` is the part of the cost that is lost margin; `most_lost` (money by series, NaN where it does not count) is
    what a segment's series may lose in all windows together: customers are to be served no worse than before.
    """

    rule: Rule
    cost: np.ndarray
    wanted: np.ndarray
    cap: float = np.inf
    lost: np.ndarray | None = None
    most_lost: np.ndarray | None = None


@dataclass(frozen=True)
class Choice:
    """A rule with its parameter by series (an index into the rule's parameters).

    `cost_per_unit` is what it cost per unit demanded, each window judged by what the other windows would have chosen.
    """

    rule: Rule
    chosen: np.ndarray
    cost_per_unit: float
    is_by_segment: bool
    cap: float = np.inf

    def pick(self, levels: np.ndarray) -> np.ndarray:
        """Series × evenings × 1: each series' levels at its parameter."""
        return np.take_along_axis(levels, self.chosen[:, None, None], axis=2)


def try_out(
    rule: Rule,
    units: np.ndarray,
    terms: Terms,
    first_weekday: int = 0,
    windows: int = CALIBRATION_WINDOWS,
    most_lost: np.ndarray | None = None,
) -> list[Trial]:
    """Replay all parameters over the last windows of demand known so far, once for each of the rule's caps.

    The rule knows what was known before them.
    """
    begin = units.shape[1] - windows * REFRESH_DAYS
    levels = remembered(rule.learn(units[:, :begin], terms))
    trials = []
    for cap in caps_of(rule):
        shelf: Shelf | None = None
        outcomes: list[Outcome] = []
        for origin in range(begin, units.shape[1], REFRESH_DAYS):
            outcome, shelf = live_through(units, origin, levels, terms, first_weekday, shelf, cap)
            outcomes.append(outcome)
        cost, wanted = [one.cost for one in outcomes], [one.wanted[:, 0] for one in outcomes]
        lost = np.stack([one.lost_cost for one in outcomes])
        trials.append(Trial(rule, np.stack(cost), np.stack(wanted), cap, lost, most_lost))
    return trials


def caps_of(rule: Rule) -> tuple[float, ...]:
    """Caps that the rule may have; most have none."""
    return getattr(rule, "caps", (np.inf,))


def remembered(levels: Levels) -> Levels:
    """The same, asked only once about the same evenings."""
    said: dict[int, np.ndarray] = {}

    def once(units: np.ndarray, known: np.ndarray) -> np.ndarray:
        first = int(known[0])
        if first not in said:
            said[first] = levels(units, known)
        return said[first]

    return once


def live_through(
    units: np.ndarray,
    origin: int,
    levels: Levels,
    terms: Terms,
    first_weekday: int,
    shelf: Shelf | None,
    cap: float = np.inf,
) -> tuple[Outcome, Shelf]:
    """Replay the 28 days after the first `origin` days; each evening's level knows the days before it."""
    evenings = np.arange(origin, min(origin + REFRESH_DAYS, units.shape[1]))
    ahead = units[:, origin : evenings[-1] + 1]
    found = levels(units[:, : evenings[-1]], evenings)
    leads = drawn_leads(terms, ahead.shape, origin)
    return replay(ahead, found, terms, cap=cap, leads=leads, shelf=shelf, first_weekday=(first_weekday + origin) % 7)


def drawn_leads(terms: Terms, shape: tuple[int, int], seed: int) -> np.ndarray | None:
    """Lead times of each evening's order, of a gamma distribution with their mean and deviation, whole days.

    None where none deviates: they are all their mean. The same seed draws the same, so rules meet the same delays.
    """
    mean, deviation = (np.broadcast_to(each, shape[:1]) for each in (terms.lead_days, terms.lead_deviation))
    if not np.any(deviation > 0):
        return None
    varies = deviation > 0
    certain = np.where(varies, deviation, 1)[:, None]
    drawn = np.random.default_rng(seed).gamma((mean[:, None] / certain) ** 2, certain**2 / mean[:, None], shape)
    usual = np.broadcast_to(terms.whole_lead_days, shape[:1])[:, None]
    return np.where(varies[:, None], np.clip(np.rint(drawn), 1, _LONGEST_LEAD_DAYS), usual).astype(int)


def choose(trial: Trial, segments: np.ndarray) -> Choice:
    """The parameter of least cost, by segment (a word per series) where that pays on windows that did not choose."""
    together = np.zeros(len(segments), dtype=int)
    common, own = _judged(trial, together), _judged(trial, segments)
    is_by_segment = own < common * (1 - LEAST_GAIN)
    chosen = _cheapest(trial.cost.sum(axis=0), segments if is_by_segment else together)
    if trial.most_lost is not None:
        chosen = _served(trial, chosen, segments)
    return Choice(trial.rule, chosen, own if is_by_segment else common, bool(is_by_segment), trial.cap)


def best(choices: Sequence[Choice]) -> Choice:
    """The one that cost least; of equals the first."""
    return min(choices, key=lambda each: each.cost_per_unit)


def _served(trial: Trial, chosen: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Where a segment would lose more than it may, the cheapest parameter that does not; if none, the fullest."""
    served, lost, cost = chosen.copy(), trial.lost.sum(axis=0), trial.cost.sum(axis=0)
    for segment in np.unique(segments):
        rows = (segments == segment) & np.isfinite(trial.most_lost)
        most = trial.most_lost[rows].sum()
        if rows.sum() < LEAST_SERIES or lost[rows, chosen[rows]].sum() <= most:
            continue
        enough = lost[rows].sum(axis=0) <= most
        served[rows] = np.where(enough, cost[rows].sum(axis=0), np.inf).argmin() if enough.any() else -1
    return np.where(served < 0, trial.cost.shape[2] - 1, served)


def _judged(trial: Trial, segments: np.ndarray) -> float:
    """Cost per unit of each window with what the other windows choose."""
    total, cost = trial.cost.sum(axis=0), 0.0
    for window in trial.cost:
        others = total - window if len(trial.cost) > 1 else total
        chosen = _cheapest(others, segments)
        cost += float(np.take_along_axis(window, chosen[:, None], axis=1).sum())
    return cost / max(float(trial.wanted.sum()), 1e-9)


def _cheapest(cost: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """By series the parameter that costs its segment least; that of all where the segment is small."""
    chosen = np.full(len(cost), int(cost.sum(axis=0).argmin()))
    for segment in np.unique(segments):
        rows = segments == segment
        if rows.sum() >= LEAST_SERIES:
            chosen[rows] = int(cost[rows].sum(axis=0).argmin())
    return chosen
