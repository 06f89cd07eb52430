"""The dashboard's figures over the week on paper: what cards and tables say is what was worked out by hand."""

from datetime import date
from typing import Any

import pytest

from dashboard.figures import live, state
from dashboard.figures.everything import ASKED, ASKED_LIVE
from dashboard.figures.filters import Filters
from dashboard.figures.kpis import WITNESSES, Card, kpi_cards
from dashboard.figures.reading import Warehouse
from dashboard.figures.windows import Window
from tests.dbt_project.warehouse_build import WarehouseBuild

MONDAY, TUESDAY, SUNDAY = (date(2026, 1, day) for day in (5, 6, 11))


@pytest.fixture(scope="module")
def reader(week: WarehouseBuild) -> Warehouse:
    """As the user who may only read."""
    return Warehouse(week.reader)


@pytest.fixture(scope="module")
def source(reader: Warehouse) -> state.Source:
    """The week's retailer."""
    return state.sources(reader)[0]


@pytest.fixture(scope="module")
def currency(reader: Warehouse, source: state.Source) -> str:
    """What it is paid in."""
    return state.currencies(reader, source.name)[0]


def _filters(source: state.Source, currency: str, first: date, last: date = SUNDAY, **more: Any) -> Filters:
    return Filters(Window(first, last, min(last, SUNDAY)), source.name, currency, **more)


def test_the_last_whole_day_is_the_sunday(reader: Warehouse, source: state.Source) -> None:
    """Of Monday the 12th only 30 minutes have passed."""
    assert state.last_whole_day(reader, source) == SUNDAY


def test_cards_say_what_was_worked_out(reader: Warehouse, source: state.Source, currency: str) -> None:
    """`by_hand/metrics.md`, column "the week"."""
    names = ["transactions", "customers", "average_transaction_value", "profit_margin", "total_revenue"]
    found = kpi_cards(reader, _filters(source, currency, MONDAY), names)
    texts = [found[name].text.lstrip("£€$") for name in names]
    assert texts == ["18", "2", "8.58", "54.6 %", "142"]


def test_filters_reach_the_cards(reader: Warehouse, source: state.Source, currency: str) -> None:
    """`by_hand/metrics.md`, column "s1's drinks from Tuesday"."""
    filters = _filters(source, currency, TUESDAY, stores=("s1",), categories=("drinks",))
    found = kpi_cards(reader, filters, ["total_revenue", "transactions", "units_sold"])
    assert [card.text.lstrip("£€$") for card in found.values()] == ["23.00", "4", "7"]


def test_a_half_day_changes_no_comparison(reader: Warehouse, source: state.Source, currency: str) -> None:
    """If Tuesday were not over, the figure would have it, and its change would be that of Monday alone."""

    def revenue(last: date, whole_last: date) -> Card:
        filters = Filters(Window(MONDAY, last, whole_last), source.name, currency)
        return kpi_cards(reader, filters, ["total_revenue"])["total_revenue"]

    half, monday, both = revenue(TUESDAY, MONDAY), revenue(MONDAY, MONDAY), revenue(TUESDAY, TUESDAY)
    assert half.text == both.text != monday.text
    assert half.changes == monday.changes != both.changes


def test_what_knows_no_category_says_so(reader: Warehouse, source: state.Source, currency: str) -> None:
    """A filter that does not reach a figure is told beside it."""
    filters = _filters(source, currency, MONDAY, categories=("drinks",))
    found = kpi_cards(reader, filters, ["historic_customer_margin"])["historic_customer_margin"]
    assert "all categories" in found.note


def test_stock_that_nobody_tracks_is_said_so(reader: Warehouse, source: state.Source, currency: str) -> None:
    """Not nought: there is no such stock, and nobody counted it. On paper there are both."""
    names = ["inventory_turnover", *WITNESSES]
    nowhere = kpi_cards(reader, _filters(source, currency, MONDAY, stores=("nowhere",)), names)
    assert {card.text for card in nowhere.values()} == {"not tracked"}
    assert "not tracked" not in {
        card.text for card in kpi_cards(reader, _filters(source, currency, MONDAY), names).values()
    }


@pytest.mark.parametrize(
    ("stores", "categories"), [((), ()), (("s1",), ("drinks",)), (("s1", "nowhere"), ())], ids=["all", "one", "several"]
)
def test_every_figure_can_be_asked_for_under_every_filter(
    reader: Warehouse, source: state.Source, currency: str, stores: tuple[str, ...], categories: tuple[str, ...]
) -> None:
    """Each list and chart of each page is answered."""
    filters = _filters(source, currency, MONDAY, stores=stores, categories=categories)
    live.by_minute(reader, reader, filters)
    for ask in (*ASKED, *ASKED_LIVE):
        ask(reader, filters)
