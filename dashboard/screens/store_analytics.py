"""Store Analytics: which stores do better or worse than their peers, and why?"""

import streamlit as st

from dashboard.figures import store as figures
from dashboard.look import drawing, groups
from dashboard.look.cards import show_cards
from dashboard.look.header import View
from dashboard.look.states import guarded
from dashboard.look.tables import show_table

WIDER = "Choose more days or stores: nothing was sold in what is in view."
RANKING_KINDS = {
    "Revenue": "money",
    "By week": "course",
    "vs last year": "change",
    "Margin": "ratio",
    "Basket": "pence",
    "In stock": "ratio",
    "Transactions": "count",
}
PEER_KINDS = {
    "Shrinkage": "ratio",
    "Waste": "ratio",
    "Records exact": "ratio",
    "Phantoms": "count",
    "Gaps": "count",
}


def show() -> None:
    """The page."""
    view: View = st.session_state["view"]
    reader, filters = view.reader, view.filters
    with guarded():
        show_cards(figures.cards(reader, filters), "Key figures of stores")
    with guarded():
        _ranking(view)
    mix, hours, peers = st.columns([8, 7, 8])
    with mix, guarded():
        drawing.show_chart(
            groups.shares(figures.mix(reader, filters), "store", "category", "share", "position"),
            "Category mix",
            "Stacked bars to 100 %: share of each category in a store's revenue.",
            nothing=WIDER,
            height=270,
        )
    with hours, guarded():
        drawing.show_chart(
            groups.heat(
                figures.hours(reader, filters), "weekday_name", "hour", "per_day", ".1f", list(figures.WEEKDAYS)
            ),
            "Transactions a day by hour",
            "Heat map: transactions per open day by hour of the store's clock and weekday, last 52 weeks.",
            nothing="Not a year of sales yet.",
            note="mean of a store, 52 weeks",
            height=290,
        )
    with peers, guarded():
        show_table(
            figures.peers(reader, filters), "Loss and records against peers", PEER_KINDS, nothing=WIDER, rows=9,
            note="most shrinkage first",
        )  # fmt: skip


def _ranking(view: View) -> None:
    ranking = figures.ranking(view.reader, view.filters)
    table, scatter = st.columns([13, 10])
    with table:
        show_table(
            ranking,
            "Ranking",
            RANKING_KINDS,
            nothing=WIDER,
            rows=8,
            note="whole days only",
            widths={"By week": "small"},
        )
    with scatter:
        drawing.show_chart(
            groups.bubbles(
                ranking.drop(columns="By week", errors="ignore"), "Store", "Revenue", "Margin", "Transactions"
            ),
            "Revenue and margin",
            "Scatter chart of stores: revenue across, profit margin up, transactions as size.",
            nothing=WIDER,
            height=250,
        )
