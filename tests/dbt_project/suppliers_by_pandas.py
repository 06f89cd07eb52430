"""KPIs of suppliers once more, from the events of orders: by the words of KPIS.md, not by the models' SQL."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from tests.dbt_project.sales_by_pandas import ZERO, kept
from tests.dbt_project.told_events import DAY, Event, Told, instant

GHOST_DAYS = 14


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
