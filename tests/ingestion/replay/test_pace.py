"""How fast events are sent."""

from datetime import UTC, datetime, timedelta

import pytest

from ingestion.replay.pace import Pace
from ingestion.replay.problems import ReplayProblem

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def _after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_max_never_waits() -> None:
    """As fast as possible means no waiting."""
    assert Pace.of("max").seconds_until(_after(99)) == 0


def test_factor_divides_the_events_time() -> None:
    """At 60 times real time the event of an hour later is due after a minute, less what has passed."""
    now = [100.0]
    pace = Pace(60, lambda: now[0])
    assert pace.seconds_until(START) == 0
    assert pace.seconds_until(_after(60)) == 60
    now[0] = 145.0
    assert pace.seconds_until(_after(60)) == 15


def test_late_events_and_those_without_time_do_not_wait() -> None:
    """An event before the present, and a catalogue entry, go at once."""
    pace = Pace(1, lambda: 0.0)
    pace.seconds_until(START)
    assert pace.seconds_until(_after(-5)) == 0
    assert pace.seconds_until(None) == 0


@pytest.mark.parametrize("said", ["0", "-1", "fast", "inf", "nan"])
def test_no_speed(said: str) -> None:
    """What is no speed is answered with what is."""
    with pytest.raises(ReplayProblem, match="Give max, or a number above 0"):
        Pace.of(said)
