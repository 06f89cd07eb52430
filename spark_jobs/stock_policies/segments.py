"""Series that may have a parameter of their own together: by how much they sell."""

import numpy as np

from spark_jobs.stock_policies.history import Past

SEGMENTS = ("slow", "middle", "fast")
_EDGES = (0.5, 2.0)  # units a day


def by_volume(units: np.ndarray) -> np.ndarray:
    """A word per series (series × days known): its mean units a day of the last 91 days, below 0.5, below 2, above."""
    mean = Past(units, np.array([units.shape[1]])).mean(91)[:, 0]
    return np.array(SEGMENTS)[np.digitize(mean, _EDGES)]
