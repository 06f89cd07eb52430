"""A rule with its parameters frozen by replayed cost, and the levels it advises of demand known until a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spark_jobs.stock_policies.contest import Demand
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.rules import Rule
from spark_jobs.stock_policies.tuning import Choice, best, choose, try_out


@dataclass(frozen=True)
class Advised:
    """Series × evenings: when the position is below it, order up to it; whole units."""

    order_up_to: np.ndarray
    is_full: np.ndarray  # more was wanted than fits


def freeze(
    rules: Sequence[Rule],
    demand: Demand,
    terms: Terms,
    windows: int,
    *,
    most_lost: np.ndarray | None = None,
    tell: Callable[[str], None] = lambda _step: None,
) -> Choice:
    """The rule and its parameters that would have cost least on the last windows of known demand.

    `most_lost` is the margin that each series may lose there: where saving stock or waste would pay at the price of
    emptier shelves than a segment had, its shelves stay as full as they were.
    """
    choices = []
    for rule in rules:
        tell(f"what {rule.name} would have cost")
        trials = try_out(rule, demand.units, terms, demand.first_weekday, windows, most_lost)
        choices.append(best([choose(trial, demand.segments(demand.units)) for trial in trials]))
    return best(choices)


def advise(choice: Choice, units: np.ndarray, terms: Terms, evenings: int = 1) -> Advised:
    """The levels of the last evening known, or of so many from there on, as they are seen now (series × evenings).

    Base stock, never below what a shelf shows nor above what fits it. What fits is what the shelf holds when the goods
    come: until then some of what is there is sold.
    """
    known = np.arange(units.shape[1], units.shape[1] + evenings)
    levels = choice.pick(choice.rule.learn(units, terms)(units, known))[:, :, 0]
    return bounded(levels, units, terms)


def bounded(levels: np.ndarray, units: np.ndarray, terms: Terms) -> Advised:
    """Whole units within the shelf's bounds; levels are series × evenings."""
    recent = np.nan_to_num(units[:, -56:])
    before_it_comes = recent.mean(axis=1) * (terms.whole_lead_days - 1)
    room = np.floor(terms.capacity + before_it_comes + 1e-9)[:, None]
    shown = np.broadcast_to(terms.presentation, len(units))[:, None]
    wanted = np.maximum(np.rint(levels), shown)
    return Advised(np.maximum(np.minimum(wanted, room), 0), wanted > room)
