"""Sends a run from where its journal says it stopped, keeps the truth beside it, and stops only between whole steps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

from contracts.problems import Problem
from ingestion.journal import Entry, digest, read_journal, truth_folder, write_journal
from ingestion.pace import Pace
from ingestion.simulation.message import Message
from ingestion.simulation.run import Batch, Run, simulate
from ingestion.simulation.truth import Truth, month_of

LOOK_BACK = timedelta(days=21)
_JOURNAL_EVERY_S, _TRUTH_EVERY_S = 1, 10
_ONE_DAY = timedelta(days=1)


class AnotherRunHeldError(Problem):
    """What was sent of this source is of another run; the message says what to do."""


class Out(Protocol):
    """Where messages go."""

    def send(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Take messages."""

    def flush(self) -> None:
        """Return when they are held."""


@dataclass
class Sender:
    """Sends one run into one home. `stopped` is asked between steps, `on_day` hears of each day that is sent.

    The journal is written when everything before it is held: at the end of each month, when the run ends or is stopped,
    and every second while it lives. A process that is killed sends again what came since, byte for byte.
    """

    home: Path
    run: Run
    out: Out
    stopped: Callable[[], bool] = lambda: False
    on_day: Callable[[date, int], None] = lambda _day, _count: None
    sent: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._entry = read_journal(self.home, self.run.source) or Entry(self.run.as_json(), None)
        self._entry = replace(self._entry, policy=str(self.run.policy or ""))
        if self._entry.run != self.run.as_json():
            raise AnotherRunHeldError(
                f"The source {self.run.source} was begun with {_differences(self._entry.run, self.run.as_json())}.",
                "Repeat the run it was begun with, give another --source, or reset the home.",
            )
        self._truth, self._resumed = Truth(), self.next_day
        heard = min(self._resumed - LOOK_BACK, self._resumed.replace(day=1))
        self._batches = simulate(self.run, None, self._truth, quiet_before=heard)

    def history(self, until: date) -> None:
        """Send every day up to `until` that was not sent before. Raises AnotherRunHeldError."""
        self._send(until, None)

    def live(self, rate: float) -> None:
        """Live on from where the journal stands, `rate` messages a second, until `stopped`. A sender ends with it."""
        self._send(None, Pace(rate))

    @property
    def next_day(self) -> date:
        """The first day that is not held whole."""
        return self.last_day + _ONE_DAY if self.last_day else self.run.start

    @property
    def last_day(self) -> date | None:
        """The last day that is held whole."""
        return date.fromisoformat(self._entry.last_day) if self._entry.last_day else None

    def _send(self, until: date | None, pace: Pace | None) -> None:
        while not self.stopped() and (until is None or self.next_day <= until):
            batch = next(self._batches)
            if batch.day < self._resumed:
                self._check(batch)
            elif not self._send_day(batch, pace):
                self._keep(batch.day)
                return
            self._end_day(batch.day, pace)
        # Stopped before it had caught up, it has nothing to keep: the truth in memory is part of what the files hold.
        if self.next_day > self._resumed and self.next_day.day != 1:
            self._keep(self.next_day - _ONE_DAY)

    def _end_day(self, day: date, pace: Pace | None) -> None:
        ends_month = (day + _ONE_DAY).day == 1
        if day >= self._resumed and (ends_month or (pace and pace.every(_TRUTH_EVERY_S, "truth"))):
            self._keep(day)
        if ends_month:
            self._truth.clear()

    def _check(self, batch: Batch) -> None:
        """The last day that is held, made again, must be what it was."""
        if batch.day + _ONE_DAY == self.next_day and digest(batch.messages) != self._entry.digest:
            if self.run.policy:
                raise AnotherRunHeldError(
                    f"{self.run.policy} changes days of {self.run.source} that were sent already.",
                    f"New levels begin after that: ./retail policies export FILE --from-date {self.next_day}.",
                )
            raise AnotherRunHeldError(
                f"This program makes another history of {self.run.source} than the one that was sent: it has changed.",
                "Give another --source, or reset the home and simulate anew.",
            )

    def _send_day(self, batch: Batch, pace: Pace | None) -> bool:
        """Send what is not held of a day. False if it was stopped on the way."""
        rest = batch.messages[self._entry.ahead :]
        if pace is None:
            self._pass_on(rest)
        elif not self._send_at(pace, rest):
            return False
        self._entry = replace(self._entry, last_day=batch.day.isoformat(), ahead=0, digest=digest(batch.messages))
        self.on_day(batch.day, self.sent)
        return True

    def _send_at(self, pace: Pace, messages: list[Message]) -> bool:
        """Send a day's messages as they are due; the journal keeps up with them. False if stopped on the way."""
        done = 0
        while done < len(messages):
            if self.stopped():
                return False
            due = pace.take_due()
            pace.give_back(max(0, done + due - len(messages)))
            self._pass_on(messages[done : done + due])
            done += due
            if pace.every(_JOURNAL_EVERY_S, "journal"):
                self._write()
        return True

    def _pass_on(self, messages: list[Message]) -> None:
        self.out.send(messages)
        self.sent += len(messages)
        self._entry = replace(self._entry, ahead=self._entry.ahead + len(messages))

    def _keep(self, day: date) -> None:
        """The truth of the month up to `day`, then the journal."""
        self._truth.write(truth_folder(self.home, self.run.source), month_of(day.toordinal()))
        self._write()

    def _write(self) -> None:
        self.out.flush()
        write_journal(self.home, self.run.source, self._entry)


def _differences(begun: dict[str, Any], asked: dict[str, Any]) -> str:
    """What differs, in words."""
    if {**begun, "files": ""} == {**asked, "files": ""}:
        return "other files of that world"
    names = [name for name in begun if name != "files" and begun[name] != asked.get(name)]
    return " and ".join(f"{name} {begun[name]}, not {asked.get(name)}" for name in names)
