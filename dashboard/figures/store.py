"""Stores: which do better or worse than their peers, and why."""

from datetime import timedelta

import pandas as pd

from dashboard.figures.executive import percent
from dashboard.figures.filters import Filters
from dashboard.figures.kpis import NOT_TRACKED, Card, beside, kpi_cards, kpi_table, places_compared, whole_weeks
from dashboard.figures.reading import Reader
from warehouse.metrics.questions import LAST_YEAR

KPIS = (
    "total_revenue", "like_for_like_growth", "profit_margin", "margin_after_loss", "shrinkage_rate", "waste_rate",
    "record_accuracy", "record_accuracy_within_one", "in_stock_rate", "return_rate", "markdown_rate",
)  # fmt: skip
COURSE_WEEKS = 13
GAPS = """
    with ranged as (
        select store_id, max(store_name) as store, uniqExact(product_id) as items from reporting.inventory_health
        where source = {retailer:String} and is_ranged
          and store_id in (select store_id from reporting.stores where store_type = 'store' and is_current)
        group by store_id
    )
    select store_id, toInt64((select max(items) from ranged)) - toInt64(items) as gaps from ranged
"""
HOURS = """
    select iso_weekday as weekday, local_hour as hour, sum(transactions) as transactions, sum(days_open) as days,
           max(days_open) as weeks
    from reporting.seasonal_patterns where {condition} and pattern = 'weekday and hour'
    group by weekday, hour order by weekday, hour
"""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def cards(reader: Reader, filters: Filters) -> list[Card]:
    """The six figures on top."""
    found = kpi_cards(reader, filters, KPIS)
    return [
        beside(found["total_revenue"], {"Like for like": found["like_for_like_growth"]}),
        beside(found["profit_margin"], {"After loss": found["margin_after_loss"]}),
        beside(found["shrinkage_rate"], {"Waste": found["waste_rate"]}),
        beside(found["record_accuracy"], {"Within one unit": found["record_accuracy_within_one"]}),
        beside(found["in_stock_rate"], {"Range gaps": range_gaps(reader, filters)}),
        beside(found["return_rate"], {"Markdown": found["markdown_rate"]}),
    ]


def range_gaps(reader: Reader, filters: Filters) -> Card:
    """Items that the store with the widest range has and those in view have not, summed."""
    gaps = reader.rows(GAPS, filters.parameters())
    seen = gaps[gaps["store_id"].isin(filters.stores)] if filters.stores else gaps
    return Card("Range gaps", f"{seen['gaps'].sum():,}" if len(seen) else NOT_TRACKED)


def ranking(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Places that sold, the most revenue first, with their course of whole weeks; whole days only."""
    names = ["total_revenue", "profit_margin", "average_transaction_value", "in_stock_rate", "transactions"]
    found = places_compared(reader, filters, names)
    if found.empty:
        return found
    return pd.DataFrame(
        {
            "Store": found["store_name"],
            "Revenue": found["total_revenue"],
            "By week": found["store_id"].map(_courses(reader, filters)),
            "vs last year": percent(found["total_revenue"], found[f"total_revenue__{LAST_YEAR}"]),
            "Margin": found["profit_margin"],
            "Basket": found["average_transaction_value"],
            "In stock": found["in_stock_rate"],
            "Transactions": found["transactions"],
        }
    ).sort_values("Revenue", ascending=False)


def _courses(reader: Reader, filters: Filters) -> dict[str, list[float]]:
    last = filters.window.whole_last
    first = min(filters.window.first, last - timedelta(weeks=COURSE_WEEKS, days=-1))
    found = kpi_table(reader, filters, ["total_revenue"], ["store_id", "week"], first=first, last=last)
    found = found[whole_weeks(found["week"], first, last)].sort_values("week")
    return found.groupby("store_id")["total_revenue"].apply(list).to_dict()


def mix(reader: Reader, filters: Filters, shown: int = 5) -> pd.DataFrame:
    """Share of categories in each place's revenue: `store`, `category` (the largest, then the rest), `share`."""
    found = kpi_table(reader, filters, ["total_revenue"], ["store_name", "category"])
    found = found.set_axis(["store", "category", "revenue"], axis=1)
    found = found[found["revenue"] > 0]
    largest = found.groupby("category")["revenue"].sum().nlargest(shown).index.tolist()
    found["category"] = found["category"].where(found["category"].isin(largest), "Other categories")
    summed = found.groupby(["store", "category"], as_index=False)["revenue"].sum()
    order = {name: place for place, name in enumerate([*largest, "Other categories"])}
    return summed.assign(
        share=summed["revenue"] / summed.groupby("store")["revenue"].transform("sum"),
        position=summed["category"].map(order),
    )


def hours(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Transactions per open day by hour and weekday of the store's clock, last 52 weeks, over the places in view."""
    found = reader.rows(HOURS.replace("{condition}", filters.condition()), filters.parameters())
    found["weekday_name"] = found["weekday"].map(lambda number: WEEKDAYS[int(number) - 1])
    return found.assign(per_day=found["transactions"] / found["days"])


def peers(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Losses and records of places that sold, most shrinkage first; nothing where nobody counts or keeps stock."""
    names = ["shrinkage_rate", "waste_rate", "record_accuracy", "total_revenue", "counted_pairs", "in_stock_rate"]
    found = kpi_table(reader, filters, names, ["store_id", "store_name"])
    found = found[found["total_revenue"] != 0]
    suspects = kpi_table(reader, filters, ["phantom_suspects"], ["store_id"]).set_index("store_id")["phantom_suspects"]
    gaps = reader.rows(GAPS, filters.parameters()).set_index("store_id")["gaps"]
    return pd.DataFrame(
        {
            "Store": found["store_name"],
            "Shrinkage": found["shrinkage_rate"].where(found["counted_pairs"] > 0),
            "Waste": found["waste_rate"].where(found["in_stock_rate"].notna()),
            "Records exact": found["record_accuracy"],
            "Phantoms": found["store_id"].map(suspects),
            "Gaps": found["store_id"].map(gaps),
        }
    ).sort_values("Shrinkage", ascending=False)
