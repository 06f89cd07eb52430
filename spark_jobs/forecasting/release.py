"""A release: the models that serve, a class of demand each, with everything one has to know of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from contracts.problems import Problem
from spark_jobs.forecasting.conformal import Calibration
from spark_jobs.forecasting.examples import FEATURES
from spark_jobs.forecasting.model import Fitted, Kind, Model
from spark_jobs.forecasting.registry import model_with

FILE, CARD, MODELS = "release.json", "MODEL_CARD.md", "models"
_ERRORS = "errors.npz"
_ALL = "all"  # a file in a .npz needs a name


@dataclass(frozen=True)
class Serving:
    """What serves a class of demand, and why."""

    key: str  # of `Release.models`
    reason: str


@dataclass(frozen=True)
class Artefact:
    """A model whose artefacts lie in the release's folder, under its key."""

    name: str
    kind: Kind
    parameters: dict[str, Any]

    def model(self) -> Model:
        """The model that made them. Raises Problem if this code has none of its name."""
        return model_with(self.name, self.parameters)


@dataclass(frozen=True)
class Release:
    """Dates are ISO words; `scores` are means over windows by class of demand, model and measure."""

    release_id: str
    source: str
    made_at: str
    run_id: str  # of the backtest that chose
    code_version: str
    seed: int
    tried: str  # which models the backtest compared
    trained_from: str
    trained_to: str
    series: int
    windows: list[str]  # last days known
    features: list[str]
    serving: dict[str, Serving]
    models: dict[str, Artefact]
    scores: dict[str, dict[str, dict[str, float]]]

    def served(self) -> dict[str, str]:
        """Name of the model by class of demand."""
        return {name: self.models[one.key].name for name, one in self.serving.items()}

    def write(self, folder: Path) -> None:
        """As JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1))


def read_release(folder: Path) -> Release:
    """What `Release.write` wrote."""
    said = json.loads((folder / FILE).read_text())
    said["serving"] = {name: Serving(**one) for name, one in said["serving"].items()}
    said["models"] = {key: Artefact(**one) for key, one in said["models"].items()}
    return Release(**said)


def save_model(folder: Path, key: str, fitted: Fitted, calibration: Calibration) -> None:
    """Artefacts of a model, and the errors its intervals are made of."""
    place = folder / MODELS / key
    fitted.save(place)
    np.savez(place / _ERRORS, **{name or _ALL: errors for name, errors in calibration.errors.items()})


def load_model(folder: Path, release: Release, key: str) -> tuple[Fitted, Calibration]:
    """What `save_model` saved. Raises Problem if the features of today are others."""
    artefact = release.models[key]
    if artefact.kind in ("learned", "combined") and release.features != list(FEATURES):
        raise Problem(
            f"{release.release_id} was learnt from other features than this code makes.",
            "Train anew: ./retail train.",
        )
    place = folder / MODELS / key
    with np.load(place / _ERRORS) as kept:
        errors = {"" if name == _ALL else name: kept[name] for name in kept.files}
    return artefact.model().load(place), Calibration(errors)


def without_most_scores(scores: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict:
    """Those a card shows: importance and cost stay in the warehouse."""
    return {
        name: {
            model: {measure: value for measure, value in measures.items() if measure in SHOWN}
            for model, measures in found.items()
        }
        for name, found in scores.items()
    }


SHOWN = ("rmsse", "rmse", "mae", "mase7", "wape", "bias", "pinball_95", "coverage_90")
