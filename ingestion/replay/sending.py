"""The thin end: steps to Kafka, with a state that never says more than the broker holds."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from ingestion.replay.drafts import Message
from ingestion.replay.pace import Pace
from ingestion.replay.rejects import RejectsFile
from ingestion.replay.state import ReplayState, StateFile
from ingestion.replay.stream import REJECTED, Step
from ingestion.replay.tally import Tally

CHUNK = 2_000  # messages handed over at once
COMMIT = 50_000  # messages between two looks whether the broker holds them all
LONG_WAIT = 0.05  # seconds; before a longer one everything is sent


class Publishes(Protocol):
    """What `ingestion.publisher.Publisher` does."""

    def send(self, records: Iterable[Message]) -> None: ...

    def flush(self) -> None: ...


@dataclass
class Sender:
    """Sends the steps that the state does not know yet."""

    publisher: Publishes
    state: ReplayState
    state_file: StateFile
    rejects: RejectsFile
    pace: Pace
    progress: Callable[[int], None]
    sleep: Callable[[float], None] = time.sleep
    tally: Tally = field(default_factory=Tally)
    sent: int = 0

    def __post_init__(self) -> None:
        self._skip = self.state.steps_sent
        self._seen = self._handed_over = self._skip
        self._chunk: list[Message] = []
        self._unrecorded = 0

    def send_all(self, steps: Iterable[Step]) -> None:
        """Send, count and write rejects down; when it is interrupted, what was sent is recorded first."""
        try:
            for number, step in enumerate(steps, 1):
                self._take(number, step)
            self._hand_over()
            self._record()
        except KeyboardInterrupt:
            self._record()
            raise
        self.state.finish(self.tally.lines, self.tally.entries)
        self.state_file.save(self.state)

    def _take(self, number: int, step: Step) -> None:
        self.tally.count(step)
        if step.outcome == REJECTED:
            self.rejects.add(step)
        if number > self._skip:
            self._send(number, step)
        if number % CHUNK == 0:
            self.progress(self.tally.lines.total())

    def _send(self, number: int, step: Step) -> None:
        if (wait := self.pace.seconds_until(step.at)) > LONG_WAIT:
            self._hand_over()
            self._record()
            self.progress(self.tally.lines.total())
            self.sleep(wait)
        self._chunk += step.messages
        self._seen = number
        if len(self._chunk) >= CHUNK:
            self._hand_over()
        if self._unrecorded >= COMMIT:
            self._record()

    def _hand_over(self) -> None:
        self.publisher.send(self._chunk)
        self.sent += len(self._chunk)
        self._unrecorded += len(self._chunk)
        self._chunk = []
        self._handed_over = self._seen

    def _record(self) -> None:
        self.publisher.flush()
        self._unrecorded = 0
        self.state.steps_sent = self._handed_over
        self.state_file.save(self.state)
