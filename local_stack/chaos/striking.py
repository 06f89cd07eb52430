"""Carry out a schedule of strikes while a log is being landed, and see everything come back."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from contracts.problems import Problem
from local_stack import supervision
from local_stack.chaos.checkpoint import lose_last_commit
from local_stack.chaos.laboratory import BROKER, DATABASE, SPARK, Laboratory
from local_stack.chaos.schedule import Fault, Strike
from local_stack.chaos.waiting import wait_until

_LOOK_EVERY_S = 0.05
_PATIENCE_S = 180  # without a single message landed
_KILLED = {Fault.BROKER: BROKER, Fault.DATABASE: DATABASE}

Tell = Callable[[str], None]
Build = Callable[[], None]


@dataclass(frozen=True)
class Struck:
    """A strike that was carried out."""

    strike: Strike
    landed: int  # messages in raw when it struck
    uncommitted: int  # of them, those that no commit knew of
    seconds: float  # until everything answered and a batch was committed after that
    note: str = ""


def land_under(lab: Laboratory, strikes: list[Strike], messages: int, build: Build, tell: Tell) -> list[Struck]:
    """Land the log of so many messages, struck on the way; ends when all are landed and committed. Raises Problem.

    The models are built in between, over what has landed, each time the checkpoints are lost.
    """
    lab.start_streaming()
    struck = []
    for strike in strikes:
        _wait_for(lab, strike.due)
        struck.append(_carried_out(lab, strike, messages, build, tell))
    _wait_for(lab, messages)
    wait_until(lab.has_caught_up, _PATIENCE_S, "the streams to commit what has landed", every=0.5)
    lab.stop_streaming()
    return struck


def _wait_for(lab: Laboratory, due: int, or_when: Callable[[], bool] = lambda: False) -> str:
    """Wait for so many messages; what had to be done by hand on the way. Raises Problem if none comes for long."""
    note = ""
    best, since = -1, time.monotonic()
    while (reached := lab.landed_if_up() or 0) < due and not or_when():
        if reached > best:
            best, since = reached, time.monotonic()
        if time.monotonic() - since > _PATIENCE_S:
            raise Problem(f"Nothing has landed for {_PATIENCE_S} s, at {best:,} messages.", _last_words(lab))
        if lab.has_given_up():
            lab.start_streaming()
            note = "the supervisor had given up: started by hand"
        time.sleep(_LOOK_EVERY_S)
    return note


def _last_words(lab: Laboratory) -> str:
    log = supervision.log_file(lab.settings, SPARK)
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f"{SPARK} said last: {lines[-1]}" if lines else ""


def _carried_out(lab: Laboratory, strike: Strike, messages: int, build: Build, tell: Tell) -> Struck:
    landed, committed = lab.landed_if_up() or strike.due, lab.committed()
    tell(f"{landed:,} of {messages:,} messages landed: {strike.fault}")
    note = _strike(lab, strike.fault, build)
    began = time.monotonic()
    note += _come_back(lab, messages)
    return Struck(strike, landed, max(0, landed - committed), time.monotonic() - began, note)


def _come_back(lab: Laboratory, messages: int) -> str:
    """Wait until all programs answer and landing goes on; what had to be done by hand."""
    wait_until(lab.all_answer, _PATIENCE_S, "every program to answer", _LOOK_EVERY_S)
    answered = time.time()
    return _wait_for(lab, messages, lambda: lab.has_committed_since(answered))


def _strike(lab: Laboratory, fault: Fault, build: Build) -> str:
    if fault in (Fault.COMMIT, Fault.CHECKPOINT):
        lab.kill_streaming_for_good()
        return _forget(lab, fault, build)
    lab.kill(_KILLED.get(fault, SPARK))
    return ""


def _forget(lab: Laboratory, fault: Fault, build: Build) -> str:
    """While the streaming program is down; gives a note."""
    note = ""
    if fault is Fault.COMMIT:
        note = "" if lose_last_commit(lab.checkpoint) else "there was no commit yet"
    else:
        lab.lose_checkpoints()
        build()
        note = "models built meanwhile"
    lab.start_streaming()
    return note
