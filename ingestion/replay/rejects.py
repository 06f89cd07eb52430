"""The file of lines that cannot be events."""

import csv
from collections.abc import Sequence
from pathlib import Path

from ingestion.replay.stream import Step


class RejectsFile:
    """Line number, reason and the line's own cells; there is no file while nothing was rejected.

    A replay reads its file from the beginning, also when it resumes sending, so the rejects are written anew.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self._columns = columns
        self._file = None
        path.unlink(missing_ok=True)

    def add(self, step: Step) -> None:
        """Write a rejected step down."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            csv.writer(self._file).writerow(["line", "reason", *self._columns])
        csv.writer(self._file).writerow([step.line, step.reason, *(step.row or ())])

    def close(self) -> None:
        """Everything is on disk."""
        if self._file:
            self._file.close()
