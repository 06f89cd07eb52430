"""Charts along an axis: over time, ahead, against capital."""

import altair as alt
import pandas as pd

from dashboard.look.drawing import MONEY, SHARE, colours, drawn

_FIVE_TICKS = alt.Axis(tickCount=5)
_IN_THOUSANDS = alt.Axis(tickCount=5, format="~s")


@drawn
def against_last_year(frame: pd.DataFrame, x: str, now: str, then: str) -> alt.Chart | None:
    """Two lines over time: this year solid, last year dashed."""
    if frame.empty:
        return None
    tones = colours()
    names = {now: "This year", then: "Last year"}
    long = frame.rename(columns=names).melt(x, list(names.values()), "what", "value")
    across = alt.X(f"{x}:T", title=None, axis=alt.Axis(format="%d %b", tickCount=7))
    when = alt.Tooltip(f"{x}:T", title="Week of", format="%d %b %Y")
    return _solid_and_dashed(long, across, [*names.values()], [tones.first, tones.muted], when, MONEY, _IN_THOUSANDS)


@drawn
def stacked_parts(
    frame: pd.DataFrame, x: str, part: str, y: str, parts: list[str], figure: str = MONEY
) -> alt.LayerChart | None:
    """Stacked columns of parts above and below nought, with a mark at their sum."""
    if frame.empty:
        return None
    tones = colours()
    columns = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(f"yearmonth({x}):O", title=None, axis=alt.Axis(format="%b %y", labelAngle=0, labelOverlap=True)),
            y=alt.Y(f"{y}:Q", title=None, axis=_IN_THOUSANDS),
            color=alt.Color(f"{part}:N", scale=alt.Scale(domain=parts, range=list(tones.series[: len(parts)]))),
            tooltip=[
                alt.Tooltip(f"{x}:T", format="%B %Y", title="Month"),
                f"{part}:N",
                alt.Tooltip(f"{y}:Q", format=figure),
            ],
        )
    )
    total = (
        alt.Chart(frame)
        .mark_tick(thickness=2, width=22, color=tones.series[2])
        .encode(
            x=alt.X(f"yearmonth({x}):O", title=None),
            y=alt.Y(f"sum({y}):Q", title=None),
            tooltip=[alt.Tooltip(f"sum({y}):Q", format=figure, title="Together")],
        )
    )
    return columns + total


@drawn
def banded(frame: pd.DataFrame, x: str, seen: str) -> alt.LayerChart | None:
    """What came by the minute or hour, over what was expected and its band."""
    if frame.empty:
        return None
    tones = colours()
    across = alt.X(f"{x}:T", title=None, axis=alt.Axis(format="%H:%M", tickCount=8))
    names = {seen: "Came", "expected": "Expected (est.)"}
    long = frame[[x, *names]].rename(columns=names).melt(x, var_name="what", value_name="value").dropna()
    when = alt.Tooltip(f"{x}:T", format="%d %b %H:%M")
    lines = _solid_and_dashed(long, across, [*names.values()], [tones.first, tones.muted], when, ",.1f")
    return _band(frame, across, tones.muted, 0.16) + lines


@drawn
def fan(sold: pd.DataFrame, forecast: pd.DataFrame) -> alt.LayerChart | None:
    """Units sold up to now, and the forecast with its band from then on."""
    if forecast.empty:
        return None
    tones = colours()
    across = alt.X("day:T", title=None, axis=alt.Axis(format="%d %b", tickCount=10))
    names = ["Sold", "Forecast (est.)"]
    long = pd.concat(
        [
            sold.rename(columns={"sold": "value"}).assign(what=names[0]),
            forecast[["day", "predicted"]].rename(columns={"predicted": "value"}).assign(what=names[1]),
        ]
    )
    when = alt.Tooltip("day:T", format="%a %d %b")
    lines = _solid_and_dashed(long, across, names, [tones.first, tones.second], when, ",.0f")
    return _band(forecast, across, tones.second, 0.25) + lines


