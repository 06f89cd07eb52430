"""Tables under a heading, each to be taken along as CSV."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import streamlit as st

from dashboard.look.states import show_nothing

ROW, HEADER = 28, 31  # pixels
_PLACES = {"money": 0, "pence": 2, "count": 0, "units": 1}
_SHARES = {"ratio": "%.1f %%", "change": "%+.1f %%"}


def show_table(
    frame: pd.DataFrame,
    title: str,
    kinds: Mapping[str, str],
    *,
    nothing: str,
    rows: int = 7,
    note: str = "",
    widths: Mapping[str, str] | None = None,
) -> None:
    """A table: `kinds` says which columns are money, count, ratio, change …; `nothing` what to do if it is empty."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", wrap=False):
        heading(title, note)
        if not frame.empty:
            _offer_csv(frame, title)
    if frame.empty:
        show_nothing(nothing)
        return
    configuration = {name: _column(kinds.get(name, ""), (widths or {}).get(name)) for name in frame}
    st.dataframe(
        as_shown(frame, kinds),
        column_config=configuration,
        hide_index=True,
        height=HEADER + ROW * rows,
        row_height=ROW,
        placeholder="–",
        alt=f"Table: {title}.",
    )


def heading(title: str, note: str = "") -> None:
    """What stands over a table or a chart."""
    said = f"<small>{escape(note)}</small>" if note else ""
    st.html(f'<h2 class="heading">{escape(title)}{said}</h2>')


def csv_of(frame: pd.DataFrame) -> str:
    """All rows with all their digits; times in UTC."""
    return frame.to_csv(index=False)


def file_name(title: str) -> str:
    """A file's name from a title."""
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    return "_".join(words) + ".csv"


def _offer_csv(frame: pd.DataFrame, title: str) -> None:
    st.download_button(
        "CSV",
        data=lambda: csv_of(frame),
        file_name=file_name(title),
        mime="text/csv",
        key=f"csv {title}",
        help=f"All {len(frame):,} rows of this table",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def as_shown(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """With as many digits as its kind has; shares in percent."""
    shown = {}
    for name in frame:
        kind = kinds.get(name)
        if kind in _PLACES:
            shown[name] = frame[name].astype(float).round(_PLACES[kind])
        elif kind in _SHARES:
            shown[name] = frame[name].astype(float) * 100
    return frame.assign(**shown)


def _column(kind: str, width: str | None):
    column = st.column_config
    if kind in _SHARES:
        return column.NumberColumn(format=_SHARES[kind], width=width)
    if kind == "index":
        return column.NumberColumn(format="%.3f", width=width)
    if kind == "course":
        return column.LineChartColumn(width=width or "small")
    if kind == "day":
        return column.DateColumn(format="D MMM", width=width)
    if kind == "time":
        return column.DatetimeColumn(format="D MMM HH:mm", width=width)
    if kind in _PLACES:
        return column.NumberColumn(format="localized", width=width)
    return column.Column(width=width)
