"""The models, by name."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from contracts.problems import Problem
from spark_jobs.forecasting.boosted import BoostedModel
from spark_jobs.forecasting.combined import COMBINED, MEMBERS, FittedMean, MeanModel
from spark_jobs.forecasting.model import DemandData, Fitted, Model
from spark_jobs.forecasting.spark_trees import GRADIENT_BOOSTED_TREES, RANDOM_FOREST
from spark_jobs.forecasting.statistical import STATISTICAL

Tell = Callable[[str], None]
MODELS: dict[str, Model] = {
    model.name: model for model in (*STATISTICAL, BoostedModel(), RANDOM_FOREST, GRADIENT_BOOSTED_TREES)
}
BASELINES = tuple(model.name for model in MODELS.values() if model.kind == "baseline")
CHAMPIONS_PATH = ("seasonal_naive", "weekday_mean", "tsb", "usual_week", "boosted_counts")
"""What has to run for the champion to be found: the baselines, and what is cheap and good."""


def models_named(names: str) -> list[Model]:
    """`all`, `champion` (see CHAMPIONS_PATH) names with commas, or both; baselines come along. Raises Problem."""
    if names == "all":
        return list(MODELS.values())
    said = {name.strip() for name in names.split(",")}
    wanted = (said | set(CHAMPIONS_PATH)) - {"champion"} if "champion" in said else said
    if unknown := wanted - set(MODELS):
        raise Problem(f"There is no model {', '.join(sorted(unknown))}.", f"Choose among {', '.join(MODELS)}.")
    return [model for name, model in MODELS.items() if name in {*wanted, *BASELINES}]


def model_with(name: str, parameters: Mapping[str, Any]) -> Model:
    """A model as it was released: by its name and parameters, a mean by those of its members. Raises Problem."""
    if name == COMBINED:
        return MeanModel(tuple(model_with(*member) for member in parameters[MEMBERS].items()))
    if name not in MODELS:
        raise Problem(f"This code has no model {name!r}.", "Release models of today with ./retail train.")
    return replace(MODELS[name], parameters=dict(parameters))


def fit_once(
    model: Model, data: DemandData, origin: np.datetime64, learnt: dict[tuple[str, str], Fitted], tell: Tell
) -> Fitted:
    """Fit it, unless `learnt` has it: a member of a mean that speaks for itself, too, learns once."""
    if isinstance(model, MeanModel):
        return FittedMean({one.name: fit_once(one, data, origin, learnt, tell) for one in model.members})
    key = (model_key(model), str(origin))
    if key not in learnt:
        tell(f"{model.name}: learning from everything until {origin}")
        learnt[key] = model.fit(data, origin)
    return learnt[key]


def model_key(model: Model) -> str:
    """Its name and a hash of its parameters: what its answers and artefacts are kept under."""
    said = json.dumps(model.parameters, sort_keys=True)
    return f"{model.name}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
