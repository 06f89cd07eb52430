"""The models, by name."""

from contracts.problems import Problem
from spark_jobs.forecasting.boosted import BoostedModel
from spark_jobs.forecasting.model import Model
from spark_jobs.forecasting.spark_trees import GRADIENT_BOOSTED_TREES, RANDOM_FOREST
from spark_jobs.forecasting.statistical import STATISTICAL

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
