"""The champion is chosen by rule, and a baseline serves when nobody passes."""

import pytest

from spark_jobs.forecasting.backtest import Scored
from spark_jobs.forecasting.champion import champion_of, verdict_of

BASELINES = ("seasonal_naive", "weekday_mean")
NAIVE = {"seasonal_naive": [1.0, 1.0, 1.0], "weekday_mean": [0.8, 0.8, 0.8]}


def _scores(
    rmsse: dict[str, list[float]], bias: dict[str, float] | None = None, coverage: dict[str, float] | None = None
) -> list[Scored]:
    found = []
    for model, values in rmsse.items():
        for origin, value in enumerate(values):
            measures = {
                "rmsse": value,
                "bias": (bias or {}).get(model, 0.0),
                "coverage_90": (coverage or {}).get(model, 0.9),
            }
            for measure, said in measures.items():
                found.append(Scored(model, origin, "", 0, measure, said, 1))
                found.append(Scored(model, origin, "lumpy", 0, measure, said, 1))
            found.append(Scored(model, origin, "", 1, "rmsse", 9.0, 1))
    return found


def test_the_lowest_error_of_those_that_pass_wins() -> None:
    """Both beat the baselines on two origins of three; the mean of the second is lower."""
    scores = _scores(NAIVE | {"one": [0.7, 0.7, 0.9], "two": [0.75, 0.75, 0.75]})
    assert champion_of(scores, BASELINES) == "two"
    assert champion_of(scores, BASELINES, "lumpy") == "two"


def test_a_challenger_has_to_win_most_origins() -> None:
    """Lower in the mean, but on one origin of three only, or on two of four: the better baseline serves."""
    assert champion_of(_scores(NAIVE | {"one": [0.1, 0.81, 0.81]}), BASELINES) == "weekday_mean"
    four = {"seasonal_naive": [1.0] * 4, "weekday_mean": [0.8] * 4, "one": [0.1, 0.1, 0.81, 0.81]}
    assert champion_of(_scores(four), BASELINES) == "weekday_mean"


def test_both_baselines_have_to_be_beaten() -> None:
    """Below the weekday mean and not below the seasonal naive forecast, which is better here."""
    scores = _scores({"seasonal_naive": [0.6] * 3, "weekday_mean": [0.8] * 3, "one": [0.7] * 3})
    assert champion_of(scores, BASELINES) == "seasonal_naive"


@pytest.mark.parametrize(("bias", "coverage"), [(0.06, 0.9), (-0.06, 0.9), (0.0, 0.86), (0.0, 0.94)])
def test_bias_and_coverage_are_bounded(bias: float, coverage: float) -> None:
    """Who forecasts 6 % too much or too little, or whose intervals hold too few or too many days, does not pass."""
    scores = _scores(NAIVE | {"one": [0.7] * 3}, {"one": bias}, {"one": coverage})
    assert champion_of(scores, BASELINES) == "weekday_mean"


@pytest.mark.parametrize(
    ("usual", "own", "champion"), [(-0.09, -0.085, "one"), (-0.09, 0.09, "one"), (-0.09, -0.1, "weekday_mean")]
)
def test_where_demand_moved_the_baselines_bias_is_the_limit(usual: float, own: float, champion: str) -> None:
    """The best baseline is 9 % too low: nobody could know, and a challenger may be as far off, not further."""
    scores = _scores(NAIVE | {"one": [0.7] * 3}, {"one": own, "weekday_mean": usual, "seasonal_naive": -0.5})
    verdict = verdict_of(scores, BASELINES)
    assert verdict.model == champion
    assert ("demand itself moved: weekday_mean is -9.0 % off" in verdict.reason) == (champion == "one")


def test_the_best_baselines_bias_counts_and_no_others() -> None:
    """The seasonal naive forecast is 50 % off, but the weekday mean, which is better, is not: 6 % are too much."""
    scores = _scores(NAIVE | {"one": [0.7] * 3}, {"one": 0.06, "seasonal_naive": -0.5})
    assert champion_of(scores, BASELINES) == "weekday_mean"


@pytest.mark.parametrize(
    ("challenger", "champion"), [([0.69, 0.69, 0.9], "one"), ([0.71, 0.71, 0.1], "old"), ([0.7, 0.7, 0.7], "old")]
)
def test_what_serves_is_replaced_by_who_beats_it_on_most_windows(challenger: list[float], champion: str) -> None:
    """Against 0.7 on each of three: two lower ones are enough, one is not, however low, and equals are none."""
    scores = _scores(NAIVE | {"old": [0.7] * 3, "one": challenger})
    assert verdict_of(scores, BASELINES, incumbent="old").model == champion


def test_of_several_that_beat_it_the_best_serves() -> None:
    """One and two beat what serves on most windows; two has the lower mean."""
    scores = _scores(NAIVE | {"old": [0.7] * 3, "one": [0.69] * 3, "two": [0.5] * 3})
    assert verdict_of(scores, BASELINES, incumbent="old").model == "two"


def test_what_served_and_does_not_pass_any_more_bars_nobody() -> None:
    """The old one is lower still, but 20 % off: a challenger that passes serves, and without one a baseline."""
    old = {"old": [0.5] * 3}
    scores = _scores(NAIVE | old | {"one": [0.7] * 3}, {"old": 0.2})
    assert verdict_of(scores, BASELINES, incumbent="old").model == "one"
    assert verdict_of(_scores(NAIVE | old, {"old": 0.2}), BASELINES, incumbent="old").model == "weekday_mean"


def test_the_reason_says_the_figures() -> None:
    """Of who serves: its error against each it had to beat. Of a baseline: what kept each challenger out."""
    won = verdict_of(_scores(NAIVE | {"one": [0.7, 0.7, 0.9]}, {"one": 0.02}), BASELINES).reason
    assert "RMSSE 0.767 against seasonal_naive 1.000 (3 of 3 windows won), weekday_mean 0.800 (2 of 3" in won
    assert "bias +2.0 %" in won
    lost = verdict_of(_scores(NAIVE | {"one": [0.7] * 3, "two": [0.9] * 3}, {"one": -0.06}), BASELINES).reason
    assert "one: bias -6.0 %, beyond 5 %" in lost
    assert "two: RMSSE 0.900, not below weekday_mean's on most windows" in lost


def test_a_class_nobody_was_judged_in_has_a_baseline() -> None:
    """No series of the class had an error: the weekday mean serves, and the reason says so."""
    verdict = verdict_of(_scores(NAIVE), BASELINES, "smooth")
    assert (verdict.model, verdict.demand_class) == ("weekday_mean", "smooth")
    assert "No series" in verdict.reason


def test_windows_nobody_was_judged_on_are_not_won() -> None:
    """The class had series in one window of three, which the challenger won: too little to go by."""
    scores = _scores({"weekday_mean": [0.8], "one": [0.7]})
    assert champion_of(scores, BASELINES) == "one"
    more = _scores({"weekday_mean": [0.8] * 3, "one": [0.7]})
    assert champion_of(more, BASELINES) == "weekday_mean"
