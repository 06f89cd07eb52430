"""What is broken and when: drawn by the seed, told in messages landed."""

import random
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What can befall the machines; the value is what the report calls it."""

    SPARK = "Spark killed"
    BROKER = "broker killed"
    DATABASE = "database killed"
    COMMIT = "Spark killed, its last commit lost"
    CHECKPOINT = "Spark killed, its checkpoints lost"


# Each at least once. What is killed once more is drawn.
EVERY = (Fault.SPARK, Fault.BROKER, Fault.DATABASE, Fault.COMMIT, Fault.CHECKPOINT)
KILLS = (Fault.SPARK, Fault.BROKER, Fault.DATABASE)
MORE = 2
_FIRST, _LAST = 0.02, 0.92  # of the log: later than that nothing may be left to disturb


@dataclass(frozen=True)
class Strike:
    """One fault, due as soon as so many messages have landed."""

    due: int
    fault: Fault


def drawn_strikes(chance: random.Random, messages: int, faults: tuple[Fault, ...] | None = None) -> list[Strike]:
    """The faults of one run over a log of so many messages, in order; `faults` instead of drawing which."""
    chosen = list(faults or (*EVERY, *chance.choices(KILLS, k=MORE)))
    chance.shuffle(chosen)
    moments = sorted(round(messages * chance.uniform(_FIRST, _LAST)) for _ in chosen)
    return [Strike(due, fault) for due, fault in zip(moments, chosen, strict=True)]
