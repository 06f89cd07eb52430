"""Inventory Management: what is out, what to order by when, and what lies too long?"""

import streamlit as st

from dashboard.figures import inventory as figures
from dashboard.figures import learning
from dashboard.look import courses, drawing, groups
from dashboard.look.cards import show_cards
from dashboard.look.header import View
from dashboard.look.states import guarded, show_nothing
from dashboard.look.tables import heading as show_heading
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
COUNT_KINDS = {"Rank": "count", "Days": "count", "Empty (est.)": "ratio", "Worth (est.)": "pence"}


def show() -> None:
    """The page."""
    view: View = st.session_state["view"]
    reader, filters = view.reader, view.filters
    with guarded():
        show_cards(figures.cards(reader, filters), "Key figures of stock")
    orders, causes, classes, ages = st.columns([7.4, 6, 4, 5.6])
    with orders, guarded():
        found = figures.orders_by_supplier(reader, filters)
        show_table(found, "Orders due by supplier", SUPPLIER_KINDS, nothing="Nothing has to be ordered now.", rows=5)
    with causes, guarded():
        drawing.show_chart(
            groups.bars(figures.causes(reader, filters), "cause", "lost_margin", said="said"),
            "Why goods were out",
            "Bars: margin missed in stock-outs by root cause, the highest first, with the share so far.",
            nothing="No stock-out cost anything, or stock is not tracked.",
            note="lost margin, est. (share so far)",
            height=172,
        )
    with classes, guarded():
        drawing.show_chart(
            groups.heat(figures.classes(reader, filters), "xyz_class", "abc_class", "value", ",.0f", list(figures.XYZ)),
            "ABC × XYZ",
            "Matrix: stock on hand at cost by ABC class and by how much weekly demand varies.",
            nothing=NO_STOCK,
            note="at cost, est.",
            height=172,
        )
    with ages, guarded():
        drawing.show_chart(
            groups.ages(figures.ageing(reader, filters)),
            "Ageing at cost",
            "Stacked bars by store: stock at cost by the age of its receipts in days.",
            nothing=NO_STOCK,
            note="days, est.",
            height=172,
        )
    _lists(view)
    _item(view)


def _lists(view: View) -> None:
    below, counts = st.columns([13, 10])
    with below, guarded():
        found = figures.below_reorder_point(view.reader, view.filters)
        error = learning.error_of_forecasts(learning.measured(view.reader, view.filters))
        show_table(
            found, "Below the reorder point, with the suggested order", BELOW_KINDS, rows=5,
            nothing="Nothing is below its reorder point, or stock is not tracked.",
            note=f"{len(found):,} pairs; forecasts: {error}" if error else f"{len(found):,} pairs",
            widths={"ABC": "small", "Reason": "large"},
        )  # fmt: skip
    with counts, guarded():
        found = figures.count_first(view.reader, view.filters)
        show_table(found, "Count these first", COUNT_KINDS, nothing="Nothing has to be counted.", rows=5)


def _item(view: View) -> None:
    ahead, turnover = st.columns([13, 10])
    with ahead, guarded():
        _projection(view)
    with turnover, guarded():
        found = figures.turnover_by_category(view.reader, view.filters).head(9)
        drawing.show_chart(
            groups.bars(found, "category", "turnover", ",.1f"),
            "Turnover, slowest categories",
            "Bars: inventory turnover by category, the slowest first.",
            nothing=NO_STOCK,
            height=175,
        )


def _projection(view: View) -> None:
    reader, filters = view.reader, view.filters
    items = figures.items(reader, filters)
    if not items:
        show_heading("28 days ahead")
        show_nothing(
            "No stock is projected: make forecasts with ./retail train, then ./retail predict; or stock is not tracked."
        )
        return
    heading, choice = st.columns([3, 2], vertical_alignment="center")
    with choice:
        product = st.selectbox(
            "Item, those that fall shortest first", list(items), key="item", label_visibility="collapsed",
            format_func=lambda of: f"{items.get(of, of)} ({of})",
        )  # fmt: skip
    days = figures.projection(reader, filters, product)
    without, with_order = days["short"].sum(), days["short_with_order"].sum()
    with heading:
        show_heading(
            "28 days ahead",
            f"est.; {without:,.0f} units short without an order, {with_order:,.0f} with the one suggested",
        )
    drawing.draw(
        courses.projected(days, figures.levels(reader, filters, product)),
        "Area chart: projected stock of the chosen item over 28 days against its reorder point and order-up-to level.",
        height=150,
    )
