"""What is too young to be judged is forecast by rule."""

import numpy as np

from spark_jobs.forecasting.snapshot import Series
from spark_jobs.forecasting.young import BORROWED, OWN, active, young_rule

NAN = np.nan
DAYS = 210


def _history(*rows: tuple[int, float]) -> np.ndarray:
    """Rows of so many last days with so many units each."""
    history = np.full((len(rows), DAYS), NAN)
    for row, (days, units) in enumerate(rows):
        history[row, DAYS - days :] = units
    return history


def test_a_month_on_offer_speaks_for_itself() -> None:
    """After 28 days its own mean serves, day before that the mean of the older ones of its category in its store."""
    history = _history((28, 3.0), (27, 3.0), (DAYS, 4.0), (DAYS, 6.0), (DAYS, 50.0), (DAYS, 90.0))
    series = [
        *(Series("S1", name, "milk") for name in "abcd"),
        Series("S2", "e", "milk"),
        Series("S1", "f", "nails"),
    ]
    units, spread, names = young_rule(history, series)
    assert names.tolist()[:2] == [OWN, BORROWED]
    assert units.shape == (6, 28)
    assert set(units[0]) == {3.0}
    assert set(units[1]) == {5.0}
    assert spread[1] == spread[2:4].mean()


def test_without_a_like_the_circle_is_drawn_wider() -> None:
    """No older milk in its store: milk anywhere; no older product of its category at all: all that are older."""
    history = _history((5, 9.0), (5, 9.0), (DAYS, 4.0), (DAYS, 2.0))
    series = [
        Series("S1", "a", "milk"),
        Series("S1", "b", "toys"),
        Series("S2", "c", "milk"),
        Series("S1", "d", "nails"),
    ]
    units, _, _ = young_rule(history, series)
    assert set(units[0]) == {4.0}
    assert set(units[1]) == {3.0}


def test_what_was_withdrawn_lends_nothing() -> None:
    """The only older milk has not been on offer for a month."""
    history = _history((5, 9.0), (DAYS, 4.0), (DAYS, 2.0))
    history[1, -28:] = NAN
    series = [Series("S1", "a", "milk"), Series("S1", "b", "milk"), Series("S1", "c", "nails")]
    assert set(young_rule(history, series)[0][0]) == {2.0}


def test_weekdays_stay_weekdays() -> None:
    """Demand on one weekday only comes back on that weekday."""
    history = np.zeros((1, DAYS))
    history[0, ::7] = 7.0  # 210 days are 30 weeks: the day after the last is such a day
    units, _, _ = young_rule(history, [Series("S1", "a", "milk")])
    assert units[0].tolist() == [7.0, 0, 0, 0, 0, 0, 0] * 4


def test_on_offer_within_28_days_is_active() -> None:
    """The first day of the last 28 counts, the day before does not."""
    history = np.full((2, DAYS), NAN)
    history[0, -28] = 0.0
    history[1, -29] = 5.0
    assert active(history).tolist() == [True, False]
