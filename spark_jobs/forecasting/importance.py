"""How much worse a learner gets when a feature says nothing (permutation importance, Breiman 2001)."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from spark_jobs.forecasting import metrics
from spark_jobs.forecasting.columns import STATISTICAL
from spark_jobs.forecasting.examples import DAY, FEATURES, SERIES
from spark_jobs.forecasting.model import HORIZON_DAYS, DemandData
from spark_jobs.forecasting.weeks import placed

_MOST_SERIES = 150
Answer = Callable[[pd.DataFrame], np.ndarray]


def permutation_importance(answer: Answer, data: DemandData, origin: np.datetime64, seed: int) -> dict[str, float]:
    """Rise of the RMSSE over the 28 days after the origin (which must be over) when a feature's values change places.

    Of a sample of series; `answer` gives units for rows of questions. The usual units are left as they are.
    """
    random = np.random.default_rng(seed)
    count = len(data.ids)
    chosen = np.sort(random.choice(count, min(count, _MOST_SERIES), replace=False))
    rows = data.questions(origin).toPandas()
    rows = rows[rows[SERIES].isin(chosen)].sort_values([SERIES, DAY], ignore_index=True)
    names = [name for name in FEATURES if name != STATISTICAL]
    copies = [rows, *(rows.assign(**{name: random.permutation(rows[name].to_numpy())}) for name in names)]
    answers = np.split(answer(pd.concat(copies, ignore_index=True)), len(copies))
    actual = data.history(origin + HORIZON_DAYS)[chosen, -HORIZON_DAYS:]
    scale = metrics.naive_scale(data.history(origin))[chosen]

    def error(units: np.ndarray) -> float:
        placed_units = placed(data, origin, rows[SERIES].to_numpy(), rows[DAY].to_numpy(), units)
        return metrics.rmsse(actual, placed_units[chosen], scale)

    usual = error(answers[0])
    return {name: error(units) - usual for name, units in zip(names, answers[1:], strict=True)}
