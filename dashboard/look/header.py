"""What stands on top of every page: the filters, kept in the URL, and the stamp of the figures."""

from dataclasses import dataclass
from datetime import date
from html import escape

import streamlit as st

from dashboard.figures import state
from dashboard.figures.filters import Choice, Filters, read_choice, written
from dashboard.figures.windows import DEFAULT, NAMED, OWN, own_days
from dashboard.figures.windows import written as written_days
from dashboard.figures.words import day
from dashboard.look.remembering import Remembered, live
from dashboard.look.states import FAILURES

STAMP_S = 5
_KEPT, _SAID, _PAGE = "choice", "url", "page"


@dataclass(frozen=True)
class View:
    """Whom a page asks, and for what."""

    reader: Remembered
    filters: Filters
    source: state.Source


def show_header(page: str) -> View | None:
    """The filters and the stamp of a page; None where there is nothing to filter yet. Raises as the warehouse does."""
    found = state.sources(live())
    if not found:
        return None
    choice = _choice(page)
    source = state.chosen_source(found, choice.retailer)
    reader = Remembered(source.version)
    whole_last = state.last_whole_day(reader, source)
    choice, currency = _filter_bar(reader, found, source, choice, whole_last)
    _remember(choice)
    if state.chosen_source(found, choice.retailer) != source:
        st.rerun()  # another retailer has other stores, categories and days
    return View(reader, state.filters_of(choice, source, currency, whole_last), source)


def has_figures() -> bool:
    """True if there is a retailer to show."""
    try:
        return bool(state.sources(live()))
    except FAILURES:
        return False


def _choice(page: str) -> Choice:
    """What the URL says if it is new, else what was chosen before: a link to another page says nothing of filters."""
    said = {name: st.query_params.get_all(name) for name in st.query_params}
    is_silent_link = st.session_state.get(_PAGE) != page and not said
    st.session_state[_PAGE] = page
    if _KEPT not in st.session_state or (said != st.session_state[_SAID] and not is_silent_link):
        st.session_state[_KEPT], st.session_state[_SAID] = read_choice(said), said
        _fill_widgets(st.session_state[_KEPT])
    return st.session_state[_KEPT]


def _fill_widgets(choice: Choice) -> None:
    own = own_days(choice.days)
    st.session_state["days"] = OWN if own else choice.days if choice.days in NAMED else DEFAULT
    if own:
        st.session_state["own_days"] = own
    for name, value in (("retailer", choice.retailer), ("currency", choice.currency)):
        st.session_state[name] = value or None
    st.session_state["stores"], st.session_state["categories"] = list(choice.stores), list(choice.categories)


def _remember(choice: Choice) -> None:
    """Keep the choice, and say it in the URL, so that a link or a reload shows the same."""
    said = written(choice)
    st.session_state[_KEPT], st.session_state[_SAID] = choice, said
    if {name: st.query_params.get_all(name) for name in st.query_params} != said:
        st.query_params.from_dict(said)


def _filter_bar(
    reader: Remembered, found: list[state.Source], source: state.Source, choice: Choice, whole_last: date
) -> tuple[Choice, str]:
    """The filters as they are set now, and the currency in view; the usual retailer and currency are not said."""
    currencies = state.currencies(reader, source.name)
    currency = choice.currency if choice.currency in currencies else currencies[0]
    retailer = source.name
    columns = iter(st.columns(_widths(len(found), len(currencies)), vertical_alignment="center"))
    with next(columns):
        days = _days(whole_last)
    if len(found) > 1:
        retailer = _one(next(columns), "Retailer", [one.name for one in found], source.name)
    if len(currencies) > 1:
        currency = _one(next(columns), "Currency", currencies, currency)
    stores = _several(next(columns), "Stores", state.stores(reader, source.name))
    categories = _several(next(columns), "Categories", {one: one for one in state.categories(reader, source.name)})
    with next(columns):
        show_stamp(source.name)
    usual = state.chosen_source(found, "").name
    said = Choice(days, _unless(usual, retailer), _unless(currencies[0], currency), stores, categories)
    return said, currency


def _unless(usual: str, chosen: str) -> str:
    return "" if chosen == usual else chosen


def _several(column, label: str, names: dict[str, str]) -> tuple[str, ...]:
    """Any number of what there is, by id; what another retailer or an old link had is dropped."""
    key = label.lower()
    st.session_state[key] = [one for one in st.session_state.get(key, []) if one in names]
    with column:
        chosen = st.multiselect(
            label, list(names), key=key, format_func=lambda of: names.get(of, of), placeholder=f"All {key}",
            label_visibility="collapsed", wrap=False,
        )  # fmt: skip
    return tuple(chosen)


def _widths(retailers: int, currencies: int) -> list[float]:
    return [2.3, *([1.5] if retailers > 1 else []), *([1.0] if currencies > 1 else []), 2.6, 2.6, 3.4]


def _one(column, label: str, options: list[str], chosen: str) -> str:
    key = label.lower()
    if st.session_state.get(key) not in options:
        st.session_state[key] = chosen
    with column:
        return st.selectbox(label, options, key=key, label_visibility="collapsed")


def _days(whole_last: date) -> str:
    """The window, as the URL says it."""
    names = {**NAMED, OWN: "Days of your own"}
    named = st.session_state.get("days") != OWN
    first, second = (st.container(), None) if named else st.columns([1, 1.3])
    with first:
        chosen = st.selectbox("Days", list(names), key="days", format_func=names.get, label_visibility="collapsed")
    if chosen != OWN:
        return chosen
    with second or st.container():
        today = state.now().date()
        own = st.session_state.setdefault("own_days", (whole_last.replace(day=1), whole_last))
        picked = st.date_input(
            "First and last day", key="own_days", max_value=max(today, own[-1], whole_last),
            format="YYYY-MM-DD", label_visibility="collapsed",
        )  # fmt: skip
    return written_days(*picked) if len(picked) == 2 else written_days(picked[0], picked[0]) if picked else "28d"


@st.fragment(run_every=STAMP_S)
def show_stamp(retailer: str) -> None:
    """As of when the figures are; amber when they are old, not checked, or nobody answers."""
    try:
        found = state.chosen_source(state.sources(live()), retailer)
        chip = state.chip(found, state.now())
    except FAILURES:
        chip = state.Chip(
            "The warehouse does not answer", True, "Shown is what was read before. Start it: ./retail up."
        )
        found = None
    if found and st.session_state.get("version", found.version) != found.version:
        st.session_state["version"] = found.version
        st.rerun(scope="app")
    if found:
        st.session_state["version"] = found.version
    st.html(chip_html(chip))


def chip_html(chip: state.Chip) -> str:
    """The stamp as HTML; not by its colour alone."""
    mark = "⚠ " if chip.is_amber else "✓ "
    return (
        f'<div class="chip {"amber" if chip.is_amber else "ok"}" role="status"><b>{mark}{escape(chip.text)}</b>'
        f"<span>{escape(chip.why)}</span></div>"
    )


def caption(view: View, completeness: str) -> str:
    """The days in view in words, and what a reader must know of them."""
    window = view.filters.window
    said = [f"{day(window.first)} – {day(window.last)}", view.filters.currency, completeness]
    if window.has_half_day and window.is_comparable:
        said.append(f"after {day(window.whole_last)} no day is over: changes compare whole days only")
    elif window.has_half_day:
        said.append("no day of these is over: nothing is compared")
    return " · ".join(said)
