"""Sends a run from where its journal says it stopped, keeps the truth beside it, and stops only between whole steps."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from contracts.problems import Problem
from ingestion.journal import Entry, digest, read_journal, truth_folder, write_journal
from ingestion.simulation.message import Message
from ingestion.simulation.run import Batch, Run, simulate
from ingestion.simulation.truth import Truth, month_of

LOOK_BACK = timedelta(days=21)
_STEPS_PER_SECOND = 10
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
        if self._entry.run != self.run.as_json():
            raise AnotherRunHeldError(
                f"The source {self.run.source} was begun with another configuration: {_words(self._entry.run)}. "
                "Repeat that one, or give another --source."
            )
        self._truth = Truth()

    def history(self, until: date) -> None:
        """Send every day up to `until` that was not sent before. Raises AnotherRunHeldError."""
        if self.next_day <= until:
            self._send(until, None)

    def live(self, rate: float) -> None:
        """Live on from where the journal stands, `rate` messages a second, until `stopped`."""
        self._send(None, rate)

    @property
    def next_day(self) -> date:
        """The first day that is not held whole."""
        return self.last_day + _ONE_DAY if self.last_day else self.run.start

    @property
    def last_day(self) -> date | None:
        """The last day that is held whole."""
        return date.fromisoformat(self._entry.last_day) if self._entry.last_day else None

    def _send(self, until: date | None, rate: float | None) -> None:
        resumed = self.next_day
        heard = min(resumed - LOOK_BACK, resumed.replace(day=1))
        batches = simulate(self.run, until, self._truth, quiet_before=heard)
        reached = None
        while not self.stopped() and (batch := next(batches, None)):
            reached = batch.day
            if batch.day < resumed:
                self._check(batch)
            elif not self._send_day(batch, rate):
                return
            if (batch.day + _ONE_DAY).day == 1:
                self._end_month(batch.day, resumed)
            elif rate and batch.day >= resumed:
                self._keep(batch.day)
        # Stopped before it had caught up, the truth in memory is only part of what the files hold.
        if reached and reached == self.last_day and (reached + _ONE_DAY).day != 1:
            self._keep(reached)

    def _end_month(self, day: date, resumed: date) -> None:
        if day >= resumed:
            self._keep(day)
        self._truth.clear()

    def _check(self, batch: Batch) -> None:
        """The last day that is held, made again, must be what it was."""
        if batch.day + _ONE_DAY == self.next_day and digest(batch.messages) != self._entry.digest:
            raise AnotherRunHeldError(
                f"This program makes another history of {self.run.source} than the one that was sent: it has changed "
                "since. Give another --source, or reset the home and simulate anew."
            )

    def _send_day(self, batch: Batch, rate: float | None) -> bool:
        """Send what is not held of a day. False if it was stopped on the way."""
        rest = batch.messages[self._entry.ahead :]
        if rate is None:
            self.out.send(rest)
        elif not self._paced(rest, rate):
            return False
        self.sent += 0 if rate else len(rest)
        self._entry = replace(self._entry, last_day=batch.day.isoformat(), ahead=0, digest=digest(batch.messages))
        self.on_day(batch.day, self.sent)
        return True

    def _paced(self, messages: list[Message], rate: float) -> bool:
        """Send a day at `rate` messages a second; the journal keeps up with it every second."""
        begun, done, step = time.monotonic(), 0, 0
        while done < len(messages):
            due = min(len(messages), int((time.monotonic() - begun) * rate) + 1)
            self.out.send(messages[done:due])
            self.sent += due - done
            self._entry = replace(self._entry, ahead=self._entry.ahead + due - done)
            done = due
            step += 1
            stopped = self.stopped()
            if stopped or step % _STEPS_PER_SECOND == 0:
                self._write()
            if stopped:
                return False
            time.sleep(1 / _STEPS_PER_SECOND)
        return True

    def _keep(self, day: date) -> None:
        """The truth of the month up to `day`, then the journal."""
        self._truth.write(truth_folder(self.home, self.run.source), month_of(day.toordinal()))
        self._write()

    def _write(self) -> None:
        self.out.flush()
        write_journal(self.home, self.run.source, self._entry)


def _words(run: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in run.items() if name != "source")
