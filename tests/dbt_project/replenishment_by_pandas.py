"""Replenishment once more: positions from the events, and the arithmetic of KPIS.md over what is expected of demand.

What is expected is an estimate, graded by the scorecard; given it, safety stock, reorder point, order-up-to level,
order and cover are arithmetic.
"""

import math
from collections import defaultdict
from decimal import Decimal
from statistics import NormalDist, fmean
from typing import Any

import pandas as pd

from tests.dbt_project.sales_by_pandas import ZERO
from tests.dbt_project.stock_books import Pair, books
from tests.dbt_project.suppliers_by_pandas import order_lines
from tests.dbt_project.told_events import DAY, Event, Told, Versions, instant

HORIZON_DAYS = 42
FEW_UNITS = 10


def positions(told: Told) -> pd.DataFrame:
    """Sellable stock, what is on order (forgotten orders aside) and in transit, by pair."""
    ordered, forgotten, under_way = _on_order(told), _forgotten(told), _in_transit(told)
    rows = []
    for pair, book in books(told).items():
        on_hand = max(book.days[max(book.days)].closing, ZERO)
        on_order = ordered[pair] - min(forgotten[pair], ordered[pair])
        rows.append((*pair, on_hand, on_order, under_way[pair], on_hand + on_order + under_way[pair]))
    names = ["store_id", "product_id", "on_hand_units", "on_order_units", "in_transit_units", "position_units"]
    return pd.DataFrame(rows, columns=names)


def _line(event: Event) -> tuple:
    return event.get("purchase_order_id"), event.get("purchase_order_line", 0)


def _on_order(told: Told) -> dict[Pair, Decimal]:
    """Ordered, not given up, and neither come nor sent off by our depot; nothing of a line that was closed."""
    open_units: dict[tuple, Decimal] = defaultdict(lambda: ZERO)
    pairs: dict[tuple, Pair] = {}
    for event in told.of("purchase_order_placed", "purchase_order_cancelled", "receipt", "transfer_out"):
        if event.get("purchase_order_id"):
            sign = 1 if event["event_type"] == "purchase_order_placed" else -1
            open_units[_line(event)] += sign * Decimal(event["quantity"])
    for event in sorted(told.of("purchase_order_placed"), key=lambda e: (e["event_time"], e["event_id"])):
        pairs.setdefault(_line(event), (event["location_id"], event["product_id"]))
    closed = {_line(event) for event in told.of("purchase_order_closed")}
    found: dict[Pair, Decimal] = defaultdict(lambda: ZERO)
    for line, pair in pairs.items():
        found[pair] += ZERO if line in closed else max(open_units[line], ZERO)
    return found


def _forgotten(told: Told) -> dict[Pair, Decimal]:
    lines = order_lines(told)
    product = {_line(event): event["product_id"] for event in told.of("purchase_order_placed")}
    found: dict[Pair, Decimal] = defaultdict(lambda: ZERO)
    for line in lines[lines["is_ghost_candidate"]].to_dict("records"):
        named = line["purchase_order_id"], line["purchase_order_line"]
        found[line["store_id"], product[named]] += line["open_units"]
    return found


def _in_transit(told: Told) -> dict[Pair, Decimal]:
    """Sent off and not come, by transfer; nothing of a line that was closed."""
    closed = {_line(event): instant(event["event_time"]) for event in told.of("purchase_order_closed")}
    sent: dict[tuple, Decimal] = defaultdict(lambda: ZERO)
    ended = set()
    for event in told.of("transfer_out", "transfer_in"):
        is_out = event["event_type"] == "transfer_out"
        place = event["counterpart_location_id"] if is_out else event["location_id"]
        transfer = place, event["product_id"], event["transfer_id"]
        sent[transfer] += (1 if is_out else -1) * Decimal(event["quantity"])
        if _line(event) in closed:
            ended.add(transfer)
    found: dict[Pair, Decimal] = defaultdict(lambda: ZERO)
    for transfer, units in sent.items():
        found[transfer[:2]] += ZERO if transfer in ended else max(units, ZERO)
    return found


def expected_units(cumulated: list[float], days: int) -> float:
    """Units expected within so many days; beyond the horizon days are like its mean."""
    if days <= 0 or not cumulated:
        return 0.0
    beyond = max(days - HORIZON_DAYS, 0) * cumulated[-1] / HORIZON_DAYS
    return cumulated[min(days, HORIZON_DAYS) - 1] + beyond


def policy(row: dict[str, Any]) -> dict[str, float]:
    """Safety stock, reorder point and order-up-to level, by the definitions of KPIS.md."""
    if not row["is_ranged"] or row["is_closed"]:
        return {"safety_stock": 0.0, "reorder_point": 0.0, "order_up_to": 0.0}
    days, share = row["protection_days"], row["service_level"]
    wanted = expected_units(row["cumulated_units"], days)
    periods = sorted(row["period_units"])
    if wanted < FEW_UNITS and periods:
        safety = periods[math.ceil(share * len(periods) - 1e-9) - 1] - fmean(periods)
    else:
        per_day, lead = wanted / days, row["lead_time_deviation_days"]
        safety = NormalDist().inv_cdf(share) * math.sqrt(days * row["error_variance"] + per_day**2 * lead**2)
    safety = max(safety, 0.0)
    reorder = max(wanted + safety, row["minimum_presentation_units"])
    review = expected_units(row["cumulated_units"], row["review_days"])
    return {"safety_stock": safety, "reorder_point": reorder, "order_up_to": reorder + review}


def unit_margin(told: Told, place: str, product_id: str) -> Decimal:
    """The regular price now, of the place itself or else of everywhere, less the cost of the stock."""
    prices = Versions(told.of("price"), "location_id", "product_id")
    own = prices.at(told.as_of, place, product_id) or prices.at(told.as_of, "", product_id)
    end_of_day = told.day_starts(place, told.local_day(place, told.as_of) + DAY)
    return Decimal(own["regular_price"]) - Decimal(told.costs.before(end_of_day, product_id)["unit_cost"])


def packs_wanted(row: dict[str, Any]) -> int:
    """Below the reorder point: up to the order-up-to level, at least the minimum order, in whole packs."""
    if row["position_units"] >= row["reorder_point_units"]:
        return 0
    units = max(row["order_up_to_units"] - row["position_units"], row["minimum_order_units"])
    return math.ceil(units / row["pack_units"] - 1e-9)


def days_of_cover(units: float, cumulated: list[float]) -> float | None:
    """Days until cumulated expected demand exceeds the units; None where nothing is wanted."""
    if not cumulated or cumulated[-1] <= 0:
        return None
    before = 0.0
    for day, total in enumerate(cumulated):
        if total > units:
            return day + (units - before) / (total - before)
        before = total
    return units * HORIZON_DAYS / cumulated[-1]
