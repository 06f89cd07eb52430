"""Keeping a rate against the wall clock."""

import time


class Pace:
    """Says how many messages are due, and whether something that happens now and then is due again."""

    STEP_S = 0.02

    def __init__(self, rate: float) -> None:
        self._rate, self._begun, self._given = rate, time.monotonic(), 0
        self._last: dict[str, float] = {}

    def take_due(self) -> int:
        """Take the messages that are due and say how many; after a short sleep if there are none."""
        due = int((time.monotonic() - self._begun) * self._rate) - self._given
        if due <= 0:
            time.sleep(self.STEP_S)
            return 0
        self._given += due
        return due

    def give_back(self, count: int) -> None:
        """Messages that were due and are not there yet."""
        self._given -= count

    def every(self, seconds: float, what: str) -> bool:
        """Whether `what` was not done for so many seconds; it counts as done now."""
        now = time.monotonic()
        if now - self._last.setdefault(what, self._begun) < seconds:
            return False
        self._last[what] = now
        return True
