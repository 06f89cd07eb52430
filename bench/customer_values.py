"""Are customers worth what was said? Deciles of value, held to the twelve months that followed.

python -m bench.customer_values [WORLD …] [--seed N]

26 months of a small simulated world: models see the first 14 and say what each customer will spend in the next 12. The
error of a decile is what was said ÷ what came − 1, in sales (margins are a fixed share of them here). Beside it the
same with BG/NBD alone, and the naive word: as much as so far, by day known.
"""

import argparse
from datetime import date, timedelta

import numpy as np
import pandas as pd

from bench._known_sales import simulated_sales
from ingestion.simulation.faults import MODEST
from ingestion.simulation.run import Run
from spark_jobs.customer_values.bg_nbd import BgNbd
from spark_jobs.customer_values.history import History, history_of
from spark_jobs.customer_values.values import DAYS_AHEAD, fit_values

_FIRST, _DAYS = date(2024, 1, 1), 790


def main() -> None:
    """Print a table for each world."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worlds", nargs="*", default=["grocer", "gifts", "fashion"])
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    for world in options.worlds:
        _print_world(world, options.seed)


def _print_world(world: str, seed: int) -> None:
    until = _FIRST + timedelta(days=_DAYS)
    sales = simulated_sales(Run(world, "small", seed, "bench", _FIRST, MODEST), until)
    known = sales[sales["customer_id"] != ""]
    days = known.groupby(["customer_id", "day"], as_index=False)["net_amount"].sum()
    table, model = compared(days, until.toordinal() - DAYS_AHEAD)
    print(f"\n{world}, seed {seed}: {model}")
    print(table.to_string(float_format=lambda number: f"{number:,.2f}"))


def compared(days: pd.DataFrame, until: int) -> tuple[pd.DataFrame, str]:
    """A row per decile of the value said, and the model of purchases that was chosen."""
    customers, history = history_of(*(days[name].to_numpy() for name in ("customer_id", "day", "net_amount")), until)
    after = days[days["day"] > until].groupby("customer_id")["net_amount"].agg(["size", "sum"])
    came = after.reindex(customers).fillna(0)
    model = fit_values(history)
    spend = model.spend.expected_spend(history)
    bg_nbd = next(rival for rival, _ in model.rivals if isinstance(rival, BgNbd))
    said = {
        "said": model.purchases.expected_purchases(history, DAYS_AHEAD) * spend,
        "BG/NBD": bg_nbd.expected_purchases(history, DAYS_AHEAD) * spend,
        "naive": _as_so_far(history),
    }
    frame = pd.DataFrame(said | {"came": came["sum"].to_numpy(), "bought": (came["size"] > 0).to_numpy()})
    deciles = pd.qcut(frame["said"].rank(method="first"), 10, labels=range(1, 11))
    sums = frame.groupby(deciles, observed=True).sum()
    sums.loc["all"] = sums.sum()
    errors = {f"error {name}": sums[name] / sums["came"] - 1 for name in said}
    return sums[["said", "came", "bought"]].assign(**errors), f"{model.purchases.name} {model.purchases.parameters}"


def _as_so_far(history: History) -> np.ndarray:
    """Repeat purchases so far by day known, for a year."""
    return history.repeats * history.spend / np.maximum(history.age, 28) * DAYS_AHEAD


if __name__ == "__main__":
    main()
