"""What is said where there is no figure: nothing there, nothing yet, the warehouse does not answer."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape

import streamlit as st
from clickhouse_connect.driver.exceptions import ClickHouseError
from urllib3.exceptions import HTTPError

from contracts.problems import Problem
from dashboard.look.remembering import warehouse
from warehouse.client import WarehouseUnavailableError

RETRY_S = 3
_TRIED = "tried again at"
FAILURES = (Problem, ClickHouseError, HTTPError, OSError)
_UNKNOWN_TABLE = ("Code: 60.", "Code: 81.", "code: 60,", "code: 81,")
_log = logging.getLogger(__name__)


def show_nothing(what_to_do: str) -> None:
    """A place that is empty, and what fills it."""
    st.html(f'<p class="nothing" role="status">{escape(what_to_do)}</p>')


def show_error(error: BaseException) -> None:
    """What is wrong and what to do, without the words of a driver."""
    title, what_to_do = explained(error)
    st.html(f'<section class="error" role="alert"><h2>{escape(title)}</h2><p>{escape(what_to_do)}</p></section>')


def explained(error: BaseException) -> tuple[str, str]:
    """A sentence that says what is wrong, and one that says what to do."""
    if is_silence(error):
        return "The warehouse does not answer.", "Start it with ./retail up; this page goes on by itself."
    if any(code in str(error) for code in _UNKNOWN_TABLE):
        return "There are no figures yet.", "Make them with ./retail demo, or build your own with ./retail dbt build."
    if isinstance(error, Problem):
        return "This cannot be shown.", str(error)
    if not isinstance(error, FAILURES):
        return "This part of the page broke.", "See ./retail logs dashboard for why; the rest of the page holds."
    return "The warehouse refused a question.", "See ./retail logs dashboard; figures come back when it answers."


def is_silence(error: BaseException) -> bool:
    """True if nobody answered, rather than somebody refused."""
    said = str(error)
    if isinstance(error, WarehouseUnavailableError | HTTPError | OSError):
        return True
    return "HTTPDriver" in said or "Connection" in said or "timed out" in said


@contextmanager
def guarded() -> Iterator[None]:
    """A part of a page that may fail alone: what went wrong is shown in its place."""
    try:
        yield
    except FAILURES as error:
        _log.warning("A part of a page failed: %s", str(error).splitlines()[0])
        show_error(error)
        if is_silence(error):
            wait_for_recovery()
    except Exception as error:  # one broken part must not take the page with it
        _log.exception("A part of a page broke.")
        show_error(error)


def answers() -> bool:
    """True if the warehouse answers now."""
    try:
        return bool(warehouse().rows("select 1 as one", {}).iloc[0].one)
    except FAILURES:
        return False


@st.fragment(run_every=RETRY_S)
def _recovery(is_over: Callable[[], bool]) -> None:
    now = time.monotonic()
    waited = now - st.session_state.setdefault(_TRIED, now)
    if waited >= RETRY_S and is_over():
        st.session_state[_TRIED] = now
        st.rerun(scope="app")


def wait_for_recovery(is_over: Callable[[], bool] = answers) -> None:
    """Look every few seconds whether it is over, and show the page anew then; never sooner after the last time."""
    _recovery(is_over)
