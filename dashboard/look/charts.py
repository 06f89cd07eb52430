"""Charts, each with a text for those who do not see it. Colours follow the page's mode."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import altair as alt
import pandas as pd
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
    """The chart as Vega-Lite has it, remembered: to make one takes ten times as long as to send it."""
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


@drawn
def against_last_year(frame: pd.DataFrame, x: str, now: str, then: str) -> alt.Chart | None:
    """Two lines over time: this year solid, last year dashed."""
    if frame.empty:
        return None
    tones = colours()
    names = {now: "This year", then: "Last year"}
    long = frame.rename(columns=names).melt(x, list(names.values()), "Year", "Revenue")
    scale = alt.Scale(domain=list(names.values()), range=[tones.first, tones.muted])
    return (
        alt.Chart(long)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X(f"{x}:T", title=None, axis=alt.Axis(format="%d %b", tickCount=7)),
            y=alt.Y("Revenue:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
            color=alt.Color("Year:N", scale=scale),
            strokeDash=alt.StrokeDash("Year:N", scale=alt.Scale(domain=list(names.values()), range=[[1, 0], [5, 4]])),
            tooltip=[
                alt.Tooltip(f"{x}:T", title="Week of", format="%d %b %Y"),
                "Year:N",
                alt.Tooltip("Revenue:Q", format=MONEY),
            ],
        )
    )


@drawn
def stacked_parts(frame: pd.DataFrame, x: str, part: str, y: str, parts: list[str]) -> alt.LayerChart | None:
    """Stacked columns of parts above and below nought, with a mark at their sum."""
    if frame.empty:
        return None
    tones = colours()
    columns = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(f"yearmonth({x}):O", title=None, axis=alt.Axis(format="%b %y", labelAngle=0, labelOverlap=True)),
            y=alt.Y(f"{y}:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
            color=alt.Color(f"{part}:N", scale=alt.Scale(domain=parts, range=_apart(tones, len(parts)))),
            tooltip=[
                alt.Tooltip(f"{x}:T", format="%B %Y", title="Month"),
                f"{part}:N",
                alt.Tooltip(f"{y}:Q", format=MONEY),
            ],
        )
    )
    total = (
        alt.Chart(frame)
        .mark_tick(thickness=2, width=22, color=tones.series[2])
        .encode(
            x=alt.X(f"yearmonth({x}):O", title=None),
            y=alt.Y(f"sum({y}):Q", title=None),
            tooltip=[alt.Tooltip(f"sum({y}):Q", format=MONEY, title="Together")],
        )
    )
    return columns + total


@drawn
def bars(
    frame: pd.DataFrame, name: str, value: str, format_: str = MONEY, tone: str | None = None, said: str = ""
) -> alt.LayerChart | None:
    """Horizontal bars in the frame's order with their values, or the column `said`, at the end."""
    if frame.empty:
        return None
    tones = colours()
    frame = frame.assign(end=frame[value].clip(lower=0))
    y = alt.Y(
        f"{name}:N",
        title=None,
        sort=frame[name].tolist(),
        axis=alt.Axis(labelOverlap=False, ticks=False, domain=False, labelLimit=170),
        scale=alt.Scale(paddingInner=0.25),
    )
    tooltip = [f"{name}:N", alt.Tooltip(f"{value}:Q", format=format_)]
    room = alt.Scale(nice=False, domainMax=float(frame["end"].max() or 1) * (1.45 if said else 1.22))
    colour = alt.condition(f"datum['{value}'] < 0", alt.value(tones.bad), alt.value(tone or tones.first))
    base = alt.Chart(frame).encode(y=y, tooltip=tooltip)
    marks = base.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X(f"{value}:Q", title=None, axis=None, scale=room), color=colour
    )
    text = alt.Text(f"{said}:N") if said else alt.Text(f"{value}:Q", format=format_)
    texts = base.mark_text(align="left", dx=4, fontSize=11, color=tones.series[2]).encode(x="end:Q", text=text)
    return marks + texts


@drawn
def banded(
    frame: pd.DataFrame, x: str, seen: str, time_format: str, known: pd.DataFrame | None = None
) -> alt.LayerChart | None:
    """What came, as a line with points, over what was expected and its band."""
    if frame.empty:
        return None
    tones = colours()
    across = alt.X(f"{x}:T", title=None, axis=alt.Axis(format=time_format, tickCount=8))
    band = (
        alt.Chart(frame)
        .mark_area(opacity=0.16, color=tones.muted)
        .encode(x=across, y=alt.Y("lower:Q", title=None), y2="upper:Q")
    )
    labelled = {"expected": "Expected (est.)", seen: "Came"}
    long = frame[[x, "expected", seen]].rename(columns=labelled).melt(x, var_name="what", value_name="value").dropna()
    lines = (
        alt.Chart(long)
        .mark_line(strokeWidth=2)
        .encode(
            x=across,
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=5)),
            color=alt.Color(
                "what:N", scale=alt.Scale(domain=["Came", "Expected (est.)"], range=[tones.first, tones.muted])
            ),
            strokeDash=alt.StrokeDash(
                "what:N", scale=alt.Scale(domain=["Came", "Expected (est.)"], range=[[1, 0], [4, 3]])
            ),
            tooltip=[
                alt.Tooltip(f"{x}:T", format=f"%d %b {time_format}" if "%H" in time_format else time_format),
                "what:N",
                alt.Tooltip("value:Q", format=",.1f"),
            ],
        )
    )
    return band + lines


