"""A rule with its parameters frozen by replayed cost, and the levels it advises of demand known until a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spark_jobs.stock_policies.contest import Demand
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.rules import Levels, Rule
from spark_jobs.stock_policies.tuning import Choice, best, choose, try_out


@dataclass(frozen=True)
class Held:
    """Another rule's levels, made on an origin and held until the next one instead of following demand."""

    rule: Rule

    @property
    def name(self) -> str:
        """The rule's."""
        return self.rule.name

    @property
    def parameters(self) -> tuple[float, ...]:
        """The rule's."""
        return self.rule.parameters

    @property
    def untuned(self) -> float:
        """The rule's."""
        return self.rule.untuned

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """The levels of the first evening asked about, on all of them."""
        levels = self.rule.learn(units, terms)

        def held(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            return np.repeat(levels(units[:, : known[0]], known[:1]), len(known), axis=1)

        return held


@dataclass(frozen=True)
class Advised:
    """By series: when the position is below it, order up to it; whole units."""

    order_up_to: np.ndarray
    is_full: np.ndarray  # more was wanted than fits


def freeze(
    rules: Sequence[Rule], demand: Demand, terms: Terms, windows: int, tell: Callable[[str], None] = lambda _step: None
) -> Choice:
    """The rule and its parameters that would have cost least on the last windows of known demand."""
    choices = []
    for rule in rules:
        tell(f"what {rule.name} would have cost")
        trials = try_out(rule, demand.units, terms, demand.first_weekday, windows)
        choices.append(best([choose(trial, demand.segments(demand.units)) for trial in trials]))
    return best(choices)


def advise(choice: Choice, units: np.ndarray, terms: Terms) -> Advised:
    """The levels of the last evening known: base stock, never below what a shelf shows nor above what fits it.

    What fits is what the shelf holds when the goods come: until then some of what is there is sold.
    """
    known = np.array([units.shape[1]])
    levels = choice.pick(choice.rule.learn(units, terms)(units, known))[:, 0, 0]
    return bounded(levels, units, terms)


def bounded(levels: np.ndarray, units: np.ndarray, terms: Terms) -> Advised:
    """Whole units within the shelf's bounds."""
    recent = np.nan_to_num(units[:, -56:])
    before_it_comes = recent.mean(axis=1) * (terms.whole_lead_days - 1)
    room = np.floor(terms.capacity + before_it_comes + 1e-9)
    wanted = np.maximum(np.rint(levels), terms.presentation)
    return Advised(np.maximum(np.minimum(wanted, room), 0), wanted > room)
