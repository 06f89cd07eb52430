"""Stock: what is out, what to order by when, and what lies too long."""

import pandas as pd

from dashboard.figures.filters import Filters
from dashboard.figures.kpis import Card, beside, kpi_cards, kpi_table
from dashboard.figures.reading import Reader
from dashboard.figures.words import NONE, day, money, spoken

KPIS = (
    "in_stock_rate", "in_stock_at_opening", "estimated_days_of_cover", "estimated_share_below_target",
    "estimated_share_above_target", "inventory_turnover", "gmroi", "sell_through", "stock_value",
    "estimated_excess_value", "dead_stock_value", "supplier_fill_rate", "otif", "mean_lead_time_days",
)  # fmt: skip
AGES = {
    "estimated_value_0_30_days": "0–30",
    "estimated_value_31_60_days": "31–60",
    "estimated_value_61_90_days": "61–90",
    "estimated_value_91_180_days": "91–180",
    "estimated_value_181_365_days": "181–365",
    "estimated_value_over_365_days": "over 365",
}
XYZ = ("X", "Y", "Z", "too short")  # by how much weekly demand varies; too little history to say
SUPPLIERS = """
    select supplier_name as "Supplier", min(order_date) as "Order by", count() as "Pairs",
           sum(suggested_amount) as "Amount", sum(estimated_money_at_risk) as "At risk (est.)",
           max(is_minimum_value_missed) as "Below min."
    from reporting.replenishment_list where {condition} and suggested_units > 0
    group by supplier_id, supplier_name order by "Order by", "Amount" desc
"""
DUE = """
    select sumIf(suggested_amount, suggested_units > 0) as amount, countIf(suggested_units > 0) as pairs,
           minIf(order_date, suggested_units > 0) as deadline, sum(estimated_money_at_risk) as at_risk,
           count() as known
    from reporting.replenishment_list where {condition}
"""
BELOW = """
    select store_name as "Store", product_name as "Product", abc_class as "ABC", position_units as "Position",
           estimated_reorder_point_units as "Reorder point (est.)", suggested_units as "Order",
           supplier_name as "From", order_date as "Order by", reason as "Reason",
           estimated_money_at_risk as "At risk (est.)"
    from reporting.replenishment_list where {condition} and is_below_reorder_point
    order by "At risk (est.)" desc, "Order by", "Store", "Product"
"""
COUNTS = """
    select store_name as "Store", count_rank as "Rank", product_name as "Product", days_uncounted as "Days",
           estimated_phantom_probability as "Empty (est.)", estimated_value_of_count as "Worth (est.)"
    from reporting.count_list where {condition} order by count_rank, estimated_value_of_count desc
"""
CAUSES = """
    select root_cause, sum(estimated_lost_margin) as lost_margin, count() as stockouts
    from reporting.stockouts where {condition} group by root_cause having lost_margin > 0 order by lost_margin desc
"""
CLASSES = """
    select abc_class, estimated_xyz_class as xyz_class, sum(on_hand_value) as value, count() as pairs
    from reporting.inventory_health where {condition} and is_ranged group by abc_class, xyz_class
"""
ITEMS = """
    select product_id, max(product_name) as product, sum(estimated_short_units) as short
    from reporting.stock_projection where {condition} group by product_id order by short desc, product
"""
PROJECTION = """
    select date_key as day, sum(estimated_opening_units) as opening, sum(estimated_closing_units) as closing,
           sum(estimated_wanted_units) as wanted, sum(expected_arrival_units) as arriving,
           sum(estimated_short_units) as short, sum(estimated_short_units_with_proposal) as short_with_order
    from reporting.stock_projection where {condition} and product_id = {product:String} group by day order by day
"""
LEVELS = """
    select sum(estimated_reorder_point_units) as reorder_point, sum(estimated_order_up_to_units) as order_up_to
    from reporting.replenishment_list where {condition} and product_id = {product:String}
"""


def cards(reader: Reader, filters: Filters) -> list[Card]:
    """The six figures on top."""
    found = kpi_cards(reader, filters, KPIS)
    return [
        beside(found["in_stock_rate"], {"At opening": found["in_stock_at_opening"]}),
        beside(
            found["estimated_days_of_cover"],
            {"Below": found["estimated_share_below_target"], "Above": found["estimated_share_above_target"]},
        ),
        beside(found["inventory_turnover"], {"GMROI": found["gmroi"], "Sell-through": found["sell_through"]}),
        beside(found["stock_value"], {"Excess": found["estimated_excess_value"], "Dead": found["dead_stock_value"]}),
        orders_due(reader, filters),
        beside(found["supplier_fill_rate"], {"OTIF": found["otif"], "Lead time": found["mean_lead_time_days"]}),
    ]