@drawn
def fan(sold: pd.DataFrame, forecast: pd.DataFrame) -> alt.LayerChart | None:
    """Units sold up to now, and the forecast with its band from then on."""
    if forecast.empty:
        return None
    tones = colours()
    across = alt.X("day:T", title=None, axis=alt.Axis(format="%d %b", tickCount=10))
    band = (
        alt.Chart(forecast)
        .mark_area(opacity=0.25, color=tones.second)
        .encode(x=across, y=alt.Y("lower:Q", title=None), y2="upper:Q")
    )
    names = ["Sold", "Forecast (est.)"]
    long = pd.concat(
        [
            sold.rename(columns={"sold": "units"}).assign(what=names[0]),
            forecast[["day", "predicted"]].rename(columns={"predicted": "units"}).assign(what=names[1]),
        ]
    )
    lines = (
        alt.Chart(long)
        .mark_line(strokeWidth=2)
        .encode(
            x=across,
            y=alt.Y("units:Q", title=None, axis=alt.Axis(tickCount=5)),
            color=alt.Color("what:N", scale=alt.Scale(domain=names, range=[tones.first, tones.second])),
            strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=names, range=[[1, 0], [6, 3]])),
            tooltip=[alt.Tooltip("day:T", format="%a %d %b"), "what:N", alt.Tooltip("units:Q", format=",.0f")],
        )
    )
    return band + lines


@drawn
def grouped(frame: pd.DataFrame, x: str, kind: str, y: str) -> alt.Chart | None:
    """Columns of several kinds side by side."""
    if frame.empty:
        return None
    kinds = frame[kind].drop_duplicates().tolist()
    return (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(f"{x}:O", title="week ahead", axis=alt.Axis(labelAngle=0)),
            xOffset=f"{kind}:N",
            y=alt.Y(f"{y}:Q", title=None, axis=alt.Axis(format="%", tickCount=5)),
            color=alt.Color(f"{kind}:N", scale=alt.Scale(domain=kinds, range=_apart(colours(), len(kinds)))),
            tooltip=[f"{x}:O", f"{kind}:N", alt.Tooltip(f"{y}:Q", format=SHARE)],
        )
    )


@drawn
def heat(
    frame: pd.DataFrame, x: str, y: str, value: str, format_: str, x_sort: list | None = None
) -> alt.LayerChart | None:
    """A heat map, its values written where there is room."""
    if frame.empty:
        return None
    tones = colours()
    base = alt.Chart(frame).encode(
        x=alt.X(
            f"{x}:O", title=None, sort=x_sort, axis=alt.Axis(labelAngle=0, orient="top", ticks=False, domain=False)
        ),
        y=alt.Y(f"{y}:O", title=None, axis=alt.Axis(ticks=False, domain=False)),
        tooltip=[f"{y}:O", f"{x}:O", alt.Tooltip(f"{value}:Q", format=format_)],
    )
    half = float(frame[value].max()) * _STRONG[tones.low]
    cells = base.mark_rect().encode(
        color=alt.Color(f"{value}:Q", legend=None, scale=alt.Scale(range=[tones.low, tones.first], domainMin=0))
    )
    said = base.mark_text(fontSize=10).encode(
        text=alt.Text(f"{value}:Q", format=format_),
        color=alt.condition(f"datum['{value}'] > {half}", alt.value(_ON_STRONG[tones.low]), alt.value(tones.series[2])),
    )
    return cells + said


_STRONG = {"#EDF4F9": 0.55, "#232B35": 0.7}  # from which share of the largest the writing changes its colour
_ON_STRONG = {"#EDF4F9": "#FFFFFF", "#232B35": "#12161C"}


@drawn
def shares(frame: pd.DataFrame, name: str, part: str, share: str, position: str) -> alt.Chart | None:
    """Bars to 100 %, the parts in their order."""
    if frame.empty:
        return None
    parts = frame.sort_values(position)[part].drop_duplicates().tolist()
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(f"{share}:Q", title=None, stack="normalize", axis=alt.Axis(format="%", tickCount=5)),
            y=alt.Y(f"{name}:N", title=None, axis=alt.Axis(ticks=False, domain=False)),
            color=alt.Color(
                f"{part}:N",
                scale=alt.Scale(domain=parts, range=_with_rest(colours(), len(parts))),
                legend=alt.Legend(columns=3),
            ),
            order=alt.Order(f"{position}:Q"),
            tooltip=[f"{name}:N", f"{part}:N", alt.Tooltip(f"{share}:Q", format=SHARE)],
        )
    )


