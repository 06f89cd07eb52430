"""Inventory Management: what is out, what to order by when, and what lies too long?"""

import streamlit as st

from dashboard.figures import inventory as figures
from dashboard.figures import learning
from dashboard.look import charts
from dashboard.look.cards import show_cards
from dashboard.look.header import View
from dashboard.look.states import guarded, show_nothing
from dashboard.look.tables import show_table

NO_STOCK = "Stock is not tracked for what is in view."
SUPPLIER_KINDS = {"Order by": "day", "Pairs": "count", "Amount": "money", "At risk (est.)": "pence"}
BELOW_KINDS = {
    "Position": "units",
    "Reorder point (est.)": "units",
    "Order": "units",
    "Order by": "day",
    "At risk (est.)": "pence",
}
COUNT_KINDS = {"Rank": "count", "Days uncounted": "count", "Empty (est.)": "ratio", "Worth (est.)": "pence"}


def show() -> None:
    """The page."""
    view: View = st.session_state["view"]
    reader, filters = view.reader, view.filters
    with guarded():
        show_cards(figures.cards(reader, filters), "Key figures of stock")
    orders, causes, classes, ages = st.columns([7, 6, 4, 6])
    with orders, guarded():
        found = figures.orders_by_supplier(reader, filters)
        show_table(found, "Orders due by supplier", SUPPLIER_KINDS, nothing="Nothing has to be ordered now.", rows=7)
    with causes, guarded():
        charts.show_chart(
            charts.pareto(figures.causes(reader, filters), "cause", "lost_margin", "share"),
            "Why goods were out",
            "Pareto: margin missed in stock-outs by root cause, with the share so far.",
            nothing="No stock-out cost anything, or stock is not tracked.",
            note="lost margin, est.",
            height=227,
        )
    with classes, guarded():
        charts.show_chart(
            charts.heat(figures.classes(reader, filters), "xyz_class", "abc_class", "value", "~s"),
            "ABC × XYZ",
            "Matrix: stock on hand at cost by ABC class and by how much weekly demand varies.",
            nothing=NO_STOCK,
            note="at cost, est.",
            height=227,
        )
    with ages, guarded():
        charts.show_chart(
            charts.ages(figures.ageing(reader, filters)),
            "Ageing at cost",
            "Stacked bars by store: stock at cost by the age of its receipts in days.",
            nothing=NO_STOCK,
            note="days, est.",
            height=227,
        )
    _lists(view)
    _item(view)


def _lists(view: View) -> None:
    below, counts = st.columns([15, 8])
    with below, guarded():
        found = figures.below_reorder_point(view.reader, view.filters)
        error = learning.error_of_forecasts(learning.measured(view.reader, view.filters))
        show_table(
            found, "Below the reorder point, with the suggested order", BELOW_KINDS, rows=9,
            nothing="Nothing is below its reorder point, or stock is not tracked.",
            note=f"{len(found):,} pairs; forecasts: {error}" if error else f"{len(found):,} pairs",
            widths={"ABC": "small", "Reason": "large"},
        )  # fmt: skip
    with counts, guarded():
        found = figures.count_first(view.reader, view.filters)
        show_table(found, "Count these first", COUNT_KINDS, nothing="Nothing has to be counted.", rows=9)


def _item(view: View) -> None:
    ahead, turnover = st.columns([15, 8])
    with ahead, guarded():
        _projection(view)
    with turnover, guarded():
        found = figures.turnover_by_category(view.reader, view.filters).head(12)
        charts.show_chart(
            charts.bars(found, "category", "turnover", ",.1f"),
            "Turnover, slowest categories",
            "Bars: inventory turnover by category, the slowest first.",
            nothing=NO_STOCK,
            height=270,
        )


def _projection(view: View) -> None:
    reader, filters = view.reader, view.filters
    items = figures.items(reader, filters)
    if not items:
        show_nothing("No stock is projected: forecasts are missing (./retail ml train), or stock is not tracked.")
        return
    product = st.selectbox(
        "Item, those that fall shortest first",
        list(items),
        key="item",
        format_func=lambda of: f"{items.get(of, of)} ({of})",
    )
    days = figures.projection(reader, filters, product)
    short = days["short"].sum()
    charts.show_chart(
        charts.projected(days, figures.levels(reader, filters, product)),
        f"{items[product]}: 28 days ahead",
        "Area chart: projected stock of the chosen item over 28 days against its reorder point and order-up-to level.",
        nothing="This item is not projected.",
        note=f"est.; {short:,.0f} units short without an order, {days['short_with_order'].sum():,.0f} with the one suggested",
        height=200,
    )
