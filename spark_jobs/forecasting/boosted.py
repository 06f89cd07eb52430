"""Gradient boosting with a count loss: one model per horizon week, each learnt by a Spark task.

It learns a factor on the usual units of the day (Poisson deviance, the logarithm of the usual units as base margin), so
that a model that has learnt nothing forecasts the usual units.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import xgboost

from spark_jobs.forecasting.columns import STATISTICAL, UNITS
from spark_jobs.forecasting.examples import DAY, FEATURES, SERIES
from spark_jobs.forecasting.model import HORIZON_WEEKS, DemandData, Kind, checked
from spark_jobs.forecasting.tuning import best_of
from spark_jobs.forecasting.weeks import answers

_RESULT = "week int, model binary"
_MEMBERS = [name for name in FEATURES if name != STATISTICAL]


@dataclass(frozen=True)
class BoostedModel:
    """XGBoost."""

    name: str = "boosted_counts"
    kind: Kind = "learned"
    parameters: dict[str, Any] = field(
        default_factory=lambda: {
            "objective": "count:poisson",
            "max_depth": 5,
            "eta": 0.05,
            "rounds": 150,
            "min_child_weight": 50,
            "subsample": 0.7,
            "colsample_bytree": 0.6,
            "reg_lambda": 5,
            "seed": 20260101,
        }
    )
    choices: tuple[dict[str, Any], ...] = ({"max_depth": 4}, {"max_depth": 6})

    def tuned(self, data: DemandData, origin: np.datetime64) -> Self:
        """With the choice that forecasts the window before the origin best."""
        return best_of([replace(self, parameters=self.parameters | choice) for choice in self.choices], data, origin)

    def fit(self, data: DemandData, origin: np.datetime64) -> "FittedBoosted":
        """Learn from what is known at the origin."""
        learnt = data.examples(origin).groupBy("week").applyInPandas(_learner(self.parameters), _RESULT).toPandas()
        return FittedBoosted({int(row.week): _booster(bytes(row.model)) for row in learnt.itertuples()})

    def load(self, folder: Path) -> "FittedBoosted":
        """Read back the trees, XGBoost's own JSON."""
        weeks = range(1, HORIZON_WEEKS + 1)
        return FittedBoosted({week: _booster((folder / f"week-{week}.ubj").read_bytes()) for week in weeks})


@dataclass(frozen=True)
class FittedBoosted:
    """Trees by horizon week."""

    boosters: dict[int, xgboost.Booster]

    def predict(self, data: DemandData, origin: np.datetime64) -> np.ndarray:
        """(series, 28) units."""
        return checked(answers(data, origin, self.answer))

    def answer(self, rows: pd.DataFrame) -> np.ndarray:
        """Units for rows of questions."""
        return _units(self.boosters, rows)

    def save(self, folder: Path) -> None:
        """One file per week, and what they need to be read by a person."""
        folder.mkdir(parents=True, exist_ok=True)
        for week, booster in self.boosters.items():
            (folder / f"week-{week}.ubj").write_bytes(bytes(booster.save_raw("ubj")))
        (folder / "features.json").write_text(json.dumps(_MEMBERS))

    def importance(self) -> dict[str, float]:
        """Share of each feature in the gain of all splits."""
        gains = pd.DataFrame([booster.get_score(importance_type="total_gain") for booster in self.boosters.values()])
        total = gains.sum()
        return (total / total.sum()).to_dict() if len(total) else {}


def _learner(parameters: dict[str, Any]):
    """What a task does with the rows of a week."""
    rounds = parameters["rounds"]
    booster_parameters = {name: value for name, value in parameters.items() if name != "rounds"}

    def learn(rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows.sort_values([SERIES, DAY])  # a shuffle has no order, and subsamples go by it
        booster = xgboost.train(booster_parameters | {"nthread": 1, "tree_method": "hist"}, _matrix(rows), rounds)
        return pd.DataFrame({"week": [int(rows["week"].iloc[0])], "model": [bytes(booster.save_raw("ubj"))]})

    return learn


def _matrix(rows: pd.DataFrame) -> xgboost.DMatrix:
    matrix = xgboost.DMatrix(rows[_MEMBERS].to_numpy(np.float32), feature_names=_MEMBERS)
    matrix.set_base_margin(np.log(rows[STATISTICAL].to_numpy(np.float32)))
    if UNITS in rows:
        matrix.set_label(rows[UNITS].to_numpy(np.float32))
    return matrix


def _booster(trees: bytes) -> xgboost.Booster:
    return xgboost.Booster(model_file=bytearray(trees))


def _units(boosters: dict[int, xgboost.Booster], rows: pd.DataFrame) -> np.ndarray:
    units = np.zeros(len(rows))
    for week, booster in boosters.items():
        of_week = (rows["week"] == week).to_numpy()
        if of_week.any():
            units[of_week] = booster.predict(_matrix(rows[of_week]))
    return units
