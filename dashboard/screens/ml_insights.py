"""ML Insights: are forecasts good enough to order by, and better than the simple ones?"""

import streamlit as st

from dashboard.figures import learning as figures
from dashboard.look import courses, drawing, groups
from dashboard.look.cards import show_cards
from dashboard.look.header import View
from dashboard.look.states import guarded
from dashboard.look.tables import show_table

NO_MODEL = "No forecast yet. Make one with ./retail train, then ./retail predict."
NOT_RECORDED = "Not measured yet."
MODEL_KINDS = {
    "RMSSE": "index",
    "MASE": "index",
    "WAPE": "ratio",
    "Bias": "change",
    "Coverage": "ratio",
    "Value added": "change",
}
SERVING_NAMES = {"demand_class": "Demand class", "model": "Model", "reason": "Why it serves", "trained_to": "Knows to"}


def show() -> None:
    """The page."""
    view: View = st.session_state["view"]
    with guarded():
        measures = figures.measured(view.reader, view.filters)
        models = figures.serving(view.reader, view.filters)
        show_cards(figures.cards(measures, models), "Key figures of forecasts")
        _charts(view, measures)
        _tables(measures, models)
        _reasons(view)


def _charts(view: View, measures) -> None:
    fan, weeks = st.columns([14, 9])
    with fan, guarded():
        coming, band = figures.coming(view.reader, view.filters)
        sold = figures.sold_before(view.reader, view.filters)
        error = figures.error_of_forecasts(measures)
        drawing.show_chart(
            courses.fan(sold, coming),
            "Sold, and the forecast from here",
            "Line chart: units sold in the last weeks, then units expected by day with a band.",
            nothing=NO_MODEL,
            height=165,
            note=f"units a day; {band}; {error}",
        )
    with weeks, guarded():
        drawing.show_chart(
            groups.grouped(figures.by_week_ahead(measures), "week", "measure", "value"),
            "Error and bias by week ahead",
            "Columns: weighted error and bias of the serving models by week of the horizon.",
            nothing=NO_MODEL,
            note="backtest, models that serve",
            height=165,
        )


def _tables(measures, models) -> None:
    compared, added = st.columns([15, 8])
    with compared, guarded():
        found = figures.models_compared(measures)
        show_table(
            found,
            "Models against the weekday mean",
            MODEL_KINDS,
            nothing=NO_MODEL,
            rows=7,
            note="backtest, by class of demand",
        )
    with added, guarded():
        drawing.show_chart(
            groups.bars(figures.value_added(measures), "model", "value_added", "+.1%"),
            "Value added over the weekday mean",
            "Bars: share of the weekday mean's error (RMSSE) that each model saves in the backtest.",
            nothing=NO_MODEL,
            height=85,
        )
        show_table(
            models[list(SERVING_NAMES)].rename(columns=SERVING_NAMES), "What serves, and why", {"Knows to": "day"},
            nothing=NO_MODEL, rows=3, widths={"Why it serves": "large"},
        )  # fmt: skip


def _reasons(view: View) -> None:
    reader, filters = view.reader, view.filters
    capital, features, promotions, without, drift = st.columns([4, 4, 4, 3, 4])
    with capital, guarded():
        drawing.show_chart(
            courses.curve(figures.frontier(reader, filters), "value", "fill_rate", "level"),
            "Service against capital",
            "Line chart: fill rate against the stock at cost that it takes; the policy in force stands out.",
            nothing=f"{NOT_RECORDED} Replay policies with ./retail policies.",
            note="whole chain, est.",
            height=150,
        )
    with features, guarded():
        drawing.show_chart(
            groups.bars(figures.features(reader, filters, figures.LEARNER).head(8), "feature", "weight", ".4f"),
            "What the boosted model goes by",
            "Bars: how much worse the model gets when a feature is shuffled.",
            nothing=f"{NOT_RECORDED} Train with ./retail train.",
            height=150,
        )
    with promotions, guarded():
        parts = list(figures.PROMOTED_PARTS.values())
        drawing.show_chart(
            courses.stacked_parts(figures.promoted(reader, filters), "month", "part", "units", parts, ",.0f"),
            "Promotion and base apart",
            "Stacked columns by the month promotions began: units that would have sold anyway, and units added.",
            nothing="No promotion has a past that is long enough.",
            note="units, est.",
            height=150,
        )
    with without, guarded():
        drawing.show_chart(
            groups.bars(figures.days_without_stock(reader, filters), "day", "days_without_stock", ",.0f"),
            "Predicted days without stock",
            "Bars: predicted days that are over and on which stock ran out.",
            nothing="No predicted day is over yet.",
            height=150,
        )
    with drift, guarded():
        drawing.show_chart(
            courses.against_limit(figures.drift(reader, filters), "day", "what", "value"),
            "Drift",
            "Line chart: how far features and errors are from the weeks before; above 1 is more than chance.",
            nothing=f"{NOT_RECORDED} It takes weeks of features.",
            note="1: where chance ends",
            height=150,
        )
