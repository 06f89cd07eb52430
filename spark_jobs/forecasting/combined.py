"""The mean of other models: half of each of two that err in different ways."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from spark_jobs.forecasting.model import DemandData, Fitted, Kind, Model

COMBINED = "combined"
MEMBERS = "mean of"


@dataclass(frozen=True)
class MeanModel:
    """Equal weights, which no data has to be spent on."""

    members: tuple[Model, ...]
    name: str = COMBINED
    kind: Kind = "combined"

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of its members, by their names."""
        return {MEMBERS: {member.name: member.parameters for member in self.members}}

    def tuned(self, data: DemandData, origin: np.datetime64) -> Self:
        """With members that are tuned."""
        return type(self)(tuple(member.tuned(data, origin) for member in self.members))

    def fit(self, data: DemandData, origin: np.datetime64) -> "FittedMean":
        """Each member learns by itself."""
        return FittedMean({member.name: member.fit(data, origin) for member in self.members})

    def load(self, folder: Path) -> "FittedMean":
        """Read back each member from its folder."""
        return FittedMean({member.name: member.load(folder / member.name) for member in self.members})


@dataclass(frozen=True)
class FittedMean:
    """What the members have learnt, by their names."""

    members: dict[str, Fitted]

    def predict(self, data: DemandData, origin: np.datetime64) -> np.ndarray:
        """(series, 28) units."""
        return np.mean([member.predict(data, origin) for member in self.members.values()], axis=0)

    def save(self, folder: Path) -> None:
        """A folder for each member."""
        for name, member in self.members.items():
            member.save(folder / name)

    def importance(self) -> dict[str, float]:
        """Mean of the shares of those members that have features."""
        found = [shares for member in self.members.values() if (shares := member.importance())]
        names = {name for shares in found for name in shares}
        return {name: sum(shares.get(name, 0.0) for shares in found) / len(found) for name in sorted(names)}