def _solid_and_dashed(
    long: pd.DataFrame,
    across: alt.X,
    names: list[str],
    tones: list[str],
    when: alt.Tooltip,
    figure: str,
    axis: alt.Axis = _FIVE_TICKS,
) -> alt.Chart:
    """The first of `what` as a solid line, the second dashed; `value` over time."""
    return (
        alt.Chart(long)
        .mark_line(strokeWidth=2)
        .encode(
            x=across,
            y=alt.Y("value:Q", title=None, axis=axis),
            color=alt.Color("what:N", scale=alt.Scale(domain=names, range=tones)),
            strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=names, range=[[1, 0], [5, 4]])),
            tooltip=[when, "what:N", alt.Tooltip("value:Q", format=figure)],
        )
    )


def _band(frame: pd.DataFrame, across: alt.X, colour: str, opacity: float) -> alt.Chart:
    return (
        alt.Chart(frame)
        .mark_area(opacity=opacity, color=colour)
        .encode(x=across, y=alt.Y("lower:Q", title=None), y2="upper:Q")
    )


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
            y=alt.Y("closing:Q", title=None, axis=_FIVE_TICKS),
            tooltip=[
                alt.Tooltip("day:T", format="%a %d %b"),
                alt.Tooltip("closing:Q", format=",.1f", title="stock (est.)"),
                alt.Tooltip("wanted:Q", format=",.1f", title="wanted (est.)"),
                alt.Tooltip("arriving:Q", format=",.0f", title="arriving"),
            ],
        )
    )
    lines = pd.DataFrame(_levels(levels))
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


def _levels(levels: dict[str, float]) -> dict[str, list]:
    point, up_to = levels["reorder_point"], levels["order_up_to"]
    if point == up_to:  # a base-stock policy has one level, and two rules at one height look like one
        return {"level": [point], "name": ["Order at and up to (est.)"]}
    return {"level": [point, up_to], "name": ["Reorder point (est.)", "Order up to (est.)"]}


@drawn
def curve(frame: pd.DataFrame, x: str, y: str, at: str) -> alt.LayerChart | None:
    """Service against the capital it takes; the point in force stands out."""
    if frame.empty:
        return None
    tones = colours()
    base = alt.Chart(frame).encode(
        x=alt.X(f"{x}:Q", title="stock at cost (est.)", axis=_IN_THOUSANDS),
        y=alt.Y(f"{y}:Q", title=None, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(zero=False)),
        tooltip=[
            alt.Tooltip(f"{x}:Q", format=MONEY),
            alt.Tooltip(f"{y}:Q", format=SHARE),
            alt.Tooltip(f"{at}:Q", title="× stock in force"),
        ],
    )
    force = base.transform_filter(f"datum.{at} == 1").mark_point(size=140, filled=True, color=tones.second)
    return base.mark_line(color=tones.first, point=alt.OverlayMarkDef(color=tones.first, size=30)) + force


@drawn
def against_limit(frame: pd.DataFrame, x: str, part: str, y: str) -> alt.LayerChart | None:
    """A line for each part over time, and a rule at 1, which is the limit."""
    if frame.empty:
        return None
    tones = colours()
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X(f"{x}:T", title=None, axis=alt.Axis(format="%d %b", tickCount=4)),
            y=alt.Y(f"{y}:Q", title=None, axis=_FIVE_TICKS),
            color=alt.Color(
                f"{part}:N",
                scale=alt.Scale(range=list(tones.series)),
                legend=alt.Legend(title=None, columns=2, labelLimit=100),
            ),
            tooltip=[alt.Tooltip(f"{x}:T", format="%a %d %b"), f"{part}:N", alt.Tooltip(f"{y}:Q", format=",.2f")],
        )
    )
    rule = alt.Chart(pd.DataFrame({"limit": [1]})).mark_rule(strokeDash=[4, 3], color=tones.muted).encode(y="limit:Q")
    return lines + rule
