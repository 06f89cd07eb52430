"""The filters: as a URL says them, as SQL has them."""

from datetime import date

from dashboard.figures.filters import Choice, Filters, read_choice, written
from dashboard.figures.windows import Window

DAY = date(2026, 11, 22)


def _filters(**more: tuple[str, ...]) -> Filters:
    return Filters(Window(DAY, DAY, DAY), "demo", "GBP", **more)


def test_a_choice_comes_back_from_its_url() -> None:
    """Every filter, several values each."""
    choice = Choice("91d", "demo", "EUR", ("S01", "S02"), ("Bakery",))
    assert read_choice(written(choice)) == choice


def test_what_is_as_usual_is_not_said() -> None:
    """The address of the plain page has no parameters."""
    assert written(Choice()) == {}
    assert read_choice({}) == Choice()


def test_values_are_parameters_and_never_in_the_text() -> None:
    """A store with a quotation mark in its id cannot break out of the SQL."""
    filters = _filters(stores=("x' or 1=1 --",), categories=("y'",))
    text = filters.condition(category="category", day="date_key")
    assert "x'" not in text
    assert "y'" not in text
    assert filters.parameters()["stores"] == ["x' or 1=1 --"]


def test_only_what_is_chosen_is_a_condition() -> None:
    """Without stores and categories there is the retailer alone."""
    assert _filters().condition(category="category") == "source = {retailer:String}"
    chosen = _filters(stores=("S01",), categories=("Bakery",)).condition(category="product_id", of="l.")
    assert "l.store_id in {stores:Array(String)}" in chosen
    assert "l.product_id in (select product_id from reporting.products" in chosen


def test_metrics_are_asked_with_the_same_filters() -> None:
    """Retailer and currency always, places and categories where chosen."""
    assert _filters().of_metrics() == {"source": ["demo"], "currency": ["GBP"]}
    assert _filters(stores=("S01",)).of_metrics()["store"] == ("S01",)
