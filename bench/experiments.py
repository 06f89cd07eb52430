"""How often an experiment finds an effect where there is none, and where there is one of 10 %.

python -m bench.experiments [--seed N]

Customers of a small simulated grocer: 26 weeks of history, 8 of the experiment, a look each week. 2,000 assignments at
random, as the hash makes them, without any treatment; then the same with 10 % more sales of those treated. Beside the
looks as they are (with history taken off, at the p-value that a look asks for): the test without history, the last
look alone, and peeking, 5 % at every look.
"""

import argparse
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import t as student

from bench._known_sales import simulated_sales
from ingestion.simulation.faults import MODEST
from ingestion.simulation.run import Run
from spark_jobs.experiments.alpha_spending import nominal_p_values

_FIRST = date(2024, 1, 1)
_HISTORY, _LOOKS, _ASSIGNMENTS, _LIFT = 26, 8, 2000, 1.10
_START = 240  # days after the first: all stores are open


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    start = _FIRST + timedelta(days=_START)
    run = Run("grocer", "small", options.seed, "bench", _FIRST, MODEST)
    sales = simulated_sales(run, start + timedelta(days=7 * _LOOKS - 1))
    history, outcomes = measured(sales[sales["customer_id"] != ""], start.toordinal())
    random = np.random.default_rng(options.seed)
    arms = random.random((_ASSIGNMENTS, len(history))) < 0.5
    print(f"{len(history):,} customers, {_LOOKS} looks, {_ASSIGNMENTS:,} assignments")
    for title, lift in (("no treatment", 1.0), ("10 % more", _LIFT)):
        print(f"\n{title}")
        for name, share in found(history, outcomes, arms, lift).items():
            print(f"  {name:<42}{share:6.1%}")


def measured(sales: pd.DataFrame, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Net amounts of customers who bought in the history: customers; and since the start, looks × customers."""
    week = (sales["day"] - start) // 7
    by_week = sales.assign(week=week).pivot_table("net_amount", "customer_id", "week", "sum", fill_value=0.0)
    history = by_week[[week for week in by_week.columns if -_HISTORY <= week < 0]].sum(axis=1)
    known = history[history > 0].index
    return history[known].to_numpy(), by_week.loc[known, range(_LOOKS)].to_numpy().T.cumsum(axis=0)


def found(history: np.ndarray, outcomes: np.ndarray, arms: np.ndarray, lift: float) -> dict[str, float]:
    """Share of assignments in which an effect was called, by way of looking."""
    asked = nominal_p_values(len(outcomes))
    plain = np.array([p_values(look, arms, lift) for look in outcomes]).T
    adjusted = np.array([p_values(look, arms, lift, history) for look in outcomes]).T
    return {
        "looks, history taken off (as it is done)": float((adjusted <= asked).any(axis=1).mean()),
        "looks, without history": float((plain <= asked).any(axis=1).mean()),
        "last look alone, history taken off": float((adjusted[:, -1] <= 0.05).mean()),
        "last look alone, without history": float((plain[:, -1] <= 0.05).mean()),
        "peeking, 5 % at each look": float((adjusted <= 0.05).any(axis=1).mean()),
    }


def p_values(outcome: np.ndarray, arms: np.ndarray, lift: float, history: np.ndarray | None = None) -> np.ndarray:
    """Welch's two-sided p-value of each assignment, with the history taken off if it is given."""
    seen = np.where(arms, outcome * lift, outcome)
    if history is not None:
        deviation = history - history.mean()
        theta = (seen @ deviation) / (deviation @ deviation)
        seen = seen - theta[:, None] * deviation
    return _welch(seen, arms)


def _welch(seen: np.ndarray, arms: np.ndarray) -> np.ndarray:
    parts = []
    for arm in (arms, ~arms):
        count = arm.sum(axis=1)
        mean = (seen * arm).sum(axis=1) / count
        spread = (np.square(seen - mean[:, None]) * arm).sum(axis=1) / (count - 1) / count
        parts.append((mean, spread, count))
    (mean_1, spread_1, count_1), (mean_0, spread_0, count_0) = parts
    error = spread_1 + spread_0
    freedom = error**2 / (spread_1**2 / (count_1 - 1) + spread_0**2 / (count_0 - 1))
    return 2 * student.sf(np.abs(mean_1 - mean_0) / np.sqrt(error), freedom)


if __name__ == "__main__":
    main()
