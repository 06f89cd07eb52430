"""What is unusual in a store's day, with chances from scipy's distributions."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from scipy.stats import nbinom

from spark_jobs.sales_anomalies import ALL, HOURS, Anomaly, PartDay, day_anomalies, high_score, low_score

DAY = datetime(2026, 3, 2, tzinfo=UTC)
OPEN = range(8, 20)


def day(category: str = "Tea", expected: float = 10.0, **hours: float) -> PartDay:
    """A part whose open hours sell what was expected, but for those named like `h13`."""
    usual = [expected if hour in OPEN else 0.0 for hour in range(HOURS)]
    lines = [hours.get(f"h{hour}", usual[hour]) for hour in range(HOURS)]
    return PartDay("s", "S1", category, DAY, lines, usual, 0.1, [0.0] * HOURS, 0.5)


def found(store: PartDay, *parts: PartDay, over: int = HOURS) -> list[Anomaly]:
    """Of the day."""
    return day_anomalies(store, parts, over)


@pytest.mark.parametrize("mean", [0.3, 4.0, 60.0])
@pytest.mark.parametrize("dispersion", [0.02, 0.5, 3.0])
def test_scores_are_those_of_the_negative_binomial(mean: float, dispersion: float) -> None:
    """-log10 of scipy's tails, high and low."""
    spread = nbinom(1 / dispersion, 1 / (1 + mean * dispersion))
    for count in (0, 1, 3, 20, 150):
        assert 10 ** -low_score(count, mean, dispersion) == pytest.approx(spread.cdf(count), rel=1e-6)
        if count > mean and (tail := spread.sf(count - 1)) > 1e-12:
            assert 10 ** -high_score(count, mean, dispersion) == pytest.approx(tail, rel=1e-6)


def test_a_usual_day_has_none() -> None:
    """As expected, and as chance would have it: 200 days of Poisson hours give nothing."""
    chance = random.Random(1)
    assert found(day(ALL, 100.0), day()) == []
    for _ in range(200):
        hours = {f"h{hour}": sum(chance.random() < 0.01 for _ in range(1000)) for hour in OPEN}
        assert found(day(ALL, 100.0), day(**hours)) == []


def test_a_spike_is_told_in_the_hour_it_happens() -> None:
    """60 lines where 10 are usual, while the hour is not over: open. Two hours later it has ended."""
    (spike,) = found(day(ALL, 100.0), day(h13=60.0), over=13)
    assert (spike.kind, spike.category, spike.observed, spike.expected) == ("spike", "Tea", 60, 10)
    assert (spike.opened_at, spike.ended_at) == (DAY + timedelta(hours=13), None)
    (later,) = found(day(ALL, 100.0), day(h13=60.0), over=15)
    assert (later.anomaly_id, later.ended_at) == (spike.anomaly_id, DAY + timedelta(hours=14))
    assert later.message == "S1 sold 60 lines of Tea in an hour; 10.0 were to be expected."


def test_a_drop_needs_hours_that_are_over() -> None:
    """3 hours of 1 line where 10 are usual are a drop; the hour that is not over is none, however empty."""
    low = {"h12": 1.0, "h13": 1.0, "h14": 1.0}
    (drop,) = found(day(ALL, 100.0), day(expected=20.0, **low), over=15)
    assert (drop.kind, drop.observed, drop.expected) == ("drop", 3, 60)
    assert found(day(ALL, 100.0), day(expected=20.0, h14=0.0, h15=0.0), over=14) == []


def test_a_large_basket_is_no_spike() -> None:
    """Nine lines where almost none are usual are one customer."""
    assert found(day(ALL, 100.0), day(expected=0.05, h13=9.0)) == []
    assert [anomaly.kind for anomaly in found(day(ALL, 100.0), day(expected=0.05, h13=30.0))] == ["spike"]


def test_few_lines_cannot_drop() -> None:
    """Where three lines an hour are usual, an empty hour is chance."""
    assert found(day(ALL, 100.0), day(expected=3.0, h13=0.0)) == []


def test_a_silent_store_is_one_anomaly_and_its_categories_none() -> None:
    """Two hours without a line where 100 are usual; before the store opens, silence is usual."""
    quiet = {"h13": 0.0, "h14": 0.0}
    (silence,) = found(day(ALL, 100.0, **quiet), day(expected=50.0, **quiet))
    assert (silence.kind, silence.category, silence.expected) == ("silence", ALL, 200)
    assert (silence.opened_at.hour, silence.ended_at and silence.ended_at.hour) == (13, 15)
    assert found(day(ALL, 100.0), over=8) == []


def test_a_burst_of_refunds() -> None:
    """Twelve returns without a sale in an hour where one in two days is usual; four are none."""
    store = day(ALL, 100.0)
    refunds = [12.0 if hour == 11 else 0.0 for hour in range(HOURS)]
    (burst,) = found(store._replace(unreferenced=refunds))
    assert (burst.kind, burst.observed, burst.opened_at.hour) == ("refund_burst", 12, 11)
    assert found(store._replace(unreferenced=[4.0, *[0.0] * 23])) == []
