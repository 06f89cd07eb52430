"""The windows of one store, kept up to date from what arrives: which minutes are open, what is late, what is forgotten.

Nothing here knows Spark or a clock. A store's watermark comes from its own tills alone, so a silent store holds nobody
back and a store whose clocks are ahead makes nobody late. Why and how: docs/decisions/live-sales.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import NamedTuple, Protocol

import orjson

from spark_jobs.sales_lines import LINE_EVENTS, Line
from spark_jobs.sales_sums import (
    LONGEST,
    MINUTE_MS,
    Part,
    Sums,
    WindowRow,
    minute_of,
    sums_as_bytes,
    sums_from_bytes,
    sums_of,
    ticket_line,
    window_rows,
    windows_with,
)

ALLOWED_MS = 10 * MINUTE_MS  # an event may be so far behind its store
ALONE_MS = 120 * MINUTE_MS  # a till that sells alone counts for its store, less this
REMEMBERED_MINUTES = 48 * 60  # of which ids are known after their windows are closed
_ID_BYTES = 8


class Minutes(Protocol):
    """Bytes by minute."""

    def get(self, minute: int) -> bytes | None:
        """What was put, None if nothing."""
        ...

    def put(self, minute: int, value: bytes) -> None:
        """Keep."""
        ...

    def remove(self, minute: int) -> None:
        """Forget; nothing to forget is no error."""
        ...


class StoreState(NamedTuple):
    """What is kept of a store between two batches, beside its Progress."""

    lines: Minutes  # of open minutes
    sums: Minutes  # of minutes in a window that an open minute is in
    ids: Minutes  # of closed minutes: eight bytes per event


@dataclass
class Progress:
    """How far a store has come; minutes since 1970, instants in milliseconds."""

    tills: dict[str, int] = field(default_factory=dict)  # latest event time by register
    watermark: int | None = None
    open: list[int] = field(default_factory=list)
    summed: list[int] = field(default_factory=list)
    known_from: int | None = None  # the first minute whose ids are still known
    voided: dict[str, int] = field(default_factory=dict)  # ticket lines, with the watermark's minute at that time
    corrected: dict[str, int] = field(default_factory=dict)  # event ids, likewise

    def as_bytes(self) -> bytes:
        """For the state."""
        return orjson.dumps(asdict(self))

    @classmethod
    def from_bytes(cls, text: bytes | None) -> "Progress":
        """From the state."""
        return cls(**orjson.loads(text)) if text else cls()


class Taken(NamedTuple):
    """What a batch came to: the windows it changed as they are now, and what came too late for its windows."""

    windows: list[WindowRow]
    late: list[Line]


class StoreWindows:
    """One store during one batch."""

    def __init__(self, state: StoreState, progress: Progress, edge: int) -> None:
        """`edge` is the first minute that is served."""
        self.progress = progress
        self._state, self._edge = state, edge
        self._lines: dict[int, dict[str, Line]] = {}
        self._sums: dict[int, dict[Part, Sums]] = {}

    def take(self, lines: Iterable[Line]) -> Taken:
        """Count what arrived; `progress` is then the store's new one, to be kept."""
        arrived = list(lines)
        watermark = self._advanced(arrived)
        served = self._first_served(watermark)
        by_minute: dict[int, list[Line]] = defaultdict(list)
        for line in arrived:
            if line.event_type in LINE_EVENTS and minute_of(line.at) >= served:
                by_minute[minute_of(line.at)].append(line)
        closed = set(filter(self._is_closed, by_minute))
        late = [line for minute in closed for line in self._late(minute, by_minute[minute])]
        touched = {minute for minute in by_minute if minute not in closed if self._add(minute, by_minute[minute])}
        touched |= self._take_back(arrived, watermark)
        windows = list(self._changed(touched))
        self.progress.watermark = watermark
        self._keep(touched)
        self._close(served)
        return Taken(windows, late)

    def _advanced(self, arrived: list[Line]) -> int:
        """The watermark after this batch; what arrived is judged by the one before it.

        Of several tills the second furthest tells the time, so that one fast clock makes no other till late.
        """
        tills = self.progress.tills
        for line in arrived:
            tills[line.register_id] = max(line.at, tills.get(line.register_id, line.at))
        first, *others = sorted(tills.values(), reverse=True)
        told = max(others[0], first - ALONE_MS) if others else first
        return max(told - ALLOWED_MS, self.progress.watermark or told - ALLOWED_MS)

    def _first_served(self, watermark: int) -> int:
        return max(self._edge, self.progress.known_from or 0, minute_of(watermark) - REMEMBERED_MINUTES)

    def _is_closed(self, minute: int) -> bool:
        """The last window with the minute in it has ended: an event is in all of its windows, or late for all."""
        return self.progress.watermark is not None and (minute + LONGEST) * MINUTE_MS <= self.progress.watermark

    def _late(self, minute: int, arrived: list[Line]) -> Iterator[Line]:
        """Those whose id the closed minute has not had."""
        kept = self._state.ids.get(minute) or b""
        known = {kept[at : at + _ID_BYTES] for at in range(0, len(kept), _ID_BYTES)}
        fresh = []
        for line in arrived:
            if (mark := _mark(line.event_id)) not in known:
                known.add(mark)
                fresh.append(mark)
                yield line
        if fresh:
            self._state.ids.put(minute, kept + b"".join(fresh))

    def _add(self, minute: int, arrived: list[Line]) -> bool:
        """Add to an open minute; False if all were known."""
        lines = self._lines_of(minute)
        before = len(lines)
        for line in arrived:
            lines.setdefault(line.event_id, line)
        return len(lines) > before

    def _take_back(self, arrived: list[Line], watermark: int) -> set[int]:
        """Note voids and corrections; the open minutes whose money they change."""
        voided = {ticket_line(line) for line in arrived if line.event_type == "void"}
        corrected = {line.corrects for line in arrived if line.corrects and not self._is_closed(minute_of(line.at))}
        if not voided and not corrected:
            return set()
        self.progress.voided |= dict.fromkeys(voided, minute_of(watermark))
        self.progress.corrected |= dict.fromkeys(corrected, minute_of(watermark))
        return {
            minute
            for minute in {*self.progress.open, *self._lines}
            if any(key in corrected or ticket_line(line) in voided for key, line in self._lines_of(minute).items())
        }

    def _changed(self, touched: set[int]) -> Iterator[WindowRow]:
        for minute in touched:
            lines = self._lines_of(minute).values()
            self._sums[minute] = sums_of(lines, self.progress.voided, self.progress.corrected)
        for window in windows_with(touched):
            length, _, first = window
            if first < self._edge:
                continue
            minutes = range(first, first + length)
            parts = {part for minute in touched.intersection(minutes) for part in self._sums[minute]}
            yield from window_rows(window, map(self._sums_of, minutes), parts)

    def _keep(self, touched: set[int]) -> None:
        for minute in touched:
            self._state.lines.put(minute, orjson.dumps([tuple(line) for line in self._lines_of(minute).values()]))
            self._state.sums.put(minute, sums_as_bytes(self._sums[minute]))
        self.progress.open = sorted(touched.union(self.progress.open))
        self.progress.summed = sorted(touched.union(self.progress.summed))

    def _close(self, served: int) -> None:
        """Drop what no open window needs, and the ids of minutes too old to be served."""
        progress = self.progress
        for minute in filter(self._is_closed, progress.open):
            self._state.ids.put(minute, b"".join(map(_mark, self._lines_of(minute))))
            self._state.lines.remove(minute)
        progress.open = [minute for minute in progress.open if not self._is_closed(minute)]
        for minute in (minute for minute in progress.summed if self._is_closed(minute + LONGEST)):
            self._state.sums.remove(minute)
        progress.summed = [minute for minute in progress.summed if not self._is_closed(minute + LONGEST)]
        for minute in range(progress.known_from or served, served):
            self._state.ids.remove(minute)
        progress.known_from = served
        oldest = minute_of(progress.watermark - ALONE_MS) if progress.watermark else 0
        progress.voided = {key: minute for key, minute in progress.voided.items() if minute >= oldest}
        progress.corrected = {key: minute for key, minute in progress.corrected.items() if minute >= oldest}
        furthest = max(progress.tills.values())
        progress.tills = {
            till: at for till, at in progress.tills.items() if at >= furthest - REMEMBERED_MINUTES * MINUTE_MS
        }

    def _lines_of(self, minute: int) -> dict[str, Line]:
        if minute not in self._lines:
            kept = self._state.lines.get(minute) if minute in self.progress.open else None
            self._lines[minute] = {values[1]: Line._make(values) for values in orjson.loads(kept)} if kept else {}
        return self._lines[minute]

    def _sums_of(self, minute: int) -> dict[Part, Sums]:
        if minute not in self._sums:
            kept = self._state.sums.get(minute) if minute in self.progress.summed else None
            self._sums[minute] = sums_from_bytes(kept) if kept else {}
        return self._sums[minute]


def _mark(event_id: str) -> bytes:
    return blake2b(event_id.encode(), digest_size=_ID_BYTES).digest()
