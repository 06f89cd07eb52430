"""KPIs of stock, losses and suppliers once more, from the events: by the words of KPIS.md, not by the models' SQL.

The book of a pair (place, product) is walked movement by movement; each function gives a frame: the key of a model's
rows, then what it measures.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import pandas as pd

from tests.dbt_project.sales_by_pandas import ZERO, kept, ticket_lines
from tests.dbt_project.told_events import DAY, Event, Told, cents, instant, money

KINDS = (
    *("opening_balance", "receipt", "transfer_in", "return", "adjustment", "sale", "transfer_out", "damage"),
    *("expired", "theft_report", "own_use", "stock_count"),
)
STATED = ("opening_balance", "receipt", "transfer_in", "stock_count")
TAKEN = ("transfer_out", "damage", "expired", "theft_report", "own_use")
KNOWN_LOSSES = ("damage", "expired", "theft_report", "own_use")
GHOST_DAYS = 14
Pair = tuple[str, str]


class Step(NamedTuple):
    """Something that changed the book, or counted it."""

    at: datetime
    rank: int
    event_id: str
    kind: str
    day: date
    units: Decimal
    event: Event


@dataclass
class Day:
    """A day of a pair."""

    opening: Decimal
    steps: list[Step] = field(default_factory=list)

    @property
    def closing(self) -> Decimal:
        """The book in the evening."""
        return self.opening + sum((step.units for step in self.steps), ZERO)

    def moved(self, *kinds: str) -> Decimal:
        """Units of these kinds."""
        return sum((step.units for step in self.steps if step.kind in kinds), ZERO)


@dataclass
class Book:
    """The book of a pair, day by day since something first said how much there is."""

    place: str
    product_id: str
    tracked_at: datetime
    steps: list[Step]
    days: dict[date, Day]

    @property
    def tracked_from(self) -> date:
        """Its first day."""
        return min(self.days)


@cache
def books(told: Told) -> dict[Pair, Book]:
    """The book of every pair that is tracked."""
    found = {}
    for pair, steps in _steps(told).items():
        stated = [step for step in steps if step.kind in STATED]
        if stated:
            found[pair] = _walked(told, pair, min(step.at for step in stated), sorted(steps, key=_turn))
    return found


def _turn(step: Step) -> tuple:
    return step.at, step.rank, step.event_id


def _steps(told: Told) -> dict[Pair, list[Step]]:
    found: dict[Pair, list[Step]] = defaultdict(list)
    voided = {(e["store_id"], e["transaction_id"], e["line_number"]) for e in told.of("void")}
    for event in told.of(*KINDS):
        kind, at = event["event_type"], instant(event.get("counted_at", event["event_time"]))
        if kind in ("sale", "return"):
            line = event["store_id"], event["transaction_id"], event["line_number"]
            is_kept = kind == "return" and event["disposition"] != "resell"
            if line in voided or event["line_type"] != "merchandise" or is_kept:
                continue
            place = event.get("fulfilment_location_id", event["store_id"])
            day = date.fromisoformat(event["business_date"])
        else:
            place = event["location_id"]
            day = told.local_day(place, at)
        sign = -1 if kind in (*TAKEN, "sale") else 1
        step = Step(at, KINDS.index(kind), event["event_id"], kind, day, sign * Decimal(event["quantity"]), event)
        found[place, event["product_id"]].append(step)
    return found


def _walked(told: Told, pair: Pair, tracked_at: datetime, steps: list[Step]) -> Book:
    place, product = pair
    first, last = told.local_day(place, tracked_at), told.local_day(place, told.as_of)
    book, real = ZERO, []
    for step in (step for step in steps if step.day >= first):
        moved = step._replace(units=step.units - book) if step.kind == "stock_count" else step
        book += moved.units
        real.append(moved)
    by_day: dict[date, list[Step]] = defaultdict(list)
    for step in real:
        if step.at <= told.as_of:
            by_day[step.day].append(step)
    days, closing = {}, ZERO
    for number in range((last - first).days + 1):
        day = first + number * DAY
        days[day] = Day(closing, by_day.get(day, []))
        closing = days[day].closing
    return Book(place, product, tracked_at, real, days)


def _is_ranged(told: Told, book: Book, day: date) -> bool:
    begins = told.day_starts(book.place, day)
    launched = told.products.at(begins, book.product_id).get("launch_date")
    in_range = told.ranges.at(begins, book.place, book.product_id).get("is_ranged", True)
    return in_range and (launched is None or launched <= str(day))


def _value(told: Told, book: Book, day: date) -> Decimal:
    """Of the evening's book, at the cost in force as the day ended; nothing where none is known."""
    said = told.costs.before(told.day_starts(book.place, day + DAY), book.product_id).get("unit_cost")
    return ZERO if said is None else money(book.days[day].closing * Decimal(said))


