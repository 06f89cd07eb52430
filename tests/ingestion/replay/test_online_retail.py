"""The 541,909 lines of UCI Online Retail, to the cent: figures taken from the events, not from our own counters."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import load_settings
from contracts.verdict import verdict
from ingestion.replay.mapping_file import load_mapping
from ingestion.replay.readers import read_content
from ingestion.replay.stream import replay_steps

pytestmark = pytest.mark.long  # reads the whole file twice and judges every event: about a minute

Line = tuple[str, str, int]


@dataclass
class Seen:
    """What came out, gathered in one pass."""

    events: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    verdicts: Counter[str] = field(default_factory=Counter)
    ids: set[str] = field(default_factory=set)
    sales: dict[Line, dict[str, Any]] = field(default_factory=dict)
    returns: list[dict[str, Any]] = field(default_factory=list)
    adjustments: list[dict[str, Any]] = field(default_factory=list)
    entries: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    rejects: list[tuple[int, str, list[str]]] = field(default_factory=list)
    lines: int = 0

    def take(self, topic: str, value: bytes) -> None:
        """Count one message."""
        event = json.loads(value)
        kind = event["event_type"]
        self.events[kind] += 1
        self.verdicts[verdict(topic, value)] += 1
        self.ids.add(event["event_id"])
        if kind in ("sale", "return"):
            sign = 1 if kind == "sale" else -1
            amount = Decimal(event["quantity"]) * Decimal(event["unit_price"]) - Decimal(event["discount_amount"])
            self.amounts[kind] += sign * amount
        if kind == "sale":
            self.sales[event["store_id"], event["transaction_id"], event["line_number"]] = event
        elif kind == "return":
            self.returns.append(event)
        elif kind == "adjustment":
            self.adjustments.append(event)
        else:
            self.entries[kind][event[f"{kind}_id"]] = event


@pytest.fixture(scope="module")
def file() -> Path:
    """The file, where somebody says it is."""
    path = load_settings().retail_test_online_retail
    if path is None or not path.is_file():
        pytest.skip("UCI Online Retail is not here: set RETAIL_TEST_ONLINE_RETAIL to its CSV(.gz)")
    return path


@pytest.fixture(scope="module")
def seen(file: Path) -> Seen:
    """Everything that the file gives by the shipped mapping."""
    seen = Seen()
    for step in replay_steps(file, load_mapping("online_retail"), read_content(file).fingerprint):
        seen.lines += step.is_line
        for topic, _, value in step.messages:
            seen.take(topic, value)
        if step.reason:
            seen.rejects.append((step.line, step.reason, step.row))
    return seen


@pytest.fixture(scope="module")
def rows(file: Path) -> list[dict[str, str]]:
    """The file as the csv module reads it."""

    def read() -> Iterator[dict[str, str]]:
        with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
            yield from csv.DictReader(text)

    return list(read())


def test_every_line_is_accounted_for(seen: Seen) -> None:
    """541,909 lines are sales, returns, adjustments and two rejects."""
    assert seen.lines == 541_909
    assert {kind: seen.events[kind] for kind in ("sale", "return", "adjustment")} == {
        "sale": 530_104,
        "return": 9_288,
        "adjustment": 2_515,
    }
    assert sum(seen.events[kind] for kind in ("sale", "return", "adjustment")) + len(seen.rejects) == 541_909


def test_amounts_are_exact(seen: Seen) -> None:
    """Sales, returns and their sum agree with the file's control figures."""
    assert seen.amounts == {"sale": Decimal("10666684.544"), "return": Decimal("-896812.490")}
    assert sum(seen.amounts.values()) == Decimal("9769872.054")


def test_bad_debt_is_rejected(seen: Seen) -> None:
    """The two negative prices are rejected with line and reason: 22,124.12 that is no sale."""
    assert [(line, reason) for line, reason, _ in seen.rejects] == [
        (299_985, "negative price: a bad debt is no sale"),
        (299_986, "negative price: a bad debt is no sale"),
    ]
    assert sum(Decimal(row[3]) * Decimal(row[5]) for _, _, row in seen.rejects) == Decimal("-22124.12")


def test_transactions_and_customers(seen: Seen) -> None:
    """19,960 transactions and 4,338 known customers have a sale, over all line types; fewer one of merchandise."""
    sales = seen.sales.values()
    goods = [sale for sale in sales if sale["line_type"] == "merchandise"]
    assert len({(sale["store_id"], sale["transaction_id"]) for sale in sales}) == 19_960
    assert len({sale["customer_id"] for sale in sales if "customer_id" in sale}) == 4_338
    assert len({(sale["store_id"], sale["transaction_id"]) for sale in goods}) == 19_770
    assert len({sale["customer_id"] for sale in goods if "customer_id" in sale}) == 4_334


