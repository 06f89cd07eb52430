"""The reports of a day, worked by hand from `small_marts`: rows, table, CSV files and page."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from pyspark.sql import SparkSession

from contracts.problems import Problem
from contracts.settings import Settings
from spark_jobs.batch.figures import change, direction, figure
from spark_jobs.batch.measures import BY_NAME, COUNT, MONEY, SHARE, UNITS
from spark_jobs.batch.rankings import COLUMNS, REPORTS
from spark_jobs.batch.slices import last_days
from spark_jobs.batch_processing import Made, make_report
from spark_jobs.session import build_session
from tests.dbt_project.own_server import own_clickhouse
from tests.spark_jobs.batch.small_marts import BEFORE, DAY, SOURCE, make_marts
from warehouse.client import connect
from warehouse.written_rows import write_rows

TABLE = "batch.batch_processing_results"
FIRST, SECOND = datetime(2026, 1, 13, 1, tzinfo=UTC), datetime(2026, 1, 13, 2, tzinfo=UTC)
# Measure: of the day, of the Monday before.
CHAIN = {
    "total_revenue": ("32", "50"),  # 15 + 7 + 10; 10 + 40
    "transactions": ("6", "5"),
    "average_transaction_value": ("5.833333", "10"),  # 35 / 6; 50 / 5
    "units_sold": ("7", "10"),
    "gross_margin": ("15", "30"),  # 25 with a known cost less 10; 50 less 20
    "profit_margin": ("0.6", "0.6"),
    "markdown_rate": ("0.054054", "0"),  # 2 / 37
    "returns_amount": ("3", "0"),
    "other_income": ("4", "0"),
    "in_stock_rate": ("0.91", "1"),  # 1 - 90 / 1000: the depot has no customers
    "stock_value": ("100", "70"),
    "estimated_lost_units": ("3.5", "0"),
    "estimated_lost_margin": ("8", "0"),
    "known_loss": ("2", "0"),
}


@dataclass
class Warehouse:
    """A server with the small marts, and a Spark session."""

    settings: Settings
    client: Client
    spark: SparkSession

    def report(self, made_at: datetime = FIRST, day: date = DAY, source: str = SOURCE) -> Made:
        """Make the report of the day."""
        return make_report(self.spark, self.client, self.settings, source, day, lambda: made_at)

    def table(self) -> list[dict[str, Any]]:
        """Rows of the table, the columns that reports have."""
        found = self.client.query(
            f"SELECT {', '.join(f'`{name}`' for name in COLUMNS)} FROM {TABLE} WHERE source = '{SOURCE}'"
        )
        return [dict(zip(COLUMNS, row, strict=True)) for row in found.result_rows]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    """Shared by the module."""
    with own_clickhouse() as settings:
        spark = build_session("batch", settings, {"spark.sql.shuffle.partitions": "2"})
        client = connect(settings)
        make_marts(client)
        yield Warehouse(settings, client, spark)
        spark.stop()


@pytest.fixture(scope="module")
def made(warehouse: Warehouse) -> Made:
    """The report of the Monday."""
    return warehouse.report()


def _of(made: Made, report: str, **which: str) -> list[dict[str, Any]]:
    return [row for row in made.rows if row["report"] == report and which.items() <= row.items()]


def test_the_chains_figures_are_those_worked_by_hand(made: Made) -> None:
    """Ratios are ratios of sums; what is not lost where stock is tracked is 0; each beside the Monday before."""
    found = {row["measure"]: (row["value"], row["comparison_value"]) for row in _of(made, "daily_kpis")}
    assert found == {name: (Decimal(value), Decimal(before)) for name, (value, before) in CHAIN.items()}
    assert {(row["entity_id"], row["rank"], row["comparison_date"]) for row in _of(made, "daily_kpis")} == {
        ("chain", 0, BEFORE)
    }


def test_stores_change_places(made: Made) -> None:
    """22 against 10 on the day, 10 against 40 a week before; shelves by store."""
    found = {
        (row["entity_name"], row["rank"], row["comparison_rank"], row["value"], row["comparison_value"])
        for row in _of(made, "store_ranking", measure="total_revenue")
    }
    assert found == {("High <Street> & Sons", 1, 2, 22, 10), ("Station", 2, 1, 10, 40)}
    [shelves] = _of(made, "store_ranking", measure="in_stock_rate", entity_id="s1")
    assert shelves["value"] == Decimal("0.85")


def test_what_is_not_known_has_no_value(made: Made) -> None:
    """Nobody knows what a mug costs, nor has it sold before; products have no transactions."""
    [margin] = _of(made, "product_ranking", measure="profit_margin", entity_id="mug")
    [revenue] = _of(made, "product_ranking", measure="total_revenue", entity_id="mug")
    [tickets] = _of(made, "product_ranking", measure="transactions", entity_id="tea")
    assert (margin["value"], tickets["value"]) == (None, None)
    assert (revenue["value"], revenue["rank"], revenue["comparison_value"], revenue["comparison_rank"]) == (7, 2, None, None)  # fmt: skip  # noqa: E501


def test_categories_are_those_of_their_products(made: Made) -> None:
    """Drinks 25, household 7; the soap that nobody could buy is household's loss."""
    revenue = {row["entity_id"]: (row["rank"], row["value"]) for row in _of(made, "category_ranking", measure="total_revenue")}  # fmt: skip  # noqa: E501
    assert revenue == {"drinks": (1, 25), "household": (2, 7)}
    [lost] = _of(made, "category_ranking", measure="estimated_lost_margin", entity_id="household")
    assert lost["value"] == 5


