"""The data dictionary over a manifest of three tables, written by hand."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from contracts.problems import Problem
from warehouse.dictionary.entries import Column, entries
from warehouse.dictionary.page import page
from warehouse.dictionary.write_dictionary import NAME, write_dictionary

STORE = {"name": "store", "description": "The <store>\nof the line.", "data_type": "String"}
UNITS = {"name": "units", "description": "Units sold.", "data_type": None}


def _test(name: str, kind: str, column: str | None = None, **told: Any) -> dict[str, Any]:
    return {
        "resource_type": "test",
        "name": name,
        "column_name": column,
        "attached_node": "model.retail.fact_lines",
        "test_metadata": {"name": kind, "kwargs": told},
        "depends_on": {"nodes": ["model.retail.fact_lines"]},
    }


MANIFEST: dict[str, Any] = {
    "sources": {
        "source.retail.events.raw_lines": {
            "unique_id": "source.retail.events.raw_lines",
            "resource_type": "source",
            "source_name": "events",
            "schema": "raw",
            "name": "raw_lines",
            "description": "One row per message.",
            "columns": {},
        }
    },
    "nodes": {
        "model.retail.mart_lines": {
            "unique_id": "model.retail.mart_lines",
            "resource_type": "model",
            "schema": "dev_kpi",
            "alias": "mart_lines",
            "name": "mart_lines",
            "fqn": ["retail", "kpi", "mart_lines"],
            "description": "One row per store.",
            "config": {"materialized": "table", "group": "analytics"},
            "columns": {},
        },
        "model.retail.fact_lines": {
            "unique_id": "model.retail.fact_lines",
            "resource_type": "model",
            "schema": "dev_core",
            "alias": "fact_lines",
            "name": "fact_lines",
            "fqn": ["retail", "core", "fact_lines"],
            "description": "One row per\nline.",
            "config": {"materialized": "incremental", "group": "analytics"},
            "columns": {"store": STORE, "units": UNITS},
        },
        "a": _test("unique_grain_fact_lines", "unique_grain", columns=["store", "units"]),
        "b": _test("units_are_positive", "holds", rule="units > 0"),
        "c": _test("exists_in_fact_lines_store", "exists_in", "store", to="ref('dim_store')", field="store"),
        "d": _test("accepted_values_units", "accepted_values", "units", values=[1, 2]),
    },
    "unit_tests": {
        "u": {
            "name": "a_return_is_negative",
            "model": "fact_lines",
            "depends_on": {"nodes": ["model.retail.fact_lines"]},
        },
    },
}
CATALOG: dict[str, Any] = {
    "nodes": {"model.retail.fact_lines": {"columns": {"units": {"name": "units", "type": "Int64", "index": 1}}}},
    "sources": {
        "source.retail.events.raw_lines": {
            "columns": {
                "payload": {"name": "payload", "type": "String", "index": 2},
                "_offset": {"name": "_offset", "type": "Int64", "index": 1},
            }
        }
    },
}


def test_entries_come_in_the_order_data_flows() -> None:
    """What arrived, the star, the marts; each with where it lies."""
    found = [(entry.layer, entry.relation, entry.kind) for entry in entries(MANIFEST, CATALOG)]
    assert found == [
        ("raw", "raw.raw_lines", "source"),
        ("core", "dev_core.fact_lines", "incremental"),
        ("kpi", "dev_kpi.mart_lines", "table"),
    ]


def test_an_entry_says_grain_checks_and_columns() -> None:
    """Types as the YAML says, else as the database has them; tests in words, at their column or at the rows."""
    raw, fact, _ = entries(MANIFEST, CATALOG)
    assert (fact.description, fact.owner, fact.grain) == ("One row per line.", "analytics", ("store", "units"))
    assert fact.columns == (
        Column("store", "String", "The <store> of the line.", ("is in dim_store.store",)),
        Column("units", "Int64", "Units sold.", ("one of 1, 2",)),
    )
    assert fact.tests == ("units are positive: units > 0",)
    assert fact.examples == ("a return is negative",)
    assert [column.name for column in raw.columns] == ["_offset", "payload"]


def test_without_a_catalog_the_yaml_speaks() -> None:
    """A project that was only parsed has a dictionary too."""
    raw, fact, _ = entries(MANIFEST)
    assert [(column.name, column.type_) for column in fact.columns] == [("store", "String"), ("units", "")]
    assert raw.columns == ()


class _Page(HTMLParser):
    """What asks for something elsewhere, and where links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.asks, self.links, self.ids = [], [], []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.asks += [value for name, value in attrs if name == "src" or (name == "href" and tag == "link")]
        self.links += [said["href"]] if tag == "a" else []
        self.ids += [said["id"]] if "id" in said else []


def test_the_page_is_whole_and_asks_for_nothing() -> None:
    """Every table has its place and a link to it, texts are escaped, nothing is fetched."""
    text = page(entries(MANIFEST, CATALOG))
    read = _Page(text)
    assert read.ids == ["raw.raw_lines", "dev_core.fact_lines", "dev_kpi.mart_lines"]
    assert read.links == [f"#{place}" for place in read.ids]
    assert read.asks == []
    assert "The &lt;store&gt; of the line." in text
    assert "3 tables and views, 4 columns" in text


def test_the_file_is_made_of_what_dbt_left(tmp_path: Path) -> None:
    """Into a folder that need not be there."""
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    file = write_dictionary(tmp_path, tmp_path / "made" / "here")
    assert file.name == NAME
    assert "dev_core.fact_lines" in file.read_text()


def test_without_a_manifest_it_says_how_to_make_one(tmp_path: Path) -> None:
    """The sentence names the verb."""
    with pytest.raises(Problem, match=r"\./retail docs"):
        write_dictionary(tmp_path, tmp_path)
