"""The quick verdict is the contract's: the same yes or no, the same values."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payloads import payloads

from contracts.events import CATALOG, INVENTORY, SALES
from contracts.quick_verdict import read_valid
from contracts.verdict import BrokenRuleError, read_event

_SEVERAL = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.parametrize("topic", [SALES, INVENTORY, CATALOG])
@settings(max_examples=400, **_SEVERAL)
@given(data=st.data())
def test_it_says_what_the_model_says(topic: str, data: st.DataObject) -> None:
    """Whatever the message, it is valid for both with the same values, or for neither."""
    payload = data.draw(payloads(topic))
    try:
        expected = dict(read_event(topic, payload))
    except BrokenRuleError:
        expected = None
    assert read_valid(topic, payload) == expected


def test_a_valid_and_a_broken_message() -> None:
    """Texts become typed values; a required field that is null breaks the contract, as does a tombstone or depth."""
    line = (
        b'{"event_id":"r1","event_type":"exchange_rate","schema_version":1,"event_time":"2026-01-31T09:30:00.000Z",'
        b'"source":"bank","valid_from":"2026-01-31T00:00:00Z","currency_from":"GBP","currency_to":"EUR","rate":"1.15"}'
    )
    found = read_valid(CATALOG, line)
    assert found is not None
    assert (found["event_id"], str(found["rate"]), found["corrects_event_id"]) == ("r1", "1.15", None)
    assert read_valid(CATALOG, line.replace(b'"GBP"', b"null")) is None
    assert read_valid(CATALOG, line.replace(b'"1.15"', b'"0"')) is None
    assert read_valid(CATALOG, b"") is None
    assert read_valid(CATALOG, b'{"a":' * 100_000) is None


def test_a_number_of_thousands_of_digits_beside_an_escape() -> None:
    """It is judged like any other value: no message may break off a stream."""
    payload = b'{"event_type":"sale","event_id":' + b"1" * 5000 + b',"note":"\\u0041"}'
    assert read_valid(SALES, payload) is None
    with pytest.raises(BrokenRuleError, match="event_id: not an id"):
        read_event(SALES, payload)
