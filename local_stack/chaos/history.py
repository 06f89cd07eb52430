"""A clean history, as the simulator tells it: every event once, in the order of its day."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from ingestion.simulation.faults import read_faults
from ingestion.simulation.message import Message
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth

SOURCE = "chaos"
_START = date(2025, 1, 1)
# What a shop does wrong, and says so by events of their own: nothing of it depends on the order of arrival.
_MISTAKES = "clock_off=0.01,back_dated_cost=0.02,pack_each=0.01"


class Timed(NamedTuple):
    """A message and when it would have arrived, in days since the history began."""

    arrival: float
    message: Message


def clean_history(seed: int, events: int, size: str = "small") -> list[Timed]:
    """Whole days of a chain until there are at least so many events. The same seed gives the same bytes."""
    run = Run("grocer", size, seed, SOURCE, _START, read_faults(_MISTAKES))
    history: list[Timed] = []
    for number, batch in enumerate(simulate(run, None, Truth())):
        history += [
            Timed(number + index / len(batch.messages), message) for index, message in enumerate(batch.messages)
        ]
        if len(history) >= events:
            return history
    return history


def parts(messages: list[Message], cuts: list[float]) -> Iterator[list[Message]]:
    """The messages in consecutive parts, cut at these shares of them."""
    rest, done = iter(messages), 0
    for cut in [*sorted(cuts), 1.0]:
        end = round(len(messages) * cut)
        yield list(islice(rest, end - done))
        done = end
