"""What a check finds."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How it is: `warning` will be a trouble or hides one, `broken` is one."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


class Finding(NamedTuple):
    """What one check found, and the command that mends it ('' where nothing is to be mended)."""

    says: str
    state: State = State.OK
    remedy: str = ""


def warn(says: str, remedy: str) -> Finding:
    """It will be a trouble, or hides one."""
    return Finding(says, State.WARNING, remedy)


def broken(says: str, remedy: str) -> Finding:
    """It is a trouble."""
    return Finding(says, State.BROKEN, remedy)
