"""Policies against each other on demand that none of them has seen: origins of 28 days, parameters frozen at each.

At every origin each rule learns what is known, its parameter is chosen on the days before (`tuning`), and the policy to
release is the one that would have cost least there. Rule and parameter are frozen for 28 days; its levels follow demand
from evening to evening. The days after the origin only count the cost. Stock goes on from one origin to the next, and
begins with a full shelf on the first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spark_jobs.stock_policies.replay import Outcome, Shelf, Terms
from spark_jobs.stock_policies.rules import Levels, Rule
from spark_jobs.stock_policies.tuning import (
    CALIBRATION_WINDOWS,
    REFRESH_DAYS,
    Choice,
    best,
    choose,
    live_through,
    try_out,
)

RELEASED = "released"
UNTUNED = " (untuned)"


@dataclass(frozen=True)
class Score:
    """What a policy did over the days of one origin; all sums over series."""

    policy: str
    origin: np.datetime64  # the last day known
    wanted: float
    lost: float
    held: float
    orders: float
    holding_cost: float
    lost_cost: float
    waste_cost: float
    cost: float
    days: int
    parameter: str

    @property
    def cost_per_unit(self) -> float:
        """Per unit demanded."""
        return self.cost / max(self.wanted, 1e-9)

    @property
    def fill_rate(self) -> float:
        """Units sold ÷ units demanded."""
        return 1 - self.lost / max(self.wanted, 1e-9)

    @property
    def days_of_stock(self) -> float:
        """Mean stock in the evening ÷ mean demand a day."""
        return self.held / max(self.wanted, 1e-9)


@dataclass(frozen=True)
class Demand:
    """Units by series and day, the date of the first day, and a word per series whose parameters may differ."""

    units: np.ndarray
    dates: np.ndarray
    segments: Callable[[np.ndarray], np.ndarray]

    @property
    def first_weekday(self) -> int:
        """0 is Monday."""
        return (int(self.dates[0].astype("datetime64[D]").astype(int)) + 3) % 7


def origins(days: int, count: int = 3) -> list[int]:
    """How many days are known at each of the last origins: 28 days follow each."""
    return [days - back * REFRESH_DAYS for back in range(count, 0, -1)]


def hold(
    rules: Sequence[Rule],
    demand: Demand,
    terms: Terms,
    *,
    count: int = 3,
    windows: int = CALIBRATION_WINDOWS,
    tell: Callable[[str], None] = lambda _step: None,
) -> list[Score]:
    """Scores of every rule, tuned and untuned, and of what would have been released, by origin."""
    shelves: dict[str, Shelf | None] = {}
    scores: list[Score] = []
    for known in origins(demand.units.shape[1], count):
        units = demand.units[:, :known]
        choices: list[Choice] = []
        for rule in rules:
            tell(f"{demand.dates[known - 1]}: {rule.name}")
            trials = try_out(rule, units, terms, demand.first_weekday, windows)
            choices.append(best([choose(trial, demand.segments(units)) for trial in trials]))
        for policy, levels, cap, parameter in _plans(choices, units, terms):
            outcome, shelves[policy] = live_through(
                demand.units, known, levels, terms, demand.first_weekday, shelves.get(policy), cap
            )
            scores.append(_score(policy, demand.dates[known - 1], outcome, parameter))
    return scores


def _plans(choices: Sequence[Choice], units: np.ndarray, terms: Terms) -> Iterator[tuple[str, Levels, float, str]]:
    """Policies with their levels (one parameter each), their cap and the parameter in words."""
    released = best(choices)
    for choice in choices:
        levels, values = choice.rule.learn(units, terms), np.array(choice.rule.parameters)
        yield choice.rule.name, _picked(choice, levels), choice.cap, _in_words(values[choice.chosen], choice.cap)
        if len(values) > 1:
            untuned = int(np.abs(values - choice.rule.untuned).argmin())
            frozen = replace(choice, chosen=np.full(len(units), untuned))
            yield choice.rule.name + UNTUNED, _picked(frozen, levels), np.inf, f"{values[untuned]:g}"
        if choice is released:
            yield RELEASED, _picked(choice, levels), choice.cap, choice.rule.name


def _picked(choice: Choice, levels: Levels) -> Levels:
    return lambda units, known: choice.pick(levels(units, known))


def _in_words(values: np.ndarray, cap: float) -> str:
    least, most = values.min(), values.max()
    words = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    return words if np.isinf(cap) else f"{words} (cap {cap:g})"


def _score(policy: str, origin: np.datetime64, outcome: Outcome, parameter: str) -> Score:
    sums = {name: float(getattr(outcome, name).sum()) for name in ("wanted", "lost", "held", "orders")}
    costs = {name: float(getattr(outcome, name).sum()) for name in ("holding_cost", "lost_cost", "waste_cost", "cost")}
    return Score(policy, origin, **sums, **costs, days=outcome.days, parameter=parameter)


def total(scores: Iterable[Score]) -> dict[str, Score]:
    """By policy the sums over origins."""
    found: dict[str, Score] = {}
    for one in scores:
        found[one.policy] = one if one.policy not in found else _added(found[one.policy], one)
    return found


def _added(one: Score, other: Score) -> Score:
    names = ("wanted", "lost", "held", "orders", "holding_cost", "lost_cost", "waste_cost", "cost", "days")
    sums = {name: getattr(one, name) + getattr(other, name) for name in names}
    return Score(one.policy, one.origin, **sums, parameter=f"{one.parameter}, {other.parameter}")
