"""What is going on, on stderr: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

PLAIN_EVERY = 5.0  # seconds


class ReplayProgress:
    """Tells of lines read and sent, with a rate."""

    def __init__(self, name: str, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._name, self._total, self._task = name, 0, TaskID(0)
        self._bar = self._make_bar() if self._console.is_terminal else None
        self._doing = ""
        self._began = self._said = time.monotonic()

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task(f"reading {self._name}", total=None, rate="")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def reading(self, lines: int) -> None:
        """The first pass has come to this line."""
        self._total = lines
        self._tell("reading", lines)

    def sending(self, lines: int) -> None:
        """Events of this many lines were made."""
        self._tell("sending", lines)

    def _tell(self, doing: str, lines: int) -> None:
        if doing != self._doing:
            self._doing, self._began = doing, time.monotonic()
        rate = f"{lines / max(time.monotonic() - self._began, 0.001):,.0f} lines/s"
        if self._bar:
            total = self._total if doing == "sending" and self._total else None
            self._bar.update(self._task, completed=lines, total=total, description=f"{doing} {self._name}", rate=rate)
        elif time.monotonic() - self._said >= PLAIN_EVERY:
            self._said = time.monotonic()
            of = f" of {self._total:,}" if doing == "sending" and self._total else ""
            sys.stderr.write(f"{doing} {self._name}: {lines:,}{of} lines, {rate}\n")
            sys.stderr.flush()

    def _make_bar(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
