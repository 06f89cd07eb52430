"""Forecasts that say nonsense do not get through."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from spark_jobs.forecasting.gate import faults
from spark_jobs.forecasting.model import Forecast

ORIGIN = np.datetime64("2026-03-01")
IDS = ("a", "b")
LARGEST = np.array([4.0, 0.0])
BEFORE = 56.0  # units of the 28 days before: two series, one a day


def _good() -> pd.DataFrame:
    ones = np.ones((2, 28))
    return Forecast("m", ORIGIN, IDS, ones, ones * 0.5, ones * 2).frame()


def _changed(column: str, value: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[3, column] = value
        return frame

    return change


def test_good_forecasts_pass() -> None:
    """Two series of 28 days, one unit each, within their intervals; an interval may be as wide as it likes."""
    assert faults(_good(), IDS, ORIGIN, LARGEST, BEFORE) == []
    assert faults(_changed("upper", 1e6)(_good()), IDS, ORIGIN, LARGEST, BEFORE) == []
    assert faults(_good(), IDS, ORIGIN, LARGEST, before=0.0) == []


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda frame: frame.iloc[:0], "no forecast at all"),
        (lambda frame: frame[frame["series"] != "b"], "1 active series have no forecast: b"),
        (lambda frame: frame.replace({"series": {"b": "c"}}), "1 series are forecast that are not active: c"),
        (lambda frame: frame.drop(index=5), "1 series lack days of the horizon: a"),
        (lambda frame: pd.concat([frame, frame.iloc[[5]]]), "1 days of series are forecast more than once"),
        (lambda frame: frame.assign(target_date=frame["target_date"] + np.timedelta64(1, "D")), "outside the 28 after"),
        (_changed("units", np.nan), "1 forecasts are no numbers"),
        (_changed("upper", np.inf), "1 forecasts are no numbers"),
        (_changed("lower", np.nan), "1 forecasts are no numbers"),
        (_changed("lower", -0.1), "1 forecasts are below zero"),
        (_changed("units", 2.1), "1 forecasts lie outside their own interval"),
        (_changed("lower", 1.1), "1 forecasts lie outside their own interval"),
        (
            lambda frame: frame.assign(units=0.1, lower=0.0),
            "6 units are forecast for 28 days, and the 28 before had 56",
        ),
    ],
)
def test_each_fault_is_found(break_it: Callable[[pd.DataFrame], pd.DataFrame], said: str) -> None:
    """Whatever is wrong is said in a sentence."""
    assert any(said in fault for fault in faults(break_it(_good()), IDS, ORIGIN, LARGEST, BEFORE))


@pytest.mark.parametrize(
    ("row", "units", "passes"), [(3, 12.0, True), (3, 12.1, False), (30, 3.0, True), (30, 3.1, False)]
)
def test_a_day_is_bounded_by_the_largest_seen(row: int, units: float, passes: bool) -> None:
    """The largest day of a was 4, so 12 may pass; b has sold nothing, and may sell three."""
    frame = _good()
    frame.loc[row, ["units", "upper"]] = units
    found = faults(frame, IDS, ORIGIN, LARGEST, BEFORE)
    assert (found == []) == passes
    assert passes or "over 3 times their largest day" in found[0]


def test_the_whole_is_bounded_by_what_came_before() -> None:
    """Five times the units of the 28 days before may pass, more may not."""
    frame = _good().assign(units=2.0)
    assert faults(frame, IDS, ORIGIN, LARGEST, before=22.4) == []
    assert "22" in faults(frame, IDS, ORIGIN, LARGEST, before=22.3)[0]
