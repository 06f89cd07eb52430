"""The windows of a store, worked out by hand and held to the law: every event is counted once, or late once."""

import random
from collections import Counter
from collections.abc import Iterable

from spark_jobs.sales_lines import Line
from spark_jobs.sales_sums import MINUTE_MS, STORE, WindowRow
from spark_jobs.store_windows import Progress, StoreState, StoreWindows

NOON = 29_000_000  # a minute since 1970, a multiple of five
TEN = 10_0000  # of money
Windows = dict[tuple[str, str, int, int, int], WindowRow]  # grain, category, length, slide, minutes after NOON


class _Minutes(dict[int, bytes]):
    def put(self, minute: int, value: bytes) -> None:
        self[minute] = value

    def remove(self, minute: int) -> None:
        self.pop(minute, None)


class Store:
    """A store over several batches, its windows as the table would have them."""

    def __init__(self, edge: int = NOON) -> None:
        self.state, self.kept, self.edge = StoreState(_Minutes(), _Minutes(), _Minutes()), b"", edge
        self.windows: Windows = {}
        self.late: list[Line] = []

    def take(self, *lines: Line) -> "Store":
        """One batch; state goes through bytes, as in the state store."""
        store = StoreWindows(self.state, Progress.from_bytes(self.kept), self.edge)
        windows, late = store.take(lines)
        self.kept = store.progress.as_bytes()
        for row in windows:
            after = row.window_start // MINUTE_MS - NOON
            self.windows[row.grain, row.category, row.window_minutes, row.slide_minutes, after] = row
        self.late += late
        return self

    def window(self, after: int, length: int = 1, slide: int = 0, category: str = "all") -> WindowRow:
        """The store's, or a category's, so many minutes after noon."""
        return self.windows[STORE if category == "all" else "category", category, length, slide or length, after]


def sale(event_id: str, after: float, transaction: str = "", **known: object) -> Line:
    """A sale of one unit for ten, so many minutes after noon."""
    at = int((NOON + after) * MINUTE_MS)
    line = Line(
        "sale", event_id, at, at, "R1", transaction or event_id, 1, None, True, 1000, TEN, "GBP", "store", "Tea", "P1"
    )
    return line._replace(**known)


def void(transaction: str, after: float) -> Line:
    """Takes line 1 back."""
    at = int((NOON + after) * MINUTE_MS)
    return Line("void", f"v{transaction}", at, at, "R1", transaction, 1)


def test_an_event_is_in_its_minute_and_in_six_windows_of_five() -> None:
    """A sale at 12:07 is in [12:07], in the tumbling [12:05, 12:10) and in the sliding ones from 12:03 to 12:07."""
    store = Store().take(sale("a", 7))
    found = {(row[2:5]) for row in store.windows if row[0] == STORE}
    assert found == {(1, 1, 7), (5, 5, 5), *((5, 1, first) for first in range(3, 8))}
    assert store.window(5, 5).revenue == TEN
    assert store.window(5, 5, category="Tea")[7:] == (TEN, TEN, 1000, 1, 1, 0, 0, 1)


def test_windows_add_up_minutes_but_not_tickets() -> None:
    """A ticket over two minutes and two categories is one ticket; a return is negative and no ticket."""
    store = Store().take(sale("a", 5, "T"), sale("b", 6, "T", category="Ham", line_number=2))
    store.take(sale("c", 6, event_type="return", net=-TEN, units=-1000, is_unreferenced=True))
    whole = store.window(5, 5)
    assert (whole.revenue, whole.sales_amount, whole.units, whole.tickets) == (TEN, 2 * TEN, 1000, 1)
    assert (whole.events, whole.sale_lines, whole.return_lines, whole.unreferenced_returns) == (3, 2, 1, 1)
    assert store.window(5, 5, category="Ham").tickets == 1


def test_copies_count_once_and_lines_told_again_bring_no_money() -> None:
    """The same id in the same and in a later batch is one event; another id of the same line is one, worth nothing."""
    store = Store().take(sale("a", 1), sale("a", 1)).take(sale("a", 1)).take(sale("b", 1, "a"))
    assert (store.window(1).events, store.window(1).revenue, store.window(1).sale_lines) == (2, TEN, 1)


def test_services_are_events_without_revenue() -> None:
    """Only merchandise is revenue."""
    store = Store().take(sale("a", 1, is_merchandise=False))
    assert store.window(1)[7:] == (0, 0, 0, 1, 0, 0, 0, 0)


def test_a_void_takes_its_line_out_before_or_after_it() -> None:
    """Whatever comes first, in one batch or two, and also after later sales: the event stays, the money goes."""
    for batches in (
        [[sale("a", 1)], [void("a", 3)]],
        [[void("a", 3)], [sale("a", 1)]],
        [[sale("a", 1), void("a", 3)]],
        [[sale("a", 1)], [void("a", 3)], [sale("b", 1)], [void("b", 1)]],
    ):
        store = Store()
        for batch in batches:
            store.take(*batch)
        assert (store.window(1).revenue, store.window(1).tickets) == (0, 0)
        assert store.window(1).events == len({line.event_id for batch in batches for line in batch} - {"va", "vb"})


