"""Memory is that of the work."""

import numpy as np

from spark_jobs.forecasting.memory import PeakMemory


def test_what_was_taken_is_seen() -> None:
    """A hundred megabytes, filled: the peak is at least that."""
    with PeakMemory() as memory:
        filled = np.ones(100 << 17)
        peak = memory.peak_mb()
    assert filled[0] == 1
    assert 100 < peak < 20_000
