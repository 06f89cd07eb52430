"""A small Power BI model read from its text, and its measures worked out over rows written by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.problems import Problem
from quality.power_bi.agreement import Selection, agrees, filters_of
from quality.power_bi.evaluation import evaluate, referred, why_not_executed
from quality.power_bi.model import PowerBiModel, parsed_model

pytest.importorskip("pbix_mcp")
TEXT = Path(__file__).with_name("small_model.tmdl").read_text()
MONDAY, TUESDAY, LAST_YEAR = date(2026, 1, 5), date(2026, 1, 6), date(2025, 1, 6)
# On Monday s1 sells tea for 10.00 and soap for 4.00 on one ticket, with postage of 2.00; ticket 1 of s2 is another.
ROWS: dict[str, Any] = {
    "sales": {
        "columns": [
            *("date_key", "store_key", "product_key", "source", "store_id"),
            *("Ticket", "event_type", "line_type", "net_amount"),
        ],
        "rows": [
            [MONDAY, 1, 1, "r", "s1", "1", "sale", "merchandise", 10.0],
            [MONDAY, 1, 2, "r", "s1", "1", "sale", "merchandise", 4.0],
            [MONDAY, 1, 0, "r", "s1", "1", "sale", "postage", 2.0],
            [TUESDAY, 1, 1, "r", "s1", "2", "return", "merchandise", -3.0],
            [MONDAY, 2, 1, "r", "s2", "1", "sale", "merchandise", 5.0],
            [LAST_YEAR, 1, 1, "r", "s1", "0", "sale", "merchandise", 7.0],
        ],
    },
    "stock_by_day": {
        "columns": ["date_key", "store_key", "product_key", "closing_units"],
        "rows": [[MONDAY, 1, 1, 8.0], [TUESDAY, 1, 1, 6.0], [MONDAY, 2, 1, 3.0], [TUESDAY, 2, 1, 3.0]],
    },
    "dates": {"columns": ["date_key"], "rows": [[LAST_YEAR], [MONDAY], [TUESDAY]]},
    "stores": {"columns": ["store_key", "store_id"], "rows": [[0, ""], [1, "s1"], [2, "s2"]]},
    "products": {"columns": ["product_key", "category"], "rows": [[0, ""], [1, "drinks"], [2, "household"]]},
    "categories": {"columns": ["category"], "rows": [[""], ["drinks"], ["household"]]},
}
# Total revenue, transactions, average transaction value, closing stock.
WORKED = {
    Selection("everything"): (10 + 4 - 3 + 5 + 7, 3, (10 + 4 + 5 + 7) / 3, 6 + 3),
    Selection("store", store="s1"): (10 + 4 - 3 + 7, 2, (10 + 4 + 7) / 2, 6),
    Selection("category", category="drinks"): (10 - 3 + 5 + 7, 3, (10 + 5 + 7) / 3, 6 + 3),
    Selection("day", first=MONDAY, last=MONDAY): (10 + 4 + 5, 2, (10 + 4 + 5) / 2, 8 + 3),
    Selection("all three", store="s1", category="drinks", first=MONDAY, last=TUESDAY): (10 - 3, 1, 10, 6),
    Selection("last year", first=MONDAY, last=MONDAY, comparison="last_year"): (7, 1, 7, None),
    Selection("before", first=TUESDAY, last=TUESDAY, comparison="prior_period"): (19, 2, 19 / 2, 8 + 3),
    Selection("so far", first=TUESDAY, last=TUESDAY, comparison="year_to_date"): (16, 2, 19 / 2, 6 + 3),
}


@pytest.fixture(scope="module")
def model() -> PowerBiModel:
    """The small model."""
    return parsed_model([TEXT])


def test_the_text_says_views_columns_and_metrics(model: PowerBiModel) -> None:
    """A table's view, its columns' source columns, which rows it takes, and each measure's metric."""
    assert model.tables["sales"].view == "sales"
    assert model.tables["sales"].columns["Ticket"] == "transaction_id"
    assert (model.tables["categories"].is_current_only, model.tables["categories"].is_distinct) == (True, True)
    assert model.measures["Total Revenue"].metric == "total_revenue"
    assert model.measures["Twice"].metric == ""
    assert referred(model.measures["Average Transaction Value"]) == ["Transactions"]


def test_a_filter_is_put_where_it_reaches_most(model: PowerBiModel) -> None:
    """Of the tables that know the category, the one the others lead to."""
    assert model.place_of("products", "category") == "categories.category"
    with pytest.raises(Problem, match="brand"):
        model.place_of("products", "brand")


def test_rows_chosen_otherwise_are_refused() -> None:
    """What M does to the rows is followed or refused, never ignored."""
    text = TEXT.replace("each [is_current]", 'each [is_current] and [category] <> "tea"')
    with pytest.raises(Problem, match="categories"):
        parsed_model([text])


@pytest.mark.parametrize("selection", WORKED, ids=lambda selection: selection.name)
def test_measures_say_what_was_worked_out_by_hand(model: PowerBiModel, selection: Selection) -> None:
    """Sum, distinct count of two columns, ratio and stock at the end, under filters and comparisons."""
    names = ["Total Revenue", "Transactions", "Average Transaction Value", "Closing Stock"]
    found = evaluate(model, ROWS, names, filters_of(model, selection))
    assert tuple(found[name] for name in names) == pytest.approx(WORKED[selection])


def test_a_measure_that_cannot_be_executed_is_known(model: PowerBiModel) -> None:
    """An unknown function, in the measure or below it, is named: its blank would look like a figure."""
    assert [why_not_executed(model, measure) for measure in model.measures.values()] == [""] * 5
    other = parsed_model([TEXT.replace("SUMMARIZE(sales,", "SUMMARISE(sales,")])
    assert why_not_executed(other, other.measures["Average Transaction Value"]) == "calls SUMMARISE"


@pytest.mark.parametrize(
    ("figure", "said", "is_so"),
    [
        (1, 1.0000000001, True),
        (1, 1.001, False),
        (0, None, True),
        (None, None, True),
        (None, 0, True),
        (3, None, False),
    ],
)
def test_a_blank_is_nothing(figure: Any, said: Any, is_so: bool) -> None:
    """DAX is blank where a sum of nothing is 0 and a ratio without a denominator NULL, and nowhere else."""
    assert agrees(figure, said) == is_so
