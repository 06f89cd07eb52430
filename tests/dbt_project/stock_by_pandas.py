"""KPIs of stock and losses once more, from the events: by the words of KPIS.md, not by the models' SQL.

Each function gives a frame: the key of a model's rows, then what it measures.
"""

from decimal import Decimal
from functools import cache
from typing import NamedTuple

import pandas as pd

from tests.dbt_project.sales_by_pandas import ZERO, kept, ticket_lines
from tests.dbt_project.stock_books import STATED, Book, Step, books, is_ranged, minutes_on_offer, stock_value
from tests.dbt_project.told_events import DAY, Told, cents, instant, money

KNOWN_LOSSES = ("damage", "expired", "theft_report", "own_use")


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
            minutes = minutes_on_offer(told, book, day)
            rows.append((book.place, day, category, stock_value(told, book, day), ZERO, ZERO, *minutes))
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
        if not is_ranged(told, book, today) and book.days[today].closing == 0:
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
            "stock_value_days": sum((stock_value(told, book, day) for day in year), ZERO),
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
