"""A page from top to bottom: style, header, body, and what is said when the warehouse does not answer."""

from pathlib import Path

import streamlit as st

from dashboard.figures import state
from dashboard.look.colours import DARK_CARD, DARK_PAGE
from dashboard.look.drawing import colours
from dashboard.look.header import caption, has_figures, show_header
from dashboard.look.states import FAILURES, guarded, show_error, show_nothing, wait_for_recovery

STYLE = Path(__file__).with_name("style.css")
NO_FIGURES = "There are no figures yet. Make some with ./retail demo, or build your own with ./retail dbt build."


def show_style() -> None:
    """The rules of the stylesheet, and the colours of the mode."""
    is_dark = st.context.theme.type == "dark"
    tones = colours()
    variables = {
        "card": DARK_CARD if is_dark else "#FFFFFF",
        "page": DARK_PAGE if is_dark else "#F4F4F4",
        "first": tones.first,
        "good": tones.good,
        "bad": tones.bad,
        "good-text": tones.good,
        "bad-text": tones.bad,
        "muted": tones.muted,
    }
    root = " ".join(f"--{name}: {colour};" for name, colour in variables.items())
    st.html(f"<style>:root {{ {root} }}\n{STYLE.read_text()}</style>")


def run_page(page) -> None:
    """Show a page under the header; where the warehouse does not answer, say so and go on by itself."""
    show_style()
    try:
        view = show_header(page.url_path)
    except FAILURES as error:
        show_error(error)
        wait_for_recovery(has_figures)
        return
    if view is None:
        show_nothing(NO_FIGURES)
        wait_for_recovery(has_figures)
        return
    st.session_state["view"] = view
    with guarded():
        st.html(f'<p class="caption">{caption(view, state.completeness(view.reader, view.filters))}</p>')
    page.run()
