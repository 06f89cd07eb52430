"""How fast to send: as fast as possible, or in step with the events' own times."""

import time
from collections.abc import Callable
from datetime import datetime

from ingestion.replay.problems import ReplayProblem


class Pace:
    """`factor` event seconds pass in a second; None: no waiting."""

    def __init__(self, factor: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._factor, self._clock = factor, clock
        self._start: tuple[datetime, float] | None = None

    @classmethod
    def of(cls, said: str) -> "Pace":
        """The pace of `max` or a number. Raises ReplayProblem."""
        if said == "max":
            return cls(None)
        try:
            factor = float(said)
        except ValueError:
            factor = 0.0
        if not 0 < factor < float("inf"):
            raise ReplayProblem(
                f"--speed {said} is no speed.", "Give max, or a number above 0: 60 sends an hour in a minute."
            )
        return cls(factor)

    def seconds_until(self, at: datetime | None) -> float:
        """How long to wait before an event of that time is due; 0 for one that is late or has no time."""
        if self._factor is None or at is None:
            return 0.0
        if self._start is None:
            self._start = (at, self._clock())
        first_at, started = self._start
        return max(0.0, started + (at - first_at).total_seconds() / self._factor - self._clock())
