"""The ledger's step: events are taken in as they arrive and applied in the order in which they happened.

No order between topics is assumed: what has arrived waits until the frontier passes it. What comes later still moves
the stock, unless a count that came after it in time has overtaken it, and it is judged now, never back then.
"""

from bisect import insort
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from spark_jobs.stock.events import (
    ARRIVALS,
    CANCELLED,
    CLOSED,
    CONFIRMED,
    COUNT,
    DAY,
    HOUR,
    ORDER_STEPS,
    OUTFLOWS,
    PLACED,
    STATING,
    VOID,
    StockEvent,
    turn,
)
from spark_jobs.stock.state import REMEMBERED, WINDOW_DAYS, OrderLine, Shelf, Stock

MOST_TICKS = 72  # after a gap only the last hours are gone through one by one
Judge = Callable[[str, Stock, int], None]  # product, its stock, the instant


def arrive(shelf: Shelf, product_id: str, event: StockEvent) -> bool:
    """Take an event in. True if it says something new of the product's stock.

    What comes twice (by id, or by the document it states) says nothing; a correction takes the place of its event, or
    waits for the next build of the warehouse where that event is not remembered.
    """
    stock = shelf.stocks.setdefault(product_id, Stock())
    if _is_known(stock, event):
        return False
    if event.corrects and event.corrects != event.event_id:
        if not _take_back(stock, lambda known: known.event_id == event.corrects):
            return False
    elif event.document and event.document in shelf.voids:
        del shelf.voids[event.document]
        stock.recent[event.event_id] = event._replace(units=0, kind=VOID)
        return False
    if event.at > shelf.frontier:
        insort(stock.pending, event, key=turn)
    else:
        _apply_late(shelf, stock, event)
    return True


def void(shelf: Shelf, document: str, at: int) -> str:
    """Take a line back as if it had never been rung up. Gives its product, '' if the line is not known (yet)."""
    for product_id, stock in shelf.stocks.items():
        if _take_back(stock, lambda known: known.document == document):
            return product_id
    shelf.voids[document] = at
    return ""


def advance(shelf: Shelf, until: int, judge: Judge) -> None:
    """Move the frontier: apply what is due, in order, and judge after each event and at every full hour."""
    if until > shelf.frontier:
        _advance(shelf, until, _hours(shelf.frontier, until), judge)


def settle(shelf: Shelf, until: int) -> None:
    """Move the frontier and judge nothing: over what happened before anybody looked."""
    if until > shelf.frontier:
        _advance(shelf, until, [], lambda _product, _stock, _at: None)
        _forget(shelf)