def test_catalogue(seen: Seen, rows: list[dict[str, str]]) -> None:
    """Each country is a store, each stock code a product, each customer number a customer, once."""
    assert {kind: seen.events[kind] for kind in seen.entries} == {"location": 38, "product": 4_070, "customer": 4_372}
    assert {entry["location_name"] for entry in seen.entries["location"].values()} == {row["Country"] for row in rows}
    assert seen.entries["product"].keys() == {row["StockCode"] for row in rows}
    assert {f"{name}.0" for name in seen.entries["customer"]} == {row["CustomerID"] for row in rows} - {""}


def test_product_names_are_no_notes(seen: Seen, rows: list[dict[str, str]]) -> None:
    """A product that was ever sold at a price is named by its latest description with a price."""
    latest: dict[str, str] = {}
    for row in rows:
        if Decimal(row["UnitPrice"]) > 0 and row["Description"].strip():
            latest[row["StockCode"]] = row["Description"].strip()
    names = {name: entry["product_name"] for name, entry in seen.entries["product"].items()}
    assert {code: names[code] for code in latest} == latest
    unsold = {code: name for code, name in names.items() if code not in latest}
    assert {code: name for code, name in unsold.items() if code != name} == {
        "23001": "TRAVEL CARD WALLET DOTCOMGIFTSHOP"
    }


def test_adjustments_have_the_files_sign(seen: Seen, rows: list[dict[str, str]]) -> None:
    """Stock moves as zero-price lines say; goods that left to a known customer leave the stock."""
    expected: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        if Decimal(row["UnitPrice"]) == 0:
            units = int(row["Quantity"])
            expected[row["StockCode"], row["Country"]] += -units if row["CustomerID"] and units > 0 else units
    names = {entry["location_id"]: entry["location_name"] for entry in seen.entries["location"].values()}
    moved: dict[tuple[str, str], int] = defaultdict(int)
    for event in seen.adjustments:
        moved[event["product_id"], names[event["location_id"]]] += int(event["quantity"])
    assert moved == expected
    assert sum(event["reason"] == "free_of_charge" for event in seen.adjustments) == 40


def test_no_cost_is_invented(seen: Seen) -> None:
    """The file knows no cost, no count and no closed day, so no event says one."""
    assert seen.events.keys() == {"sale", "return", "adjustment", "location", "product", "customer"}
    assert not any("unit_cost" in event for event in seen.adjustments)


def test_ids_and_ticket_lines_are_unique(seen: Seen) -> None:
    """No two events share an id, no two lines of a ticket a number."""
    assert len(seen.ids) == seen.events.total()
    assert len(seen.sales) == 530_104
    assert len({(e["store_id"], e["transaction_id"], e["line_number"]) for e in seen.returns}) == 9_288


def test_named_sale_lines_fit(seen: Seen) -> None:
    """A referenced return follows its sale to the same customer at the same price; no line is returned twice over."""
    referenced = [event for event in seen.returns if "returned_transaction_id" in event]
    returned: dict[Line, Decimal] = defaultdict(Decimal)
    for event in referenced:
        line = (event["store_id"], event["returned_transaction_id"], event["returned_line_number"])
        sale = seen.sales[line]
        same = ("customer_id", "product_id", "unit_price")
        assert [Decimal(sale[n]) if n == "unit_price" else sale[n] for n in same] == [
            Decimal(event[n]) if n == "unit_price" else event[n] for n in same
        ]
        assert sale["event_time"] <= event["event_time"]
        returned[line] += Decimal(event["quantity"])
    assert all(units <= Decimal(seen.sales[line]["quantity"]) for line, units in returned.items())
    assert len(referenced) == 4_927
    assert sum(event.get("reason") == "unreferenced" for event in seen.returns) == 4_361


def test_contract_accepts_everything(seen: Seen) -> None:
    """Every event passes the contract."""
    assert seen.verdicts == {"": seen.events.total()}


def test_london_time(seen: Seen) -> None:
    """Winter invoices keep their clock time in UTC, summer ones are an hour less; days are London's."""
    first = seen.sales["united-kingdom", "536365", 1]
    assert (first["event_time"], first["business_date"]) == ("2010-12-01T08:26:00.000Z", "2010-12-01")
    summer = seen.sales["united-kingdom", "A563185", 1]  # 2011-08-12 14:50
    assert (summer["event_time"], summer["line_type"]) == ("2011-08-12T13:50:00.000Z", "fee")
