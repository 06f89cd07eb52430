"""What a contest of policies found: rows for the warehouse, and a table for the person who waits."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from spark_jobs.stock_policies.contest import RELEASED, Score, total
from spark_jobs.stock_policies.replay import Terms

TASK = "stock policy"
FORESIGHT = "perfect foresight"
MEASURES = ("cost_per_unit", "holding_per_unit", "lost_margin_per_unit", "waste_per_unit", "fill_rate", "days_of_stock")


@dataclass(frozen=True)
class Run:
    """What every row of a run has in common."""

    run_id: str
    source: str
    terms: Terms
    known_from: date
    seed: int
    run_at: datetime


def measures(score: Score) -> dict[str, float]:
    """The figures of a policy by name; money is per unit demanded, perfect foresight costs nothing."""
    wanted = max(score.wanted, 1e-9)
    figures = (
        score.cost_per_unit,
        score.holding_cost / wanted,
        score.lost_cost / wanted,
        score.waste_cost / wanted,
        score.fill_rate,
        score.days_of_stock,
    )
    return dict(zip(MEASURES, figures, strict=True))


def result_rows(run: Run, scores: Iterable[Score]) -> list[dict[str, Any]]:
    """Rows of `ml.ml_model_results`, one per origin, policy and measure."""
    return [row for score in scores for row in _rows_of(run, score)]


def _rows_of(run: Run, score: Score) -> list[dict[str, Any]]:
    parameters = {"parameter": score.parameter, "lead_days": _plain(run.terms.lead_days)}
    shared = {
        "run_id": run.run_id,
        "source": run.source,
        "task": TASK,
        "model": score.policy,
        "demand_class": "",
        "horizon_week": 0,
        "origin_date": str(score.origin),
        "observations": int(score.wanted),
        "trained_from": str(run.known_from),
        "trained_to": str(score.origin),
        "parameters": json.dumps(parameters),
        "code_version": code_version(),
        "seed": run.seed,
        "is_champion": score.policy == RELEASED,
        "run_at": run.run_at,
    }
    return [shared | {"measure": name, "value": value} for name, value in measures(score).items()]


def as_table(lead_days: float | None, scores: Sequence[Score]) -> Table:
    """Policies by cost, the cheapest first; what would have been released is marked."""
    columns = ("policy", "cost", "holding", "lost margin", "waste", "fill rate", "days of stock", "parameter")
    title = f"Lead time {lead_days:g} days" if lead_days else "Each item on its own terms"
    title += ": money per unit demanded"
    table = Table(*columns, title=title, title_justify="left", box=None, header_style="bold")
    for column in table.columns[1:7]:
        column.justify = "right"
    table.add_row(FORESIGHT, "0.000", "0.000", "0.000", "0.000", "1.000", "0.0", "")
    for policy, score in sorted(total(scores).items(), key=lambda each: each[1].cost_per_unit):
        cost, holding, lost, waste, fill, days = measures(score).values()
        figures = (f"{cost:.3f}", f"{holding:.3f}", f"{lost:.3f}", f"{waste:.3f}", f"{fill:.3f}", f"{days:.1f}")
        style = "bold" if policy == RELEASED else ""
        table.add_row(policy, *figures, score.parameter, style=style)
    return table


def code_version() -> str:
    """A fingerprint of the code that results depend on."""
    hashed = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:12]


def _plain(value: Any) -> float | str:
    return float(value) if isinstance(value, int | float) else "by series"