def _spells(told: Told, book: Book, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of the day without stock."""
    units, since = book.days[day].opening, told.day_starts(book.place, day)
    for step in book.days[day].steps:
        if units <= 0:
            yield since, step.at
        units, since = units + step.units, step.at
    if units <= 0:
        yield since, told.day_starts(book.place, day + DAY)


def _minutes(told: Told, book: Book, day: date) -> tuple[int, int, int, int]:
    """Open minutes of a pair on offer, those of them without stock; whether it is offered, and in stock at opening."""
    hours = told.open_hours(book.place, day)
    if not hours or not _is_ranged(told, book, day):
        return 0, 0, 0, 0
    opens, closes = hours[0], min(hours[1], told.as_of)
    spells = list(_spells(told, book, day))
    out = sum(max(_second(min(until, closes)) - _second(max(since, opens)), 0) for since, until in spells)
    is_out = any(since <= opens < until for since, until in spells)
    return max(_second(closes) - _second(opens), 0) // 60, out // 60, 1, int(not is_out)


def _second(moment: datetime) -> int:
    """Minutes are counted on a clock that shows whole seconds."""
    return int(moment.timestamp())


@cache
def _goods_sold(told: Told) -> pd.DataFrame:
    """Merchandise that left a tracked shelf: where it left from."""
    lines = ticket_lines(told)
    lines = lines[lines["is_goods"]]
    known = books(told)
    pairs = zip(lines["place"], lines["product_id"], lines["date_key"], strict=True)
    return kept(lines, ((place, item) in known and day in known[place, item].days for place, item, day in pairs))


def inventory_by_day(told: Told) -> pd.DataFrame:
    """Stock at cost, what was sold from it, and how long it was out, by place, day and category."""
    rows = []
    for book in books(told).values():
        category = told.category(book.product_id)
        for day in book.days:
            minutes = _minutes(told, book, day)
            rows.append((book.place, day, category, _value(told, book, day), ZERO, ZERO, *minutes))
    for line in _goods_sold(told).to_dict("records"):
        revenue = line["net"] if line["is_costed"] else ZERO
        named = line["place"], line["date_key"], told.category(line["product_id"])
        rows.append((*named, ZERO, line["cost"], revenue, 0, 0, 0, 0))
    sums = ["closing_value", "cogs_amount", "cost_tracked_revenue", "open_minutes", "out_of_stock_minutes"]
    keys = ["store_id", "date_key", "category"]
    names = [*keys, *sums, "offered_pairs", "offered_pairs_in_stock"]
    return pd.DataFrame(rows, columns=names).groupby(keys, as_index=False).sum()


def inventory_health(told: Told) -> pd.DataFrame:
    """Terms of turnover and GMROI over 365 whole days, of sell-through over 90; the last sale and delivery."""
    last, rows = told.last_whole_day, []
    sold = dict(list(_goods_sold(told).groupby(["place", "product_id"])))
    for pair, book in books(told).items():
        today = max(book.days)
        if not _is_ranged(told, book, today) and book.days[today].closing == 0:
            continue
        year = [day for day in book.days if last - 365 * DAY < day <= last]
        window = [book.days[day] for day in year if day > last - 90 * DAY]
        lines = sold.get(pair)
        lines = None if lines is None else lines[lines["date_key"].between(last - 364 * DAY, last)]
        came = sum((day.moved("opening_balance", "receipt", "transfer_in", "transfer_out") for day in window), ZERO)
        days_sold = [day for day, moves in book.days.items() if moves.moved("sale") < 0]
        rows.append({
            "store_id": book.place,
            "product_id": book.product_id,
            "on_hand_units": book.days[today].closing,
            "stock_value_days": sum((_value(told, book, day) for day in year), ZERO),
            "stock_days": len(year),
            "cogs_amount": ZERO if lines is None else sum(lines["cost"], ZERO),
            "cost_tracked_revenue": ZERO if lines is None else sum(lines[lines["is_costed"]]["net"], ZERO),
            "sell_through_sold_units": -sum((day.moved("sale", "return") for day in window), ZERO),
            "sell_through_offered_units": (window[0].opening if window else ZERO) + came,
            "last_sale_date": max(days_sold, default=None),
        })  # fmt: skip
    return pd.DataFrame(rows)


def inventory_turnover(told: Told) -> pd.DataFrame:
    """By place, category and month, over days that are over: turnover and GMROI a year, of amounts to the cent."""
    daily = inventory_by_day(told)
    daily = daily[daily["date_key"] <= told.last_whole_day]
    daily["month_start_date"] = [day.replace(day=1) for day in daily["date_key"]]
    keys, rows = ["store_id", "category", "month_start_date"], []
    for key, month in daily.groupby(keys):
        value, cogs, revenue = (
            float(cents(sum(month[name], ZERO))) for name in ("closing_value", "cogs_amount", "cost_tracked_revenue")
        )
        minutes, out = month["open_minutes"].sum(), month["out_of_stock_minutes"].sum()
        turns = (cogs * 365 / value, (revenue - cogs) * 365 / value) if value else (0.0, 0.0)
        mean = value / len(month)
        rows.append((*key, mean, *turns, float(1 - out / minutes) if minutes else 0.0))
    return pd.DataFrame(rows, columns=[*keys, "mean_stock_value", "inventory_turnover", "gmroi", "in_stock_rate"])


class Count(NamedTuple):
    """A count beside the book it found."""

    book: Book
    step: Step
    is_initial: bool


@cache
def _counts(told: Told) -> list[Count]:
    found = []
    for book in books(told).values():
        counts = [step for step in book.steps if step.kind == "stock_count"]
        goods = any(step.kind in STATED[:3] and step.at == book.tracked_at for step in book.steps)
        for number, step in enumerate(counts):
            found.append(Count(book, step, number == 0 and step.at == book.tracked_at and not goods))
    return found


def shrinkage(told: Told) -> pd.DataFrame:
    """Book less counted, at cost, by pair and day; what a first count finds is no loss."""
    rows = []
    for book, step, is_initial in _counts(told):
        if not is_initial:
            cost = told.unit_cost(book.product_id, step.at)
            amount = ZERO if cost is None else money(step.units * cost)
            lost, gained = (max(-step.units, ZERO), max(-amount, ZERO)), (max(step.units, ZERO), max(amount, ZERO))
            rows.append((book.place, book.product_id, step.day, *lost, *gained, lost[1] - gained[1]))
    keys = ["store_id", "product_id", "date_key"]
    sums = ["lost_units", "lost_amount", "found_units", "found_amount", "net_loss_amount"]
    return pd.DataFrame(rows, columns=keys + sums).groupby(keys, as_index=False).sum()


def record_accuracy(told: Told) -> pd.DataFrame:
    """Counted pairs whose book was exact, and right within one unit."""
    rows = []
    for book, step, is_initial in _counts(told):
        if not is_initial:
            category = told.category(book.product_id, step.at)
            right = 1, int(step.units == 0), int(abs(step.units) <= 1)
            rows.append((step.day.replace(day=1), book.place, category, step.event["scope"], *right))
    keys = ["month", "store_id", "category", "scope"]
    names = [*keys, "counted_pairs", "exact_pairs", "within_one_pairs"]
    return pd.DataFrame(rows, columns=names).groupby(keys, as_index=False).sum()


def known_losses(told: Told) -> pd.DataFrame:
    """Damage, expiry, reported theft, own use, and what came back unsaleable at the cost of its sale."""
    rows = []
    for event in told.of(*KNOWN_LOSSES):
        at, units = instant(event["event_time"]), Decimal(event["quantity"])
        cost = told.unit_cost(event["product_id"], at)
        day = told.local_day(event["location_id"], at)
        named = event["location_id"], event["product_id"], day, event["event_type"]
        rows.append((*named, units, ZERO if cost is None else money(units * cost)))
    lines = ticket_lines(told)
    for line in lines[lines["is_returned"] & (lines["disposition"] != "resell")].to_dict("records"):
        named = line["place"], line["product_id"], line["date_key"], f"returned_{line['disposition']}"
        cost = money(-line["units"] * line["unit_cost"]) if line["is_costed"] else ZERO
        rows.append((*named, -line["units"], cost))
    keys = ["store_id", "product_id", "date_key", "loss_type"]
    return pd.DataFrame(rows, columns=[*keys, "lost_units", "loss_amount"]).groupby(keys, as_index=False).sum()


def order_lines(told: Told) -> pd.DataFrame:
    """Lines of purchase orders: what was ordered and given up, what came and when."""
    lines: dict[tuple, list[Event]] = defaultdict(list)
    kinds = ("placed", "confirmed", "cancelled", "closed")
    for event in told.of(*(f"purchase_order_{kind}" for kind in kinds), "receipt", "transfer_in"):
        if event.get("purchase_order_id"):
            lines[event["purchase_order_id"], event.get("purchase_order_line", 0)].append(event)
    followed = (_followed(told, key, sorted(events, key=_said)) for key, events in lines.items())
    return pd.DataFrame([line for line in followed if line])


def _said(event: Event) -> tuple:
    return event["event_time"], event["event_id"]


def _followed(told: Told, key: tuple, events: list[Event]) -> dict[str, Any] | None:
    def of(*kinds: str) -> list[Event]:
        return [event for event in events if event["event_type"].removeprefix("purchase_order_") in kinds]

    def units(*kinds: str) -> Decimal:
        return sum((Decimal(event["quantity"]) for event in of(*kinds)), ZERO)

    if not of("placed"):
        return None
    first = of("placed")[0]
    place, promised = first["location_id"], date.fromisoformat(first["promised_date"])
    ordered, cancelled = units("placed"), units("cancelled")
    came = [(told.local_day(event["location_id"], instant(event["event_time"])), Decimal(event["quantity"]))
            for event in of("receipt", "transfer_in")]  # fmt: skip
    received = sum((quantity for _, quantity in came), ZERO)
    on_time = sum((quantity for day, quantity in came if day <= promised), ZERO)
    placed, today = told.local_day(place, instant(first["event_time"])), told.local_day(place, told.as_of)
    closed = min((instant(event["event_time"]) for event in of("closed")), default=None)
    expected = max([promised, *(date.fromisoformat(event["promised_date"]) for event in of("confirmed")[-1:])])
    open_units = ZERO if closed else max(ordered - cancelled - received, ZERO)
    ends = [instant(event["event_time"]) for event in of("receipt", "transfer_in", "cancelled")]
    ended = None if open_units else closed or max(ends, default=None)
    is_own = (first["supply_source_id"],) in told.places.entities()
    return {
        "purchase_order_id": key[0],
        "purchase_order_line": key[1],
        "store_id": place,
        "supply_source_id": first["supply_source_id"],
        "date_key": placed,
        "ordered_units": ordered,
        "cancelled_units": cancelled,
        "received_units": received,
        "received_on_time_units": on_time,
        "open_units": open_units,
        "lead_time_days": (min(day for day, _ in came) - placed).days if came else None,
        "promised_lead_time_days": (promised - placed).days,
        "is_from_own_depot": is_own,
        "is_due": today > promised,
        "is_on_time_in_full": on_time >= ordered,
        "is_ghost_candidate": bool(open_units > 0 and received == 0 and (today - expected).days > GHOST_DAYS),
        "_waited": (min(day for day, _ in came) if came else told.local_day(place, ended) if ended else today) - placed,
        "_today": today,
    }


def order_lines_told(told: Told) -> pd.DataFrame:
    """Order lines, but for what only helps to sum them."""
    found = order_lines(told)
    return found[[column for column in found.columns if not column.startswith("_")]]


def deliveries_by_month(told: Told) -> pd.DataFrame:
    """Terms of fill rate, OTIF and lead times, by the month of the order; only lines that are due are judged."""
    lines = order_lines(told)
    lines["month"] = [day.replace(day=1) for day in lines["date_key"]]
    keys = ["month", "supply_source_id", "store_id"]
    return lines[keys].assign(**_judged(lines)).groupby(keys, as_index=False).sum()


def _judged(lines: pd.DataFrame) -> dict[str, Any]:
    due, days = lines["is_due"], lines["lead_time_days"].astype(float)
    filled, in_time = (
        pd.Series([min(got, wanted) for got, wanted in zip(lines[name], lines["ordered_units"], strict=True)])
        for name in ("received_units", "received_on_time_units")
    )
    filled.index = in_time.index = lines.index
    return {
        "order_lines": 1,
        "due_lines": due.astype(int),
        "on_time_in_full_lines": (due & lines["is_on_time_in_full"]).astype(int),
        "due_units": lines["ordered_units"].where(due, ZERO),
        "due_units_on_time": in_time.where(due, ZERO),
        "due_units_received": filled.where(due, ZERO),
        "lead_time_lines": days.notna().astype(int),
        "lead_time_days_sum": days.fillna(0).astype(int),
        "lead_time_days_squared_sum": (days * days).fillna(0).astype(int),
    }


def supplier_performance(told: Told) -> pd.DataFrame:
    """The same over the last 365 days by supplier, and how many days half and nine of ten lines took to come at all."""
    lines = order_lines(told)
    ages = zip(lines["date_key"], lines["_today"], strict=True)
    lines = kept(lines, (today - placed < 365 * DAY for placed, today in ages))
    keys = ["supply_source_id"]
    found = lines[keys].assign(**_judged(lines)).groupby(keys, as_index=False).sum()
    for share, name in ((0.5, "p50"), (0.1, "p90")):
        waits = (_waited_until(lines[lines["supply_source_id"] == supplier], share) for supplier in found[keys[0]])
        found[f"estimated_lead_time_{name}_days"] = pd.Series(list(waits), dtype=object)
    return found


def _waited_until(lines: pd.DataFrame, share: float) -> int | None:
    """The first day on which no more than this share of lines is still awaited (Kaplan and Meier)."""
    waits = [(max(int(waited / DAY), 0), came == came and came is not None)
             for waited, came in zip(lines["_waited"], lines["lead_time_days"], strict=True)]  # fmt: skip
    still = 1.0
    for day in sorted({day for day, _ in waits}):
        at_risk = sum(1 for waited, _ in waits if waited >= day)
        still *= 1 - sum(1 for waited, is_come in waits if waited == day and is_come) / at_risk
        if round(still, 9) <= share:
            return day
    return None