def test_suppliers_rank_by_punctuality(made: Made) -> None:
    """All of two lines before three of four; who had nothing due is not ranked."""
    found = [
        (row["rank"], row["entity_name"], row["value"]) for row in _of(made, "supplier_ranking", measure="otif_rate")
    ]
    assert found == [(1, "Wilma", 1), (2, "Victor", Decimal("0.75"))]
    [fill] = _of(made, "supplier_ranking", measure="supplier_fill_rate", entity_id="v1")
    assert fill["value"] == Decimal("0.9")


def test_exceptions_are_what_stands_out(made: Made) -> None:
    """Station fell to a quarter and its day lacks a ticket, High Street was out of stock, soap and tea were missed."""
    found = {(row["measure"], row["rank"], row["entity_id"], row["value"], row["comparison_value"]) for row in _of(made, "exceptions")}  # fmt: skip  # noqa: E501
    assert found == {
        ("total_revenue", 1, "s2", 10, 40),
        ("in_stock_rate", 1, "s1", Decimal("0.85"), 1),
        ("estimated_lost_margin", 1, "soap", 5, None),
        ("estimated_lost_margin", 2, "tea", 3, 0),
        ("incomplete_day", 1, "s2", 2, 3),
    }


def test_the_csv_files_hold_what_the_table_holds(warehouse: Warehouse, made: Made) -> None:
    """Row by row and cell by cell; an empty cell is NULL."""
    from_files = []
    for report in REPORTS:
        with (made.page.parent / f"{report}.csv").open(newline="") as file:
            from_files += [tuple(row.values()) for row in csv.DictReader(file)]
    from_table = [tuple("" if cell is None else str(cell) for cell in row.values()) for row in warehouse.table()]
    assert sorted(from_files) == sorted(from_table)
    assert len(from_files) == len(made.rows) > 100


def test_a_date_made_again_replaces_itself(warehouse: Warehouse, made: Made) -> None:
    """The same rows by another run; and when the mug was a mistake, no row of it is left."""
    before = sorted(map(str, warehouse.table()))
    warehouse.report(SECOND)
    assert sorted(map(str, warehouse.table())) == before
    warehouse.client.command("DELETE FROM kpi.mart_sales_daily WHERE product_id = 'mug'")
    warehouse.report(SECOND.replace(hour=3))
    make_marts(warehouse.client)
    assert "mug" not in {row["entity_id"] for row in warehouse.table()}
    warehouse.report(SECOND.replace(hour=4))
    assert sorted(map(str, warehouse.table())) == before