@drawn
def ages(frame: pd.DataFrame) -> alt.Chart | None:
    """Stock by place, stacked by age: the older, the stronger."""
    if frame.empty or not frame["value"].sum():
        return None
    tones = colours()
    order = frame.sort_values("position")["age"].drop_duplicates().tolist()
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title=None, axis=alt.Axis(format="~s", tickCount=4)),
            y=alt.Y(
                "store:N",
                title=None,
                axis=alt.Axis(ticks=False, domain=False, labelLimit=120, labelOverlap=False, labelFontSize=10),
            ),
            color=alt.Color(
                "age:N", scale=alt.Scale(domain=order, range=_ramp(tones, len(order))), legend=alt.Legend(columns=3)
            ),
            order=alt.Order("position:Q"),
            tooltip=["store:N", alt.Tooltip("age:N", title="days"), alt.Tooltip("value:Q", format=MONEY)],
        )
    )


@drawn
def bubbles(frame: pd.DataFrame, name: str, x: str, y: str, size: str) -> alt.LayerChart | None:
    """Places by revenue and margin, their names beside."""
    if frame.empty:
        return None
    tones = colours()
    base = alt.Chart(frame).encode(
        x=alt.X(f"{x}:Q", title=x, axis=alt.Axis(format="~s", tickCount=6), scale=alt.Scale(zero=False, padding=30)),
        y=alt.Y(f"{y}:Q", title=y, axis=alt.Axis(format=".0%", tickCount=5), scale=alt.Scale(zero=False, padding=24)),
        tooltip=[
            f"{name}:N",
            alt.Tooltip(f"{x}:Q", format=MONEY),
            alt.Tooltip(f"{y}:Q", format=SHARE),
            alt.Tooltip(f"{size}:Q", format=COUNT),
        ],
    )
    marks = base.mark_circle(opacity=0.75, color=tones.first).encode(
        size=alt.Size(f"{size}:Q", legend=None, scale=alt.Scale(range=[60, 700]))
    )
    said = base.mark_text(dy=-16, fontSize=11, color=tones.series[2]).encode(text=f"{name}:N")
    return marks + said


@drawn
def projected(frame: pd.DataFrame, levels: dict[str, float]) -> alt.LayerChart | None:
    """Stock to come as steps, against the level to order at and the one to order up to."""
    if frame.empty:
        return None
    tones = colours()
    across = alt.X("day:T", title=None, axis=alt.Axis(format="%d %b", tickCount=8))
    stock = (
        alt.Chart(frame)
        .mark_area(interpolate="step-after", line={"color": tones.first}, color=tones.first, opacity=0.18)
        .encode(
            x=across,
            y=alt.Y("closing:Q", title=None, axis=alt.Axis(tickCount=5)),
            tooltip=[
                alt.Tooltip("day:T", format="%a %d %b"),
                alt.Tooltip("closing:Q", format=",.1f", title="stock (est.)"),
                alt.Tooltip("wanted:Q", format=",.1f", title="wanted (est.)"),
                alt.Tooltip("arriving:Q", format=",.0f", title="arriving"),
            ],
        )
    )
    lines = pd.DataFrame(
        {
            "level": [levels["reorder_point"], levels["order_up_to"]],
            "name": ["Reorder point (est.)", "Order up to (est.)"],
        }
    )
    rules = (
        alt.Chart(lines)
        .mark_rule(strokeDash=[4, 3], strokeWidth=2)
        .encode(
            y="level:Q",
            color=alt.Color(
                "name:N", scale=alt.Scale(domain=lines["name"].tolist(), range=[tones.second, tones.muted])
            ),
            tooltip=["name:N", alt.Tooltip("level:Q", format=",.0f")],
        )
    )
    return stock + rules


@drawn
def curve(frame: pd.DataFrame, x: str, y: str, at: str) -> alt.LayerChart | None:
    """Service against the capital it takes; the point in force stands out."""
    if frame.empty:
        return None
    tones = colours()
    base = alt.Chart(frame).encode(
        x=alt.X(f"{x}:Q", title="stock at cost (est.)", axis=alt.Axis(format="~s", tickCount=5)),
        y=alt.Y(f"{y}:Q", title=None, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(zero=False)),
        tooltip=[
            alt.Tooltip(f"{x}:Q", format=MONEY),
            alt.Tooltip(f"{y}:Q", format=SHARE),
            alt.Tooltip(f"{at}:Q", title="× stock in force"),
        ],
    )
    force = base.transform_filter(f"datum.{at} == 1").mark_point(size=140, filled=True, color=tones.second)
    return base.mark_line(color=tones.first, point=alt.OverlayMarkDef(color=tones.first, size=30)) + force


def _apart(tones: Palette, count: int) -> list[str]:
    return list(tones.series[:count])


def _with_rest(tones: Palette, count: int) -> list[str]:
    """Colours of parts of which the last is the rest, in grey."""
    return [*(tones.series[:4] + tones.series[5:])[: count - 1], tones.series[4]]


def _ramp(tones: Palette, count: int) -> list[str]:
    """From faint to strong, the oldest in the colour of what is bad."""
    from_, to = tones.low, tones.first
    steps = [_mixed(from_, to, 0.25 + 0.75 * place / max(1, count - 2)) for place in range(count - 1)]
    return [*steps, tones.bad]


def _mixed(one: str, other: str, part: float) -> str:
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)