def test_a_correction_replaces_the_money_of_what_it_corrects() -> None:
    """Both are events; the later one's money counts, in its own minute."""
    store = Store().take(sale("a", 1)).take(sale("b", 2, "a", corrects="a", net=3 * TEN))
    assert (store.window(1).revenue, store.window(2).revenue, store.window(0, 5).events) == (0, 3 * TEN, 2)


def test_an_event_is_late_when_its_last_window_is_closed() -> None:
    """At 12:30 the watermark is 12:20: 12:15 is closed, as [12:15, 12:20) was its last window; 12:16 is not."""
    store = Store().take(sale("a", 15), sale("z", 30)).take(sale("b", 15.9), sale("c", 16))
    assert [line.event_id for line in store.late] == ["b"]
    assert (store.window(15).events, store.window(16).events) == (1, 1)


def test_a_late_copy_is_neither_late_nor_counted() -> None:
    """Ids of closed minutes are known for two days; a late event is late once."""
    store = Store().take(sale("a", 15), sale("z", 60)).take(sale("a", 15), sale("b", 15)).take(sale("b", 15))
    assert [line.event_id for line in store.late] == ["b"]


def test_one_fast_till_makes_no_other_late() -> None:
    """Of two tills the one behind tells the time; one that is alone for two hours tells it."""
    store = Store().take(sale("a", 10, register_id="R2"), sale("fast", 70)).take(sale("b", 11, register_id="R2"))
    assert not store.late
    store.take(sale("c", 200)).take(sale("d", 60, register_id="R3"))
    assert [line.event_id for line in store.late] == ["d"]


def test_what_was_before_the_edge_is_nothing() -> None:
    """Neither counted nor late; no window begins before the edge."""
    store = Store().take(sale("a", -1), sale("b", 1))
    assert min(row[4] for row in store.windows) == 0
    assert not store.late


def test_the_state_forgets() -> None:
    """Lines go with their windows, ids after two days, tills and voids in time: a store that is quiet costs nothing."""
    store = Store().take(*(sale(str(n), n) for n in range(60)), void("1", 1))
    assert len(store.state.lines) == 60 - 45 and len(store.state.ids) == 45
    store.take(sale("tomorrow", 24 * 60)).take(sale("later", 4 * 24 * 60))
    assert (len(store.state.lines), len(store.state.sums), len(store.state.ids)) == (1, 1, 0)
    progress = Progress.from_bytes(store.kept)
    assert not progress.voided and progress.open == progress.summed == [NOON + 4 * 24 * 60]


def test_the_law_holds_for_any_order_and_any_batches() -> None:
    """Events and late events of each window are its distinct events; without lateness order is nothing."""
    chance = random.Random(5)
    for trial in range(40):
        log = [_any_line(chance, number) for number in range(300)]
        log += chance.choices(log, k=60)
        spread = chance.choice((0, 5, 40, 500))
        log.sort(key=lambda line: line.at + chance.uniform(0, spread) * MINUTE_MS)
        store = Store()
        _in_batches(store, log, chance)
        for window, events in _distinct(log).items():
            counted = store.windows[STORE, "all", *window].events if (STORE, "all", *window) in store.windows else 0
            assert counted + _distinct(store.late)[window] == events, (trial, window)
        if spread == 0:
            _same_money(store, log)


def _any_line(chance: random.Random, number: int) -> Line:
    line = sale(str(number), chance.uniform(0, 300), f"T{number // 3}", line_number=number % 3 + 1)
    if chance.random() < 0.05:
        return line._replace(event_type="void", event_id=f"v{number}", transaction_id=f"T{chance.randrange(100)}")
    return line._replace(register_id=f"R{chance.randrange(3)}", category=chance.choice("ABC"))


def _in_batches(store: Store, log: list[Line], chance: random.Random) -> None:
    at = 0
    while at < len(log):
        size = chance.choice((1, 7, 50))
        store.take(*log[at : at + size])
        at += size


def _distinct(lines: Iterable[Line]) -> Counter[tuple[int, int, int]]:
    found: Counter[tuple[int, int, int]] = Counter()
    for minute in {line.event_id: line.at // MINUTE_MS - NOON for line in lines if line.event_type == "sale"}.values():
        found[1, 1, minute] += 1
        found[5, 5, minute // 5 * 5] += 1
        found.update((5, 1, first) for first in range(max(0, minute - 4), minute + 1))
    return found


def _same_money(store: Store, log: list[Line]) -> None:
    """As if all had come at once, but for voids of lines whose windows were closed."""
    if any(line.event_type == "void" for line in log):
        log = [line for line in log if line.event_type != "void"]
        store = Store()
        _in_batches(store, log, random.Random(1))
    assert store.windows == Store().take(*log).windows
