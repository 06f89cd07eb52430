"""Latency, lag and rate from two counts over time: what was produced, and what was seen."""

from math import isnan

import pytest

from bench._visible import Count, latencies, mean_lag, percentile, rate_worked_off

SENT = [Count(10.0, 100), Count(11.0, 200), Count(12.0, 400)]
SEEN = [Count(10.5, 0), Count(11.5, 150), Count(12.0, 200), Count(15.0, 400)]


def test_an_event_is_visible_when_so_many_are() -> None:
    """The hundredth is seen when 150 are, the next hundred when 200 are, the last two hundred when 400 are."""
    assert latencies(SENT, SEEN) == [(1.0, 100), (1.5, 100), (3.0, 200)]


def test_what_was_sent_before_or_never_seen_does_not_count() -> None:
    """Warming up is left out, and so is what was not visible when one stopped looking."""
    assert latencies(SENT, SEEN[:3], since=10.5) == [(1.0, 100)]


def test_percentiles_count_events_and_not_steps() -> None:
    """Half of the events took up to 1.5 s, three quarters up to 3 s."""
    found = latencies(SENT, SEEN)
    assert [percentile(found, share) for share in (0.25, 0.5, 0.51, 0.99)] == [1.0, 1.5, 3.0, 3.0]


def test_lag_is_produced_less_seen_at_each_look() -> None:
    """At 10.5 s 100 are not visible, at 11.5 s 50 are not."""
    assert mean_lag(SENT, SEEN, 10, 12) == pytest.approx(75)


def test_a_backlog_is_worked_off_when_all_is_visible() -> None:
    """400 events from 10 s to 15 s; no figure where some never were."""
    assert rate_worked_off(SENT, SEEN) == pytest.approx(80)
    assert isnan(rate_worked_off(SENT, SEEN[:3]))
