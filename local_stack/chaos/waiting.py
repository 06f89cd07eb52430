"""Waiting for something to come true, and not for ever."""

import time
from collections.abc import Callable

from contracts.problems import Problem


def wait_until(
    holds: Callable[[], object], seconds: float = 120, what: str = "the condition", every: float = 0.02
) -> None:
    """Return as soon as it holds; asks every so many seconds. Raises Problem after so many."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise Problem(f"Waited {seconds:.0f} seconds for {what}, in vain.")
        time.sleep(every)
