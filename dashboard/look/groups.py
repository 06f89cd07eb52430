"""Charts of groups: by place, category, cause, class, model."""

import altair as alt
import pandas as pd

from dashboard.look.colours import Palette
from dashboard.look.drawing import COUNT, MONEY, SHARE, colours, drawn


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
