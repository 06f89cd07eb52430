"""Grades the advised stock policy in other people's money: four simulated worlds, with it and without it.

python -m cli.policy_grades [--world NAME]… [--size small] [--start DATE]
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cli.other_worlds import SEEDS
from cli.policy_trial import TRIAL_DAYS, Grade, grade
from contracts.problems import Problem
from contracts.settings import load_settings
from ingestion.simulation.trial import Worth

WORLDS = {"grocer": 7, **SEEDS}
START = date(2025, 1, 1)
WIDE = 150
_COLUMNS = ("world", "buyers", "fill rate", "mean stock", "margin lost", "holding", "cost", "expired", "cost with it")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 where advice costs more than the incumbent or after a sentence on stderr, 130 after Ctrl-C."""
    options = _options(arguments)
    console = Console(stderr=True, highlight=False)
    folder = load_settings().home / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        grades = [_graded(world, options, folder, console) for world in options.world or WORLDS]
    except Problem as problem:
        console.print(str(problem), style="red", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    Console(highlight=False, width=WIDE).print(as_table(grades))
    return 0 if all(each.advised.cost < each.incumbent.cost for each in grades) else 1


def as_table(grades: Sequence[Grade]) -> Table:
    """Two rows per world, and what the advice saves."""
    title = f"{TRIAL_DAYS} days of the same customers: ordered by the buyers' own rule, and by advice"
    table = Table(*_COLUMNS, title=title, title_justify="left", box=None, header_style="bold")
    for column in table.columns[2:]:
        column.justify = "right"
    for each in grades:
        table.add_row(each.world, "incumbent", *_figures(each.incumbent))
        table.add_row("", each.policy, *_figures(each.advised))
        saved, with_expired = (
            1 - getattr(each.advised, name) / max(getattr(each.incumbent, name), 1e-9)
            for name in ("cost", "cost_with_expired")
        )
        table.add_row("", "saved", "", "", "", "", f"{saved:.1%}", "", f"{with_expired:.1%}", style="bold")
    return table


def _figures(worth: Worth) -> list[str]:
    money = (worth.stock_value, worth.lost_margin, worth.holding_cost, worth.cost, worth.expired_cost)
    return [f"{worth.fill_rate:.4f}", *(f"{amount:,.0f}" for amount in (*money, worth.cost_with_expired))]


def _graded(world: str, options: argparse.Namespace, folder: Path, console: Console) -> Grade:
    if world not in WORLDS:
        raise Problem(f"There is no world {world!r} to grade.", f"Worlds are {', '.join(WORLDS)}.")
    seed = WORLDS[world] if options.seed is None else options.seed
    file = folder / f"{world}.csv"
    return grade(world, options.size, seed, options.start, file, lambda text: console.print(text, style="dim"))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="policies grade", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--world", action="append", help=f"one of {', '.join(WORLDS)} (default: each)")
    parser.add_argument("--size", default="small", help="tiny, small or medium (default: small)")
    parser.add_argument("--seed", type=int, help="another one than the world's usual")
    parser.add_argument("--start", type=date.fromisoformat, default=START, help=f"of the history (default: {START})")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
