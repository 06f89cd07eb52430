"""What the lines of a minute come to, and windows as sums of minutes: exact integers, whatever the order of arrival."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import orjson

from spark_jobs.sales_lines import Line

MINUTE_MS = 60_000
LONGEST = 5
WINDOWS = ((1, 1), (5, 5), (5, 1))  # length and slide in minutes
STORE, CATEGORY = "store", "category"  # grains
ALL = "all"  # category and channel of a store's total

Part = tuple[str, str, str]  # category, channel, currency


class Sums(NamedTuple):
    """Of a part of a store's sales. `revenue`, `sales_amount`: ten-thousandths; `units`: thousandths."""

    revenue: int = 0
    sales_amount: int = 0  # of sale lines alone
    units: int = 0
    events: int = 0  # sales and returns by event id, whatever became of their money
    sale_lines: int = 0
    return_lines: int = 0
    unreferenced_returns: int = 0
    tickets: frozenset[str] = frozenset()  # transactions with a merchandise sale

    def plus(self, other: "Sums") -> "Sums":
        """Of both together; a ticket in both is one."""
        numbers = (mine + theirs for mine, theirs in zip(self[:-1], other[:-1], strict=True))
        return Sums(*numbers, self.tickets | other.tickets)


class WindowRow(NamedTuple):
    """A window of a part (or of the store, a row per currency)."""

    grain: str
    category: str
    channel: str
    currency: str
    window_minutes: int
    slide_minutes: int
    window_start: int  # milliseconds
    revenue: int
    sales_amount: int
    units: int
    events: int
    sale_lines: int
    return_lines: int
    unreferenced_returns: int
    tickets: int


def minute_of(at: int) -> int:
    """Minutes since 1970 of an instant in milliseconds."""
    return at // MINUTE_MS


def sums_of(lines: Iterable[Line], voided: Collection[str], corrected: Collection[str]) -> dict[Part, Sums]:
    """Sums by part. Lines voided or corrected, and lines told again under another id, are events without money."""
    events: dict[Part, int] = defaultdict(int)
    money: dict[Part, list[Line]] = defaultdict(list)
    told: set[tuple[str, int, str]] = set()
    for line in sorted(lines, key=lambda line: (line.kafka_at, line.event_id)):
        part = (line.category, line.channel, line.currency)
        events[part] += 1
        this = (line.transaction_id, line.line_number, line.event_type)
        if (
            line.is_merchandise
            and this not in told
            and line.event_id not in corrected
            and (not voided or ticket_line(line) not in voided)
        ):
            told.add(this)
            money[part].append(line)
    return {part: _summed(count, money[part]) for part, count in events.items()}


def _summed(events: int, lines: list[Line]) -> Sums:
    sold = [line for line in lines if line.event_type == "sale"]
    return Sums(
        revenue=sum(line.net for line in lines),
        sales_amount=sum(line.net for line in sold),
        units=sum(line.units for line in lines),
        events=events,
        sale_lines=len(sold),
        return_lines=len(lines) - len(sold),
        unreferenced_returns=sum(line.is_unreferenced for line in lines),
        tickets=frozenset(line.transaction_id for line in sold),
    )


def ticket_line(line: Line) -> str:
    """What a void names."""
    return f"{line.line_number} {line.transaction_id}"


def windows_with(minutes: Iterable[int]) -> set[tuple[int, int, int]]:
    """Every window that one of the minutes is in: length, slide, first minute."""
    return {
        (length, slide, first)
        for minute in minutes
        for length, slide in WINDOWS
        for first in range(minute - length + 1, minute + 1)
        if first % slide == 0
    }


def window_rows(
    window: tuple[int, int, int], minutes: Iterable[dict[Part, Sums]], parts: Collection[Part]
) -> Iterator[WindowRow]:
    """The window's rows: the store's totals by currency, and of its parts those in `parts`."""
    merged = merge(minutes)
    totals: dict[Part, Sums] = {}
    for (_, _, currency), sums in merged.items():
        whole = (ALL, ALL, currency)
        totals[whole] = totals.get(whole, Sums()).plus(sums)
    yield from (_row(STORE, part, window, sums) for part, sums in totals.items())
    yield from (_row(CATEGORY, part, window, merged[part]) for part in parts)


def merge(minutes: Iterable[dict[Part, Sums]]) -> dict[Part, Sums]:
    """Sums by part over several minutes."""
    merged: dict[Part, Sums] = {}
    for minute in minutes:
        for part, sums in minute.items():
            merged[part] = merged[part].plus(sums) if part in merged else sums
    return merged


def _row(grain: str, part: Part, window: tuple[int, int, int], sums: Sums) -> WindowRow:
    length, slide, first = window
    return WindowRow(grain, *part, length, slide, first * MINUTE_MS, *sums[:-1], len(sums.tickets))


def sums_as_bytes(sums: dict[Part, Sums]) -> bytes:
    """For the state."""
    return orjson.dumps([[*part, *each[:-1], sorted(each.tickets)] for part, each in sums.items()])


def sums_from_bytes(text: bytes) -> dict[Part, Sums]:
    """From the state."""
    return {
        (category, channel, currency): Sums(*numbers, frozenset(tickets))
        for category, channel, currency, *numbers, tickets in orjson.loads(text)
    }
