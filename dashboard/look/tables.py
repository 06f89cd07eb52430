"""Tables under a heading, each to be taken along as CSV."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import streamlit as st

from dashboard.look.states import show_nothing

ROW, HEADER = 28, 31  # pixels
_PLACES = {"money": 0, "pence": 2, "count": 0, "units": 1, "index": 3, "ratio": 3, "change": 3}


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
    head, button = st.columns([5, 1], vertical_alignment="center", gap="small")
    with head:
        heading(title, note)
    if frame.empty:
        show_nothing(nothing)
        return
    with button:
        _offer_csv(frame, title)
    configuration = {name: _column(kinds.get(name, ""), (widths or {}).get(name)) for name in frame}
    st.dataframe(
        rounded(frame, kinds),
        column_config=configuration,
        hide_index=True,
        height=HEADER + ROW * rows,
        row_height=ROW,
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


def rounded(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """As it is shown: as many digits as its kind has."""
    places = {name: _PLACES[kinds[name]] for name in frame if kinds.get(name) in _PLACES}
    return frame.assign(**{name: frame[name].astype(float).round(digits) for name, digits in places.items()})


def _column(kind: str, width: str | None):
    column = st.column_config
    if kind in ("ratio", "change"):
        return column.NumberColumn(format="percent", width=width)
    if kind == "course":
        return column.LineChartColumn(width=width or "small")
    if kind == "day":
        return column.DateColumn(format="D MMM YYYY", width=width)
    if kind == "time":
        return column.DatetimeColumn(format="D MMM HH:mm", width=width)
    if kind in _PLACES:
        return column.NumberColumn(format="localized", width=width)
    return column.Column(width=width)
