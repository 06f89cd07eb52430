"""Answers are remembered and shared by all who look on: a page asks the warehouse once, whoever comes."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from contracts.settings import load_settings
from dashboard.figures.reading import Reader, Warehouse
from warehouse.client import connect
from warehouse.metrics.definitions import Registry
from warehouse.metrics.questions import Question

FIGURES_S = 600  # figures change with their version, which is looked at every few seconds
LIVE_S = 3  # twice that at most is how old a live figure may be
SECONDS_TO_ANSWER = 20  # nobody who looks on waits longer
_ENTRIES = 2_000


class Remembered:
    """A reader that remembers answers of one version of the figures."""

    def __init__(self, version: str) -> None:
        self._version = version

    @property
    def registry(self) -> Registry:
        """The definitions of the KPIs."""
        return warehouse().registry

    def ask(self, question: Question) -> pd.DataFrame:
        """KPIs, from memory where they were asked for before. Raises as the warehouse does."""
        where = tuple((name, tuple(values)) for name, values in question.where.items())
        return _asked(
            self._version,
            tuple(question.metrics),
            tuple(question.by),
            where,
            question.first,
            question.last,
            tuple(question.compare),
        )

    def rows(self, sql: str, parameters: dict[str, object]) -> pd.DataFrame:
        """Rows of views, from memory where they were asked for before. Raises as the warehouse does."""
        return _rows(self._version, sql, parameters)


class Live:
    """A reader of what changes by the second: it remembers only as long as the next viewer's question takes."""

    @property
    def registry(self) -> Registry:
        """The definitions of the KPIs."""
        return warehouse().registry

    def ask(self, question: Question) -> pd.DataFrame:
        """KPIs as they are now. Raises as the warehouse does."""
        return warehouse().ask(question)

    def rows(self, sql: str, parameters: dict[str, object]) -> pd.DataFrame:
        """Rows of views as they were seconds ago. Raises as the warehouse does."""
        return _live_rows(sql, parameters)


def live() -> Reader:
    """Reads what is new."""
    return Live()


@st.cache_resource(show_spinner=False)
def warehouse() -> Warehouse:
    """The one connection, as the user who may only read. Raises WarehouseUnavailableError."""
    settings = load_settings()
    return Warehouse(connect(settings, "reader", SECONDS_TO_ANSWER), settings.retail_schema_prefix)


@st.cache_data(ttl=FIGURES_S, max_entries=_ENTRIES, show_spinner=False, refresh_mode="background")
def _asked(
    version: str,
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    where: tuple[tuple[str, tuple[str, ...]], ...],
    first: date | None,
    last: date | None,
    compare: tuple[str, ...],
) -> pd.DataFrame:
    return warehouse().ask(Question(metrics, by, dict(where), first, last, compare))


@st.cache_data(ttl=FIGURES_S, max_entries=_ENTRIES, show_spinner=False, refresh_mode="background")
def _rows(version: str, sql: str, parameters: dict[str, Any]) -> pd.DataFrame:
    return warehouse().rows(sql, parameters)


@st.cache_data(ttl=LIVE_S, max_entries=_ENTRIES, show_spinner=False, refresh_mode="background")
def _live_rows(sql: str, parameters: dict[str, Any]) -> pd.DataFrame:
    return warehouse().rows(sql, parameters)
