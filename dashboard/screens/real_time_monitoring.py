"""Real-time Monitoring: what happens now, is it usual, and do the streams keep up? Refreshes by itself."""

import streamlit as st

from dashboard.figures import live as figures
from dashboard.figures.state import now
from dashboard.look import courses, drawing, groups
from dashboard.look.cards import show_cards
from dashboard.look.header import View
from dashboard.look.remembering import live
from dashboard.look.states import guarded
from dashboard.look.tables import show_table

REFRESH_S = 5
NOT_LIVE = "No live sales. Start the streams and a retailer: ./retail up streaming live."
ALERT_KINDS = {"Since (UTC)": "time", "At risk (est.)": "pence"}
LATE_KINDS = {"Day": "day", "Counted": "count", "Known": "count"}
STREAM_NAMES = {
    "stream": "Stream",
    "lag_events": "Lag",
    "events_per_second": "Per second",
    "p95_seconds": "95 % within, s",
    "late_rows_dropped": "Late rows",
    "last_heard_at": "Heard (UTC)",
}
STREAM_KINDS = {
    "Lag": "count",
    "Per second": "units",
    "95 % within, s": "units",
    "Late rows": "count",
    "Heard (UTC)": "time",
}


def show() -> None:
    """The page."""
    with guarded():
        _show_live(st.session_state["view"])


@st.fragment(run_every=REFRESH_S)
def _show_live(view: View) -> None:
    with guarded():
        _body(view)


def _body(view: View) -> None:
    reader, built, filters = live(), view.reader, view.filters
    minutes, hours = figures.by_minute(reader, built, filters), figures.by_hour(built, filters)
    alerts, late = figures.alerts(reader, filters), figures.late_stores(built, filters)
    streams, quarantined = figures.streams(reader), figures.quarantine(reader)
    show_cards(
        [
            figures.today_card(hours),
            figures.last_hour_card(minutes, filters, now()),
            figures.stock_card(*figures.out_of_stock(reader, filters)),
            figures.alert_card(alerts, filters),
            figures.stream_card(streams, now()),
            figures.completeness_card(late, quarantined),
        ],
        "Key figures, live",
    )
    _charts(minutes, hours)
    _feeds(view, alerts)
    _health(view, late, streams, quarantined)


def _charts(minutes, hours) -> None:
    by_minute, by_hour = st.columns(2)
    with by_minute:
        drawing.show_chart(
            courses.banded(minutes, "minute", "lines"),
            "Last hour by minute against the expected band",
            "Line chart: sale lines of each minute of the last hour, what was expected, and the band that holds most.",
            nothing=NOT_LIVE,
            note="sale lines, UTC",
            height=176,
        )
    with by_hour:
        drawing.show_chart(
            courses.banded(hours, "hour", "lines"),
            "Last day by hour against the expected band",
            "Line chart: sale lines by hour against what was expected, with the band that holds most hours.",
            nothing="No sales yet. Land some with ./retail demo.",
            note="sale lines, UTC, as of the last build",
            height=176,
        )


def _feeds(view: View, alerts) -> None:
    feed, anomalies = st.columns([14, 8])
    with feed:
        show_table(
            alerts, "Open alerts, the most severe first", ALERT_KINDS, rows=7,
            nothing="No alert is open. Alerts come from the stream: ./retail up streaming.",
            widths={"Message": "large"}, note=f"{len(alerts):,} open",
        )  # fmt: skip
    with anomalies:
        found = figures.anomalies(live(), view.filters)
        show_table(
            found, "Anomalies of sales, newest first", {"Since (UTC)": "time"}, rows=7,
            nothing="Nothing unusual was seen in the live sales.",
        )  # fmt: skip


def _health(view: View, late, streams, quarantined) -> None:
    heart, stores, health, set_aside = st.columns([5, 7, 9, 7])
    with heart:
        beat = figures.heartbeat(live(), view.filters)
        show_table(beat, "Heartbeat", {}, nothing=NOT_LIVE, rows=4)
    with stores:
        show_table(late, "Stores late or incomplete", LATE_KINDS, nothing="All store days are complete.", rows=4)
    with health:
        found = streams[list(STREAM_NAMES)].rename(columns=STREAM_NAMES)
        show_table(found, "Streams", STREAM_KINDS, nothing="No stream runs: ./retail up streaming.", rows=4)
    with set_aside:
        drawing.show_chart(
            groups.bars(quarantined.head(6), "reason", "events"),
            "Quarantine by reason",
            "Bars: messages set aside because they break their contract, by reason.",
            nothing="No message was set aside.",
            note="all retailers",
            height=140,
        )
