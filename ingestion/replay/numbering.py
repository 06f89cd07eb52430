"""Line numbers of a ticket where the file has none: the running number of its lines in file order."""

from collections import defaultdict
from collections.abc import Sequence

from ingestion.replay.cells import Row, Text
from ingestion.replay.values import Value


class Numbering:
    """Counts the lines of each ticket. Holds one number per ticket, not per line."""

    def __init__(self, within: Sequence[Text]) -> None:
        self._positions = [position for text in within for position in text.positions]
        self._counts: dict[tuple[str, ...], int] = defaultdict(int)
        self._current = 0

    def count(self, row: Row) -> None:
        """Take notice of a line, whatever becomes of it: a rejected line keeps its number."""
        ticket = tuple([row[position] for position in self._positions])
        self._counts[ticket] = self._current = self._counts[ticket] + 1

    def current_value(self, _row: Row) -> Value:
        """The number of the line counted last."""
        return Value(self._current, self._current)