def test_a_day_without_sales_is_no_report(warehouse: Warehouse) -> None:
    """It says so, and leaves nothing."""
    with pytest.raises(Problem, match="shop has no sales on 2026-01-11"):
        warehouse.report(day=date(2026, 1, 11))
    assert last_days(warehouse.client) == {SOURCE: DAY, "plain": DAY}


def test_who_tells_of_sales_alone_has_a_report(warehouse: Warehouse) -> None:
    """Without catalogue, stock, suppliers and closed days those figures are not tracked, and the page says so."""
    made = warehouse.report(source="plain")
    found = {row["measure"]: row["value"] for row in _of(made, "daily_kpis")}
    known = {"total_revenue": 6, "transactions": 2, "average_transaction_value": 3, "units_sold": 3}
    known |= {"markdown_rate": 0, "returns_amount": 0, "other_income": 0}
    assert {name: value for name, value in found.items() if value is not None} == known
    page = made.page.read_text()
    assert "No store has closed its day" in page and "GBP 6.00" in page and "not tracked" in page


class _Balance(HTMLParser):
    """Which tags are open, which text is shown, and what is asked for."""

    void = ("meta", "link", "br", "img")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.asked += [str(value) for name, value in attributes if name in ("src", "href", "action")]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_is_whole_and_asks_nobody(made: Made) -> None:
    """Every tag is closed, names are text and not tags, no address is asked for, and the stamp says what is missing."""
    page, reader = made.page.read_text(), _Balance()
    reader.feed(page)
    text = re.sub(r"\s+", " ", " ".join(reader.text))
    assert (reader.open, reader.asked) == ([], [])
    assert page.count("{") == page.count("}") and "@media print {" in page and "(prefers-color-scheme: dark) {" in page
    assert "url(" not in page and "@import" not in page and "//" not in page.replace("<!doctype", "")
    assert 'Tea <b>& "Co"</b>' in text and "High <Street> & Sons" in text
    assert "1 of 2 store days are complete" in text
    assert "counted 3 tickets, of which 2 are known" in text


def test_the_page_shows_what_the_gate_said(warehouse: Warehouse) -> None:
    """Amber is shown with its reason."""
    row = {
        "run_id": "r",
        "source": SOURCE,
        "status": "amber",
        "as_of": FIRST,
        "reason": "Not so: <all>",
        "since": FIRST,
    }
    write_rows(warehouse.client, "monitoring.publication", [row | {"checked_at": FIRST}])
    page = warehouse.report(SECOND).page.read_text()
    warehouse.client.command("TRUNCATE TABLE monitoring.publication")
    assert "Quality gate: amber" in page
    assert "Not so: &lt;all&gt;" in page


def test_figures_are_written_as_people_read_them() -> None:
    """Thousands apart, cents below a hundred, percent and points, an honest minus."""
    assert figure(Decimal("12345.678"), MONEY, "EUR") == "EUR 12\u202f346"
    assert figure(Decimal("-9.5"), MONEY, "EUR") == "EUR −9.50"
    assert [figure(Decimal(share), SHARE) for share in ("0.3141", "-0.5")] == ["31.4\u202f%", "−50.0\u202f%"]
    assert [figure(Decimal(units), UNITS) for units in ("7", "7.25", "1234.5")] == ["7", "7.2", "1\u202f234"]
    assert figure(Decimal("1000"), COUNT) == "1\u202f000"
    assert figure(None, MONEY, "EUR") == "not tracked"
    assert change(Decimal(11), Decimal(10), MONEY) == "+10.0\u202f%"
    assert change(Decimal("0.6"), Decimal("0.65"), SHARE) == "−5.0 points"
    assert change(Decimal(1), Decimal(0), MONEY) == change(None, Decimal(1), MONEY) == ""
    less = BY_NAME["known_loss"].better
    assert [direction(Decimal(a), Decimal(b), less) for a, b in ((1, 2), (2, 1), (1, 1))] == ["good", "bad", ""]
