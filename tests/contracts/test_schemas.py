"""The JSON Schema in the documents is the contract."""

import jsonschema
import pytest

from contracts.events import SALES
from contracts.write_schemas import topic_schema

SALE = {
    "event_id": "e1",
    "event_type": "sale",
    "schema_version": 1,
    "event_time": "2026-01-31T09:30:00.000Z",
    "source": "shop",
    "store_id": "s1",
    "business_date": "2026-01-31",
    "transaction_id": "t1",
    "line_number": 1,
    "register_id": "r1",
    "product_id": "p1",
    "line_type": "merchandise",
    "quantity": "2",
    "unit_price": "1.25",
    "discount_amount": "0",
    "tax_amount": "0.20",
    "currency": "EUR",
    "channel": "store",
}


def test_good_event_fits() -> None:
    """A sale written by hand fits the topic's schema."""
    jsonschema.validate(SALE, topic_schema(SALES))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "2.5555"),
        ("event_time", "31.01.2026"),
        ("event_type", "sail"),
        ("line_number", 1.5),
        ("currency", "€"),
    ],
)
def test_wrong_field_does_not_fit(field: str, value: object) -> None:
    """One wrong field is enough to be refused."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**SALE, field: value}, topic_schema(SALES))


def test_missing_field_does_not_fit() -> None:
    """A required field may not be left out."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({name: value for name, value in SALE.items() if name != "store_id"}, topic_schema(SALES))
