"""Draws charts, each with a text for those who do not see it. Colours follow the page's mode."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import altair as alt
import streamlit as st
from altair.utils.schemapi import debug_mode

from dashboard.look.colours import Palette, palette
from dashboard.look.states import show_nothing
from dashboard.look.tables import heading

HEIGHT = 216
MONEY, SHARE, COUNT = ",.0f", ".1%", ",.0f"


def colours() -> Palette:
    """The colours of the mode the page is seen in."""
    return palette(_is_dark())


def _is_dark() -> bool:
    return st.context.theme.type == "dark"


Spec = dict[str, Any]
Build = Callable[..., alt.Chart | alt.LayerChart | None]
_BUILDS: dict[str, Build] = {}


def drawn(build: Build) -> Callable[..., Spec | None]:
    """The chart as Vega-Lite has it, remembered: making one is most of what a page costs."""
    _BUILDS[build.__name__] = build

    @wraps(build)
    def remembered(*arguments: Any, **named: Any) -> Spec | None:
        return _spec(build.__name__, _is_dark(), arguments, named)

    return remembered


@st.cache_data(max_entries=1_000, show_spinner=False)
def _spec(name: str, is_dark: bool, arguments: tuple, named: dict[str, Any]) -> Spec | None:
    with debug_mode(False):  # else every part is held against Vega-Lite's schema, for most of the time this takes
        chart = _BUILDS[name](*arguments, **named)
        return _dressed(chart).to_dict(validate=False) if chart is not None else None


def show_chart(
    chart: Spec | None, title: str, text: str, *, nothing: str, note: str = "", height: int = HEIGHT
) -> None:
    """A chart under its heading; None where there is nothing to draw."""
    heading(title, note)
    if chart is None:
        show_nothing(nothing)
        return
    draw(chart, text, height)


def draw(chart: Spec, text: str, height: int = HEIGHT) -> None:
    """A chart without a heading."""
    st.vega_lite_chart(spec={**chart, "height": height}, alt=text)


def _dressed(chart: alt.Chart | alt.LayerChart) -> alt.Chart | alt.LayerChart:
    return (
        chart.properties(background="transparent")
        .configure_axis(labelFontSize=11, titleFontSize=11, labelLimit=150)
        .configure_legend(orient="top", title=None, labelFontSize=11, offset=2, symbolSize=80, padding=0)
        .configure_view(strokeWidth=0)
    )
