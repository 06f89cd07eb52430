"""Cards: a row of figures, each with its changes, its course and what stands beside it."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

import streamlit as st

from dashboard.figures.kpis import NOT_TRACKED, Card, Change
from dashboard.look.drawing import colours

_WIDTH, _HEIGHT = 96, 26  # of a course, in its own units


def show_cards(cards: Sequence[Card], label: str) -> None:
    """A row of cards."""
    body = "".join(card_html(card, colours().first) for card in cards)
    st.html(f'<section class="cards" aria-label="{escape(label, quote=True)}">{body}</section>')


def card_html(card: Card, colour: str) -> str:
    """A card as HTML; every text escaped."""
    tone = card.tone or ("none" if card.text in (NOT_TRACKED, "not measured") else "")
    note = f'<span class="note">{escape(card.note)}</span>' if card.note else ""
    return (
        f'<article class="card {escape(tone)}" title="{escape(card.help, quote=True)}">'
        f"<h3>{escape(card.label)}{_ESTIMATE if card.is_estimate else ''}{note}</h3>"
        f'<div class="main"><p class="figure">{escape(card.text)}</p>{_course(card.course, colour)}</div>'
        f"{_changes(card.changes)}{_beside(card.beside)}</article>"
    )


_ESTIMATE = '<span class="estimate" title="Estimated, not counted">est.</span>'


def _changes(changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    return f'<p class="changes">{"".join(_change(change) for change in changes)}</p>'


def _change(change: Change) -> str:
    arrow, word = ("▲", "up") if change.is_up else ("▼", "down")
    if change.text.startswith("0.0 "):
        arrow, word = "■", "unchanged"
    return (
        f'<span class="change {change.verdict}"><span aria-label="{word}">{arrow}</span> {escape(change.text)}'
        f" <small>{escape(change.against)}</small></span>"
    )


def _beside(beside: Sequence[tuple[str, str]]) -> str:
    if not beside:
        return ""
    said = "".join(f"<span>{escape(label)} <b>{escape(text)}</b></span>" for label, text in beside)
    return f'<p class="beside">{said}</p>'


def _course(values: Sequence[float], colour: str) -> str:
    """As an image: the browser's sanitiser takes out whatever is drawn in HTML itself."""
    drawn = course_svg(values, colour)
    return f'<img class="course" alt="" src="data:image/svg+xml,{quote(drawn)}">' if drawn else ""


def course_svg(values: Sequence[float], colour: str) -> str:
    """A line of the values with its end marked; nothing for fewer than three."""
    if len(values) < 3:
        return ""
    low, high = min(values), max(values)
    step, spread = _WIDTH / (len(values) - 1), (high - low) or 1
    points = [(place * step, _HEIGHT - (value - low) / spread * _HEIGHT) for place, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-3 -3 {_WIDTH + 6} {_HEIGHT + 6}">'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.8" fill="{colour}"/></svg>'
    )
