"""What a backtest found: rows for the warehouse, and a table for the person who waits."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from clickhouse_connect.driver.client import Client

from contracts.tables import ML_MODEL_RESULTS
from spark_jobs.forecasting.backtest import Answer, Scored
from warehouse.written_rows import write_rows

TASK = "forecast"
_SHOWN = ("rmsse", "rmse", "wape", "bias", "mase7", "pinball_95", "coverage_90")


@dataclass(frozen=True)
class Run:
    """What every row of a run has in common."""

    run_id: str
    source: str
    trained_from: date
    code_version: str
    seed: int
    run_at: datetime


def result_rows(
    run: Run, scores: Iterable[Scored], parameters: Mapping[str, Mapping[str, Any]], champions: Mapping[str, str]
) -> list:
    """One row per measure, in the columns of `ml.ml_model_results`; champions by class of demand, '' for all."""
    return [
        {
            "run_id": run.run_id,
            "source": run.source,
            "task": TASK,
            "model": score.model,
            "demand_class": score.demand_class,
            "horizon_week": score.horizon_week,
            "origin_date": str(score.origin),
            "measure": score.measure,
            "value": score.value,
            "observations": score.observations,
            "trained_from": run.trained_from,
            "trained_to": str(score.origin),
            "parameters": json.dumps(parameters.get(score.model, {})),
            "code_version": run.code_version,
            "seed": run.seed,
            "is_champion": score.model == champions.get(score.demand_class),
            "run_at": run.run_at,
        }
        for score in scores
    ]


def write_results(client: Client, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append; rows of the same run replace each other."""
    write_rows(client, ML_MODEL_RESULTS, rows)


def cost_scores(model: str, origin: np.datetime64, answer: Answer) -> list[Scored]:
    """Time, memory and importance as measures of their own."""
    count = int(np.isfinite(answer.units).sum())
    measures = {"seconds": answer.seconds, "peak_mb": answer.peak_mb}
    measures |= answer.importance
    return [Scored(model, origin, "", 0, name, float(value), count) for name, value in measures.items()]


def means(scores: Iterable[Scored], demand_class: str = "") -> dict[str, dict[str, float]]:
    """Measures of a class ('' for all) over all weeks, averaged over origins: by model, then by measure."""
    values = defaultdict(lambda: defaultdict(list))
    for score in scores:
        if score.demand_class == demand_class and score.horizon_week == 0:
            values[score.model][score.measure].append(score.value)
    return {
        model: {measure: float(np.mean(found)) for measure, found in measures.items()}
        for model, measures in values.items()
    }


def table(scores: Sequence[Scored], champion: str) -> str:
    """Models by RMSSE, best first, with their means over origins."""
    found = means(scores)
    names = sorted(found, key=lambda name: found[name]["rmsse"])
    width = max(map(len, names)) + 2
    head = f"{'model':<{width}}" + "".join(f"{name:>12}" for name in _SHOWN) + f"{'seconds':>10}{'MB':>8}"
    lines = [head, "-" * len(head)]
    for name in names:
        measures = found[name]
        mark = "*" if name == champion else ""
        figures = "".join(f"{measures.get(one, float('nan')):>12.3f}" for one in _SHOWN)
        lines.append(
            f"{name + mark:<{width}}{figures}{measures.get('seconds', 0):>10.1f}{measures.get('peak_mb', 0):>8.0f}"
        )
    return "\n".join([*lines, f"* champion; means over {len({score.origin for score in scores})} origins of 28 days"])