def orders_due(reader: Reader, filters: Filters) -> Card:
    """What to order now: amount, the first deadline, the margin at risk."""
    row = reader.rows(_of(DUE, filters), filters.parameters()).iloc[0]
    if not row.known:
        return Card("Orders due", "not tracked", help="Orders are suggested where stock is known.")
    at_risk = money(float(row.at_risk), filters.currency)
    deadline = day(row.deadline) if row.pairs else NONE
    return Card(
        "Orders due",
        money(float(row.amount), filters.currency),
        help="Amount of the suggested orders at cost; transfers from an own depot included.",
        beside=(("Pairs", f"{row.pairs:,}"), ("First by", deadline), ("Margin at risk (est.)", at_risk)),
        note="as of now",
    )


def orders_by_supplier(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Suggested orders, the earliest deadline first."""
    return reader.rows(_of(SUPPLIERS, filters), filters.parameters())


def below_reorder_point(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Pairs below their reorder point with what to order and why, most at risk first."""
    return reader.rows(_of(BELOW, filters), filters.parameters())


def count_first(reader: Reader, filters: Filters) -> pd.DataFrame:
    """What to count first in each location."""
    return reader.rows(_of(COUNTS, filters, category="product_id"), filters.parameters())


def causes(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Why goods were out over the days in view: `cause`, `lost_margin`, `stockouts`, `share` so far, `said`; est."""
    found = reader.rows(_of(CAUSES, filters, category="product_id", day="date_key"), filters.parameters())
    share = found["lost_margin"].cumsum() / found["lost_margin"].sum()
    said = [f"{lost:,.0f}  ({so_far:.0%})" for lost, so_far in zip(found["lost_margin"], share, strict=True)]
    return found.assign(cause=found["root_cause"].map(spoken), share=share, said=said)


def classes(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Stock at cost by ABC and XYZ class: `abc_class`, `xyz_class`, `value`, `pairs`."""
    found = reader.rows(_of(CLASSES, filters), filters.parameters())
    return found.assign(position=found["xyz_class"].map(XYZ.index)).sort_values(["abc_class", "position"])


def ageing(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Stock at cost by place and age of its receipts: `store`, `age`, `position`, `value`; estimated."""
    found = kpi_table(reader, filters, list(AGES), ["store_id", "store_name"]).drop(columns="store_id")
    long = found.rename(columns=AGES).melt("store_name", var_name="age", value_name="value")
    positions = {age: position for position, age in enumerate(AGES.values())}
    return long.rename(columns={"store_name": "store"}).assign(position=long["age"].map(positions))


def turnover_by_category(reader: Reader, filters: Filters) -> pd.DataFrame:
    """`category`, `turnover`, the slowest first."""
    found = kpi_table(reader, filters, ["inventory_turnover"], ["category"]).set_axis(["category", "turnover"], axis=1)
    return found.dropna().sort_values("turnover")


def items(reader: Reader, filters: Filters) -> dict[str, str]:
    """Products whose stock is projected, those that fall shortest first; names by id."""
    found = reader.rows(_of(ITEMS, filters), filters.parameters())
    return dict(zip(found["product_id"], found["product"], strict=True))


def projection(reader: Reader, filters: Filters, product: str) -> pd.DataFrame:
    """28 days ahead: `day`, `closing` stock, what is `wanted`, `arriving` and `short`; estimated."""
    return reader.rows(_of(PROJECTION, filters), filters.parameters() | {"product": product})


def levels(reader: Reader, filters: Filters, product: str) -> dict[str, float]:
    """The item's `reorder_point` and `order_up_to` level over the places in view; estimated."""
    row = reader.rows(_of(LEVELS, filters), filters.parameters() | {"product": product}).iloc[0]
    return {name: float(row[name] or 0) for name in ("reorder_point", "order_up_to")}


def _of(sql: str, filters: Filters, category: str = "category", day: str = "") -> str:
    return sql.replace("{condition}", filters.condition(category=category, day=day))
