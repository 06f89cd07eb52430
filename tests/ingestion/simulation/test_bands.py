"""The default world is believable: its figures, worked out from its events, lie where those of real chains do."""

import math
from collections import defaultdict
from datetime import date, timedelta

import pandas as pd
import pytest
from chains import small_world

from ingestion.simulation.chain import make_chain
from ingestion.simulation.truth import Truth
from ingestion.simulation.twin import days
from ingestion.simulation.world import World, load_world

START = date(2024, 9, 1)
SIGNS = {"opening_balance": 1, "receipt": 1, "transfer_in": 1, "adjustment": 1, "transfer_out": -1, "damage": -1,
         "expired": -1, "theft_report": -1, "own_use": -1}  # fmt: skip

Events = dict[str, pd.DataFrame]


def _events(world: World, length: int, seed: int) -> tuple[Events, Truth]:
    truth, found = Truth(), defaultdict(list)
    for day in days(make_chain(world, seed, START.toordinal()), "bands", START.toordinal() + length - 1, truth):
        for event in day.events:
            found[event.event_type].append(event.fields | {"on": date.fromordinal(day.day)})
    return {kind: _typed(pd.DataFrame(rows)) for kind, rows in found.items()}, truth


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    for name in ("quantity", "unit_price", "discount_amount", "unit_cost"):
        if name in frame:
            frame[name] = frame[name].astype(float)
    return frame


def _lines(events: Events) -> pd.DataFrame:
    """Merchandise lines that were not voided, with cost at the time; returns negative."""
    voided = (
        set(map(tuple, events["void"][["transaction_id", "line_number"]].to_numpy())) if "void" in events else set()
    )
    lines = pd.concat([events["sale"], events["return"]], ignore_index=True)
    lines = lines[lines.line_type == "merchandise"]
    lines = lines[[pair not in voided for pair in zip(lines.transaction_id, lines.line_number, strict=True)]]
    sign = lines.event_type.map({"sale": 1, "return": -1})
    lines["units"] = sign * lines.quantity
    lines["net"] = sign * (lines.quantity * lines.unit_price - lines.discount_amount)
    lines["place"] = lines.get("fulfilment_location_id", pd.Series(index=lines.index)).fillna(lines.store_id)
    return _with_cost(lines, events)


def _with_cost(frame: pd.DataFrame, events: Events) -> pd.DataFrame:
    costs = events["supplier_product"][["product_id", "valid_from", "unit_cost"]].rename(columns={"unit_cost": "cost"})
    costs = costs.assign(at=pd.to_datetime(costs.valid_from)).sort_values("at", kind="stable")
    frame = frame.assign(at=pd.to_datetime(frame.event_time)).sort_values("at", kind="stable")
    return pd.merge_asof(frame, costs.drop(columns="valid_from"), on="at", by="product_id")


def _moves(events: Events, lines: pd.DataFrame) -> pd.DataFrame:
    """Every movement of the book, counts left out: place, product, day, units."""
    sold = lines[(lines.event_type == "sale") | (lines.disposition == "resell")]
    parts = [sold.assign(units=-sold.units)[["place", "product_id", "on", "event_time", "units"]]]
    for kind in SIGNS.keys() & events.keys():
        frame = events[kind].rename(columns={"location_id": "place"})
        parts.append(
            frame.assign(units=SIGNS[kind] * frame.quantity)[["place", "product_id", "on", "event_time", "units"]]
        )
    return pd.concat(parts)