def next_turn(shelf: Shelf) -> int:
    """When something is to be done next: the first event that waits, at the latest the next full hour."""
    waiting = (stock.pending[0].at for stock in shelf.stocks.values() if stock.pending)
    return min(waiting, default=shelf.frontier // HOUR * HOUR + HOUR)


def replay(shelf: Shelf, events: Iterable[tuple[str, StockEvent]]) -> None:
    """Take in what happened so far, in the order of time; what is older than a day is applied, silently."""
    for product_id, event in events:
        if event.at > shelf.frontier + 2 * DAY:
            settle(shelf, event.at - DAY)
        if event.kind == VOID:
            void(shelf, event.document, event.at)
        else:
            arrive(shelf, product_id, event)


def _advance(shelf: Shelf, until: int, ticks: list[int], judge: Judge) -> None:
    for product_id, stock in shelf.stocks.items():
        _advance_stock(shelf, product_id, stock, until, ticks, judge)
    shelf.frontier = until
    if ticks:
        _forget(shelf)


def _advance_stock(shelf: Shelf, product_id: str, stock: Stock, until: int, ticks: list[int], judge: Judge) -> None:
    due = 0
    while due < len(stock.pending) and stock.pending[due].at <= until:
        due += 1
    events, stock.pending = stock.pending[:due], stock.pending[due:]
    turns = [*((event.at, event) for event in events), *((tick, None) for tick in ticks)]
    for at, event in sorted(turns, key=lambda each: each[0]):
        _close_days(stock, at)
        if event:
            _apply(shelf, stock, event)
        if stock.is_tracked:
            judge(product_id, stock, at)
    _close_days(stock, until)


def _hours(since: int, until: int) -> list[int]:
    first = max(since // HOUR + 1, until // HOUR - MOST_TICKS + 1)
    return [hour * HOUR for hour in range(first, until // HOUR + 1)]


def _is_known(stock: Stock, event: StockEvent) -> bool:
    if event.event_id in stock.recent:
        return True
    others = (*stock.pending, *stock.recent.values())
    if any(known.event_id == event.event_id for known in stock.pending):
        return True
    return bool(event.document) and not event.corrects and any(known.document == event.document for known in others)


def _take_back(stock: Stock, is_meant: Callable[[StockEvent], bool]) -> bool:
    """Undo an event; its id stays known, so that a second copy does not bring it back."""
    for place, known in enumerate(stock.pending):
        if is_meant(known):
            del stock.pending[place]
            stock.recent[known.event_id] = known._replace(units=0, kind=VOID)
            return True
    for known in stock.recent.values():
        if is_meant(known) and known.kind != VOID and known.kind not in (COUNT, *ORDER_STEPS):
            _undo(stock, known)
            stock.recent[known.event_id] = known._replace(units=0, kind=VOID)
            return True
    return False


def _undo(stock: Stock, event: StockEvent) -> None:
    if event.at > stock.counted_at:
        stock.on_hand -= event.units
    if event.kind in OUTFLOWS:
        _left_on(stock, event.at, event.units)
    if event.order_line in stock.orders and event.kind in ARRIVALS:
        stock.orders[event.order_line].received -= event.units


def _apply(shelf: Shelf, stock: Stock, event: StockEvent) -> None:
    """Apply an event that is the next in order."""
    was_empty = stock.on_hand <= 0
    if event.kind in ORDER_STEPS:
        _step_order(shelf, stock, event)
    elif event.kind == COUNT:
        stock.is_tracked, stock.on_hand, stock.counted_at = True, event.units, event.at
        stock.silent_since = event.at
    else:
        _move(stock, event)
    if was_empty and stock.on_hand > 0:
        stock.silent_since = event.at
    stock.recent[event.event_id] = event


def _apply_late(shelf: Shelf, stock: Stock, event: StockEvent) -> None:
    """Apply an event that others have overtaken."""
    if event.kind != COUNT:
        _apply(shelf, stock, event)
        return
    remembered = event.at > shelf.frontier - REMEMBERED
    overtaken = any(known.kind == COUNT and turn(known) > turn(event) for known in stock.recent.values())
    if remembered and event.at >= stock.counted_at and not overtaken:
        after = sum(known.units for known in stock.recent.values() if known.at > event.at and known.kind != COUNT)
        stock.is_tracked, stock.on_hand, stock.counted_at = True, event.units + after, event.at
    stock.recent[event.event_id] = event


def _move(stock: Stock, event: StockEvent) -> None:
    stock.is_tracked = stock.is_tracked or event.kind in STATING
    if not stock.is_tracked:
        return
    if event.at > stock.counted_at:
        stock.on_hand += event.units
    stock.moved_at = max(stock.moved_at, event.at)
    if event.kind in OUTFLOWS:
        stock.silent_since = max(stock.silent_since, event.at)
        _left_on(stock, event.at, -event.units)
    if event.order_line and event.kind in ARRIVALS:
        line = stock.orders.setdefault(event.order_line, OrderLine())
        line.received += event.units
        line.touched = event.at


def _step_order(shelf: Shelf, stock: Stock, event: StockEvent) -> None:
    line = stock.orders.setdefault(event.order_line, OrderLine())
    line.touched = event.at
    if event.kind == PLACED:
        line.ordered += event.units
        line.due = line.due or day_end(event.promised, shelf.zone)
    elif event.kind == CONFIRMED:
        line.due = day_end(event.promised, shelf.zone)
    elif event.kind == CANCELLED:
        line.cancelled += event.units
    elif event.kind == CLOSED:
        line.is_closed = True


def _left_on(stock: Stock, at: int, units: int) -> None:
    if day := stock.days.get(at // DAY):
        day[0] += units
    elif not stock.days or at // DAY > max(stock.days):
        stock.days[at // DAY] = [units, stock.on_hand]


def _close_days(stock: Stock, at: int) -> None:
    """Write down what is on the shelf at the end of each day up to this instant's, and forget old days."""
    today = at // DAY
    last = max(stock.days, default=today)
    for day in range(max(last, today - WINDOW_DAYS), today + 1):
        stock.days.setdefault(day, [0, 0])[1] = stock.on_hand
    if last < today:
        for day in [day for day in stock.days if day <= today - WINDOW_DAYS]:
            del stock.days[day]


def _forget(shelf: Shelf) -> None:
    before = shelf.frontier - REMEMBERED
    shelf.voids = {document: at for document, at in shelf.voids.items() if at > before}
    for stock in shelf.stocks.values():
        if any(event.at <= before for event in stock.recent.values()):
            stock.recent = {id_: event for id_, event in stock.recent.items() if event.at > before}
        done = [name for name, line in stock.orders.items() if not line.open and line.touched <= before]
        for name in done:
            del stock.orders[name]
    shelf.stocks = {id_: stock for id_, stock in shelf.stocks.items() if stock.is_tracked or _is_awaited(stock)}


def _is_awaited(stock: Stock) -> bool:
    return bool(stock.pending or stock.recent or stock.orders or stock.terms.is_known)


@lru_cache(maxsize=1024)
def day_end(day: int, zone: str) -> int:
    """The instant at which a local day is over; of a zone that nobody knows, of UTC."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        place = UTC
    midnight = datetime(1970, 1, 1, tzinfo=place) + timedelta(days=day + 1)
    return int(midnight.timestamp()) * 1000
