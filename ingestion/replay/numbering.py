"""Line numbers of a ticket where the file has none: the running number of its lines in file order."""

from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from ingestion.replay.cells import Row, Text


class Numbering:
    """Counts the lines of each ticket; `current` is the number of the last. Holds a number per ticket, not per line."""

    def __init__(self, within: Sequence[Text]) -> None:
        positions = [position for text in within for position in text.positions]
        self._ticket = itemgetter(*positions) if positions else lambda _row: None
        self._counts: dict[Any, int] = defaultdict(int)
        self.current = 0

    def count(self, row: Row) -> None:
        """Take notice of a line, whatever becomes of it: a rejected line keeps its number."""
        ticket = self._ticket(row)
        self._counts[ticket] = self.current = self._counts[ticket] + 1