def _book(events: Events, moves: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Closing book by day (rows) and pair, and each count with the book it met."""
    counts = events["stock_count"].rename(columns={"location_id": "place"})
    counts = counts.assign(units=0.0, counted=counts.quantity)
    columns = ["place", "product_id", "on", "event_time", "units", "counted"]
    steps = pd.concat([moves.assign(counted=float("nan"))[columns], counts[columns]]).sort_values(
        ["event_time", "counted"], kind="stable", na_position="first"
    )
    closing, met = {}, []
    for pair, group in steps.groupby(["place", "product_id"], sort=False):
        book, at_end = 0.0, {}
        for on, time, units, counted in group[["on", "event_time", "units", "counted"]].itertuples(index=False):
            if not math.isnan(counted):
                met.append((*pair, time, book - counted))
                book = counted
            book += units
            at_end[on] = book
        closing[pair] = pd.Series(at_end)
    first, last = min(moves["on"]), max(moves["on"])
    every_day = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    daily = pd.DataFrame(closing).reindex(every_day).ffill()
    return daily, pd.DataFrame(met, columns=["place", "product_id", "event_time", "missing"])


def figures(world: World, length: int, seed: int = 7) -> dict[str, float]:
    """The figures of a world, from its events; `in_stock_really` from the truth."""
    events, truth = _events(world, length, seed)
    lines = _lines(events)
    daily, counts = _book(events, _moves(events, lines))
    revenue, sold = lines.net.sum(), lines[lines.event_type == "sale"]
    cost = (lines.units * lines.cost)[(lines.event_type == "sale") | (lines.disposition == "resell")].sum()
    last_cost = events["supplier_product"].groupby("product_id").unit_cost.last()
    value = (daily.clip(lower=0) * [last_cost.get(product, 0.0) for _, product in daily.columns]).sum(axis=1).mean()
    counted = _with_cost(counts, events)
    demand = truth.table("demand").to_pandas()
    return {
        "in_stock": _in_stock(events, daily),
        "in_stock_really": 1 - demand.out_of_stock_minutes.sum() / demand.open_minutes.sum(),
        "margin": 1 - cost / revenue,
        "unknown_loss": (counted.missing * counted.cost).sum() / revenue,
        "returns": -lines[lines.event_type == "return"].units.sum() / sold.units.sum(),
        "turnover": cost * 365 / length / value,
        "zero_share": _zero_share(events, sold),
        "known_tickets": sold.groupby("transaction_id").customer_id.first().notna().mean(),
        "lines": len(events["sale"]),
    }


def _ranged(events: Events) -> pd.DataFrame:
    """One row per open day, store and product carried."""
    opened = events["store_day_closed"][["store_id", "on"]].rename(columns={"store_id": "location_id"})
    carried = events["assortment"].assign(since=pd.to_datetime(events["assortment"].valid_from).dt.date)
    yes = carried[carried.is_ranged].groupby(["location_id", "product_id"]).since.min()
    no = carried[~carried.is_ranged].groupby(["location_id", "product_id"]).since.max().rename("until")
    pairs = pd.concat([yes, no], axis=1).reset_index()
    pairs["until"] = pairs.until.fillna(date.max)
    days_of = opened.merge(pairs, on="location_id")
    return days_of[(days_of.since <= days_of.on) & (days_of.on < days_of.until)]


def _in_stock(events: Events, daily: pd.DataFrame) -> float:
    """Share of ranged pairs with book stock the evening before."""
    ranged = _ranged(events)
    ranged = ranged[ranged.on > START]
    evening = daily.stack([0, 1], future_stack=True)
    key = pd.MultiIndex.from_arrays([ranged.on - timedelta(days=1), ranged.location_id, ranged.product_id])
    return float((evening.reindex(key).fillna(0) > 0).mean())


def _zero_share(events: Events, sold: pd.DataFrame) -> float:
    ranged = _ranged(events)
    with_sale = sold.groupby(["on", "store_id", "product_id"]).size()
    key = pd.MultiIndex.from_arrays([ranged.on, ranged.location_id, ranged.product_id])
    return float(1 - key.isin(with_sale.index).mean())


BANDS = {
    "in_stock": (0.92, 0.98),
    "in_stock_really": (0.92, 0.98),
    "margin": (0.22, 0.45),
    "unknown_loss": (0.005, 0.02),
    "returns": (0.01, 0.08),
    "turnover": (4, 20),
    "zero_share": (0.50, 0.75),
    "known_tickets": (0.5, 0.75),
}


def _outside(found: dict[str, float]) -> dict[str, float]:
    return {name: found[name] for name, (low, high) in BANDS.items() if not low <= found[name] <= high}


def test_a_part_of_the_default_world_is_believable() -> None:
    """Three stores and a hundred products over half a year lie within the bands."""
    found = figures(small_world(stores=3, products=100, days=180), 180)
    assert _outside(found) == {}, found


@pytest.mark.long
@pytest.mark.parametrize("seed", [7, 8])
def test_the_default_world_is_believable(seed: int) -> None:
    """The demo's world lies within the bands, and sells about 400,000 lines."""
    found = figures(load_world("grocer", "small"), 791, seed)
    assert _outside(found) == {}, found
    assert 350_000 < found["lines"] < 520_000
