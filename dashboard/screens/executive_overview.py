"""Executive Overview: how does the chain do, why, and can the figures be trusted?"""

import streamlit as st

from dashboard.figures import executive as figures
from dashboard.figures.words import spoken
from dashboard.look import courses, drawing, groups
from dashboard.look.cards import show_cards
from dashboard.look.header import View
from dashboard.look.states import guarded
from dashboard.look.tables import show_table

WIDER = "Choose more days or stores: nothing of this is in view."
NO_YEAR = "No store was open on comparable days a year before."
NO_STOCK = "Stock is not tracked for what is in view."
STORE_KINDS = {
    "Revenue": "money",
    "vs last year": "change",
    "Like for like": "change",
    "Margin": "ratio",
    "In stock": "ratio",
}
STOCK_KINDS = dict.fromkeys(("On hand", "Target (est.)", "Excess (est.)", "Dead", "> 180 d (est.)"), "money")


def show() -> None:
    """The page."""
    view: View = st.session_state["view"]
    reader, filters = view.reader, view.filters
    with guarded():
        show_cards(figures.cards(reader, filters), "Key figures")
    revenue, growth, lost = st.columns([9, 8, 6])
    with revenue, guarded():
        weeks = figures.revenue_by_week(reader, filters)
        drawing.show_chart(
            courses.against_last_year(weeks, "week", "revenue", "last_year"),
            "Revenue by week against last year",
            "Line chart: revenue of whole ISO weeks, and of the same weekdays a year before.",
            nothing=WIDER,
            note=f"{len(weeks)} whole weeks",
        )
    with growth, guarded():
        drawing.show_chart(
            courses.stacked_parts(
                figures.like_for_like(reader, filters), "month", "part", "amount", list(figures.LIKE_FOR_LIKE.values())
            ),
            "Like for like: volume, price, mix",
            "Stacked columns: change of comparable revenue on last year by month, split into volume, price and mix.",
            nothing=NO_YEAR,
            note="▬ together",
        )
    with lost, guarded():
        causes = figures.lost_margin_by_cause(reader, filters)
        drawing.show_chart(
            groups.bars(
                causes.assign(cause=causes["cause"].map(spoken)), "cause", "lost_margin", tone=drawing.colours().second
            ),
            "Lost margin by cause",
            "Bars: margin missed because goods were out, by cause; estimated.",
            nothing="No sale was lost, or stock is not tracked.",
            note="est.",
        )
    _tables(view)
    _below(view)


def _tables(view: View) -> None:
    reader, filters = view.reader, view.filters
    stores, stock, margin = st.columns([9, 8, 6])
    with stores, guarded():
        found = figures.stores_by_growth(reader, filters)
        show_table(found, "Stores, best growth first", STORE_KINDS, nothing=WIDER, rows=8, note="whole days only")
    with stock, guarded():
        found = figures.stock_by_category(reader, filters)
        show_table(found, "Stock against target at cost", STOCK_KINDS, nothing=NO_STOCK, rows=8, note="as of now")
    with margin, guarded():
        found = figures.margin_by_category(reader, filters).head(10)
        drawing.show_chart(
            groups.bars(found, "category", "gross_margin"),
            "Gross margin, top categories",
            "Bars: gross margin by category, the ten highest first.",
            nothing="Costs are not tracked for what is in view.",
            height=255,
        )


def _below(view: View) -> None:
    with guarded():
        cards = [*figures.year_to_date(view.reader, view.filters), figures.lifetime_value(view.reader, view.filters)]
        show_cards(cards, "Year to date and customers")
