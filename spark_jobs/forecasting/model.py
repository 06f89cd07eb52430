"""What every model of demand is to the backtest, to training and to prediction."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame

HORIZON_DAYS = 28
HORIZON_WEEKS = 4

Kind = Literal["baseline", "statistical", "learned", "combined"]
"""`baseline`: what a challenger must beat. `combined`: a mean of others."""


class DemandData(Protocol):
    """Everything a model may ask for. Whatever it gives for an origin was known at the end of that day."""

    ids: tuple[str, ...]  # one word per series, in the order of every array's rows

    def history(self, origin: np.datetime64) -> np.ndarray:
        """(series, days) units wanted until the origin, that day included; NaN on days that do not count."""
        ...

    def examples(self, origin: np.datetime64) -> DataFrame:
        """Rows to learn from, one per series, target day and horizon week: the columns of `examples.COLUMNS`."""
        ...

    def questions(self, origin: np.datetime64) -> DataFrame:
        """Rows to answer, the same columns without the target: every series, each of the 28 days after the origin."""
        ...


class Fitted(Protocol):
    """A model that has learnt. It is bound to no origin: it may be asked again day by day."""

    def predict(self, data: DemandData, origin: np.datetime64) -> np.ndarray:
        """(series, 28) units for the days after the origin; finite, never negative."""
        ...

    def save(self, folder: Path) -> None:
        """Write it into a folder, which is made; `Model.load` reads it back to the same forecasts."""
        ...

    def importance(self) -> dict[str, float]:
        """Share of each feature in what was learnt; empty where there are no features."""
        ...


class Model(Protocol):
    """A way to learn."""

    name: str
    kind: Kind
    parameters: dict[str, Any]

    def tuned(self, data: DemandData, origin: np.datetime64) -> Self:
        """The same with parameters chosen by what is known at the origin; itself where there is nothing to choose."""
        ...

    def fit(self, data: DemandData, origin: np.datetime64) -> Fitted:
        """Learn from what is known at the origin."""
        ...

    def load(self, folder: Path) -> Fitted:
        """Read back what `Fitted.save` wrote."""
        ...


@dataclass(frozen=True)
class Forecast:
    """What a model said at an origin, with its interval."""

    model: str
    origin: np.datetime64  # the last day known
    ids: tuple[str, ...]
    units: np.ndarray  # (series, 28)
    lower: np.ndarray
    upper: np.ndarray

    def frame(self) -> pd.DataFrame:
        """Rows of series, target_date, horizon_days, units, lower and upper."""
        days = np.arange(1, HORIZON_DAYS + 1)
        return pd.DataFrame(
            {
                "series": np.repeat(np.array(self.ids, dtype=object), HORIZON_DAYS),
                "target_date": np.tile(self.origin + days, len(self.ids)),
                "horizon_days": np.tile(days, len(self.ids)),
                "units": self.units.ravel(),
                "lower": self.lower.ravel(),
                "upper": self.upper.ravel(),
            }
        )


def checked(units: np.ndarray) -> np.ndarray:
    """Forecasts as they may be used: finite and not negative. Raises ValueError naming how many are not finite."""
    broken = int((~np.isfinite(units)).sum())
    if broken:
        raise ValueError(f"{broken} forecasts are no numbers")
    return np.maximum(units, 0.0)
