"""What is wrong with a mapping is said with file, line, field and remedy."""

from pathlib import Path

import pytest

from ingestion.replay.mapping_file import load_mapping, mapping_hash, shipped_names
from ingestion.replay.problems import ReplayProblem

GOOD = """\
kind: prices
source: shop
time_zone: Europe/Berlin
columns:
  product_id: sku
  regular_price: price
  valid_from: from
constants:
  currency: EUR
"""


def _load(folder: Path, text: str) -> object:
    path = folder / "own.yml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(str(path))


def test_good_mapping_loads(tmp_path: Path) -> None:
    """The mapping that the others break is right."""
    assert _load(tmp_path, GOOD).kind == "prices"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: prices", "kind: price", "own.yml line 1: kind: Input should be 'sales'"),
        ("source: shop\n", "", "own.yml line 1: source: is missing; add it"),
        (
            "  regular_price: price",
            "  regular_prize: price",
            "line 6: columns.regular_prize: is no field of prices; did",
        ),
        ("  regular_price: price\n", "", "line 4: columns: price needs regular_price; map it under columns"),
        ("Europe/Berlin", "Berlin", "line 3: time_zone: 'Berlin' is no time zone; write one like Europe/London"),
        ("currency: EUR", "currency: Euro", "line 9: constants.currency: 'Euro' is not an ISO 4217 currency"),
        ("currency: EUR", "regular_price: 1", "line 9: constants.regular_price: is mapped under columns too; keep one"),
        ("product_id: sku", "product_id: sku\n  product_id: ean", "own.yml line 6: product_id stands here twice"),
        ("product_id: sku", "product_id: {colum: sku}", "line 5: columns.product_id.colum: is no word of a mapping"),
        ("product_id: sku", "product_id: {case: upper}", "line 5: columns.product_id: give exactly one of column"),
        (
            "product_id: sku",
            'product_id: {column: sku, matching: "("}',
            "line 5: columns.product_id.matching: not a reg",
        ),
        ("product_id: sku", "product_id: {running_within: [valid_from]}", "line 5: columns.product_id: running_within"),
        (
            "product_id: sku",
            "product_id: {field: valid_from}",
            "line 5: columns.product_id: field and when are for cat",
        ),
        ("columns:", "file: {encoding: utf-9}\ncolumns:", "line 4: file.encoding: 'utf-9' is no encoding; try utf-8"),
        (
            "columns:",
            'file: {delimiter: "||"}\ncolumns:',
            "line 4: file.delimiter: give one character, or the word tab",
        ),
        (
            "columns:",
            'file: {decimal: ",", thousands: ","}\ncolumns:',
            "line 4: file: decimal and thousands are the same",
        ),
        ("columns:", "event_id: [sku]\ncolumns:", "line 4: event_id: sku is mapped nowhere"),
        (
            "columns:",
            "rules: [{event: sale}]\ncolumns:",
            "line 4: rules.0.event: sale does not come from a prices file",
        ),
        (
            "columns:",
            "rules: [{when: {x: present}, reject: no}]\ncolumns:",
            "line 4: rules.0.when: x is mapped nowhere",
        ),
        (
            "columns:",
            "rules: [{when: {product_id: here}, reject: no}]\ncolumns:",
            "rules.0.when.product_id.state: Input",
        ),
        (
            "columns:",
            "rules: [{event: price, set: {location: a}}]\ncolumns:",
            "rules.0.set.location: is no field of price",
        ),
        ("columns:", "catalog: {shop: {}}\ncolumns:", "line 4: catalog.shop: is no catalogue event; use product, loc"),
        (
            "columns:",
            "catalog: {supplier: {supplier_id: sku}}\ncolumns:",
            "catalog.supplier: supplier needs supplier_name",
        ),
        ("columns:", "columns: [", "own.yml line 6: not YAML"),
    ],
)
def test_finding_names_line_field_and_remedy(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Each mistake is reported where it stands."""
    with pytest.raises(ReplayProblem) as found:
        _load(tmp_path, GOOD.replace(old, new))
    assert says in str(found.value)


def test_all_findings_come_at_once(tmp_path: Path) -> None:
    """Somebody who has made three mistakes reads of three."""
    with pytest.raises(ReplayProblem) as found:
        _load(tmp_path, GOOD.replace("EUR", "eur").replace("Berlin", "Bärlin").replace("sku", "{field: x}"))
    assert len(str(found.value).splitlines()) == 3


def test_unknown_name_lists_what_ships(tmp_path: Path) -> None:
    """A name that is neither a file nor shipped is answered with the names that are."""
    with pytest.raises(ReplayProblem, match=r"no mapping nobody.*online_retail"):
        load_mapping("nobody")


def test_every_shipped_mapping_loads() -> None:
    """What ships is right."""
    assert "online_retail" in shipped_names()
    for name in shipped_names():
        load_mapping(name)


def test_scalars_stay_text(tmp_path: Path) -> None:
    """The code 0123 is not the number 83, and NO is a country."""
    values = "product_id: {column: sku, values: {0123: NO}}"
    mapping = _load(tmp_path, GOOD.replace("product_id: sku", values))
    assert mapping.columns["product_id"].values == {"0123": "NO"}


def test_hash_is_of_meaning(tmp_path: Path) -> None:
    """Comments and descriptions do not make another mapping, another column does."""
    first = mapping_hash(_load(tmp_path, GOOD))
    assert mapping_hash(_load(tmp_path, "# prices\ndescription: ours\n" + GOOD)) == first
    assert mapping_hash(_load(tmp_path, GOOD.replace("sku", "ean"))) != first
