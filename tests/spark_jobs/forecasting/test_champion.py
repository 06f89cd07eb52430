"""The champion is chosen by rule, and a baseline serves when nobody passes."""

import pytest

from spark_jobs.forecasting.backtest import Scored
from spark_jobs.forecasting.champion import champion_of

BASELINES = ("weekday_mean",)


def _scores(rmsse: dict[str, list[float]], bias: float = 0.0, coverage: float = 0.9) -> list[Scored]:
    found = []
    for model, values in rmsse.items():
        for origin, value in enumerate(values):
            for measure, said in (("rmsse", value), ("bias", bias), ("coverage_90", coverage)):
                found.append(Scored(model, origin, "", 0, measure, said, 1))
                found.append(Scored(model, origin, "lumpy", 0, measure, said, 1))
                found.append(Scored(model, origin, "", 1, measure, 9.0, 1))
    return found


def test_the_lowest_error_of_those_that_pass_wins() -> None:
    """Both beat the baseline on two origins of three; the mean of the second is lower."""
    scores = _scores({"weekday_mean": [0.8, 0.8, 0.8], "one": [0.7, 0.7, 0.9], "two": [0.75, 0.75, 0.75]})
    assert champion_of(scores, BASELINES) == "two"
    assert champion_of(scores, BASELINES, "lumpy") == "two"


def test_a_challenger_has_to_win_most_origins() -> None:
    """Lower in the mean, but on one origin of three only: the baseline serves."""
    scores = _scores({"weekday_mean": [0.8, 0.8, 0.8], "one": [0.1, 0.81, 0.81]})
    assert champion_of(scores, BASELINES) == "weekday_mean"


@pytest.mark.parametrize(("bias", "coverage"), [(0.06, 0.9), (-0.06, 0.9), (0.0, 0.86), (0.0, 0.94)])
def test_bias_and_coverage_are_bounded(bias: float, coverage: float) -> None:
    """Who forecasts 6 % too much or too little, or whose intervals hold too few or too many days, does not pass."""
    scores = _scores({"weekday_mean": [0.8] * 3, "one": [0.7] * 3}, bias, coverage)
    assert champion_of(scores, BASELINES) == "weekday_mean"
