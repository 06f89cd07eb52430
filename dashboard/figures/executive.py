"""The chain as a whole: how it does, why, and what stock-outs cost."""

from collections.abc import Mapping
from datetime import timedelta

import pandas as pd

from dashboard.figures.filters import Filters
from dashboard.figures.kpis import Card, beside, kpi_cards, kpi_table, places_compared, whole_weeks
from dashboard.figures.reading import Reader
from dashboard.figures.words import NONE, money
from warehouse.metrics.questions import LAST_YEAR, YEAR_TO_DATE

SHOWN = ("total_revenue", "transactions", "customers", "average_transaction_value", "profit_margin")
BESIDE = {
    "inventory_turnover": ("GMROI", "gmroi"),
    "in_stock_rate": ("By demand", "estimated_in_stock_rate_by_demand"),
}
WEEKS, MONTHS = 26, 12
LIKE_FOR_LIKE = {
    "like_for_like_volume": "Volume",
    "like_for_like_price": "Price",
    "like_for_like_mix": "Mix",
}
STOCK = {
    "on_hand_value": "On hand",
    "estimated_excess_value": "Excess (est.)",
    "dead_stock_value": "Dead",
}
_AGED = ("estimated_value_181_365_days", "estimated_value_over_365_days")
TARGETS = """
    select r.category as category,
           sum(toFloat64(r.estimated_order_up_to_units) * toFloat64(h.on_hand_value)
               / toFloat64(h.on_hand_units)) as target
    from reporting.replenishment_list as r
    inner join reporting.inventory_health as h on r.place = h.place and r.item = h.item
    where {condition} and h.on_hand_units > 0
    group by category
"""
LIFETIME = """
    select sum(estimated_lifetime_value) as value, sum(historic_margin) as margin,
           groupUniqArray(lifetime_value_status) as statuses
    from reporting.customer_behavior_analysis
    where source = {retailer:String} and currency = {currency:String} and is_known = 1
"""


def cards(reader: Reader, filters: Filters) -> list[Card]:
    """The seven figures on top."""
    found = kpi_cards(reader, filters, [*SHOWN, *BESIDE, *(other for _, other in BESIDE.values())])
    plain = [found[name] for name in SHOWN]
    return plain + [beside(found[name], {label: found[other]}) for name, (label, other) in BESIDE.items()]


def revenue_by_week(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Whole weeks up to the last whole day: `week`, `revenue`, `last_year`; at least half a year of them."""
    last = filters.window.whole_last
    first = min(filters.window.first, last - timedelta(weeks=WEEKS, days=-1))
    first -= timedelta(days=first.weekday())
    found = kpi_table(reader, filters, ["total_revenue"], ["week"], first=first, last=last, compare=[LAST_YEAR])
    found = found.set_axis(["week", "revenue", "last_year"], axis=1)
    return found[whole_weeks(found["week"], first, last)].sort_values("week")


def like_for_like(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Change of comparable revenue on last year by month and part: `month`, `part`, `amount`; whole days only."""
    last = filters.window.whole_last
    first = min(filters.window.first, last - timedelta(days=30 * (MONTHS - 1))).replace(day=1)
    found = kpi_table(reader, filters, list(LIKE_FOR_LIKE), ["month"], first=first, last=last)
    found = found[found[list(LIKE_FOR_LIKE)].abs().sum(axis=1) > 0]
    long = found.rename(columns=LIKE_FOR_LIKE).melt("month", var_name="part", value_name="amount")
    return long.sort_values("month")


def lost_margin_by_cause(reader: Reader, filters: Filters) -> pd.DataFrame:
    """`cause`, `lost_margin`: margin missed because goods were out; estimated."""
    found = kpi_table(reader, filters, ["estimated_lost_margin"], ["cause"])
    found = found.set_axis(["cause", "lost_margin"], axis=1)
    return found[found["lost_margin"] > 0].sort_values("lost_margin", ascending=False)


def stores_by_growth(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Places that sold, best like-for-like growth first; whole days only."""
    names = ["total_revenue", "like_for_like_growth", "profit_margin", "in_stock_rate"]
    found = places_compared(reader, filters, names)
    if found.empty:
        return found
    return pd.DataFrame(
        {
            "Store": found["store_name"],
            "Revenue": found["total_revenue"],
            "vs last year": percent(found["total_revenue"], found[f"total_revenue__{LAST_YEAR}"]),
            "Like for like": found["like_for_like_growth"],
            "Margin": found["profit_margin"],
            "In stock": found["in_stock_rate"],
        }
    ).sort_values("Like for like", ascending=False, na_position="last")


def stock_by_category(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Stock at cost against its target, and what of it lies too long; as of now."""
    found = kpi_table(reader, filters, [*STOCK, *_AGED], ["category"])
    found["> 180 d (est.)"] = found[list(_AGED)].sum(axis=1)
    found = found.rename(columns={"category": "Category", **STOCK}).drop(columns=list(_AGED))
    sql = TARGETS.replace("{condition}", filters.condition(category="category", of="r."))
    targets = reader.rows(sql, filters.parameters()).set_index("category")["target"]
    found.insert(2, "Target (est.)", found["Category"].map(targets))
    return found[found["On hand"] > 0].sort_values("On hand", ascending=False)


def margin_by_category(reader: Reader, filters: Filters) -> pd.DataFrame:
    """`category`, `gross_margin`, the highest first."""
    found = kpi_table(reader, filters, ["gross_margin"], ["category"])
    return found[found["gross_margin"] != 0].sort_values("gross_margin", ascending=False)


def year_to_date(reader: Reader, filters: Filters) -> list[Card]:
    """Revenue and margin from 1 January to the last whole day."""
    names, last = ["total_revenue", "gross_margin"], filters.window.whole_last
    found = kpi_table(reader, filters, names, [], first=last, last=last, compare=[YEAR_TO_DATE])
    values = {} if found.empty else found.iloc[0].to_dict()
    return [
        Card(f"{reader.registry.metrics[name].label}, year to date", _money(values, f"{name}__{YEAR_TO_DATE}", filters))
        for name in names
    ]


def lifetime_value(reader: Reader, filters: Filters) -> Card:
    """What known customers are expected to bring, and what they brought; of the whole chain."""
    row = reader.rows(LIFETIME, filters.parameters()).iloc[0].to_dict()
    statuses = [status for status in row["statuses"] if status]
    estimated = statuses == ["estimated"] or (row["value"] or 0) > 0
    return Card(
        "Customer lifetime value, 12 months",
        _money(row, "value", filters) if estimated else (statuses or ["not tracked"])[0],
        help="Expected margin of known customers over the next 12 months.",
        is_estimate=True,
        note="" if filters.is_whole_chain else "whole chain",
        beside=(("Margin so far", _money(row, "margin", filters)),),
    )


def percent(now: pd.Series, then: pd.Series) -> pd.Series:
    """Change as a share; nothing where there was nothing."""
    return ((now - then) / then.abs()).where(then != 0)


def _money(values: Mapping[str, float], name: str, filters: Filters) -> str:
    value = values.get(name)
    return NONE if value is None or value != value else money(value, filters.currency)
