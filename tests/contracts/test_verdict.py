"""A program and the raw tables say the same words about a message."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payloads import payloads

from contracts.events import CATALOG, INVENTORY, SALES
from contracts.verdict import verdict

_SEVERAL = {"deadline": None, "suppress_health_check": list(HealthCheck)}
_RATE = (
    b'{"event_id":"r1","event_type":"exchange_rate","schema_version":1,"event_time":"2026-01-31T09:30:00.000Z",'
    b'"source":"bank","valid_from":"2026-01-31T00:00:00Z","currency_from":"GBP","currency_to":"EUR","rate":"1.15"}'
)
_HOLIDAY = (
    b'{"event_id":"h1","event_type":"holiday","schema_version":1,"event_time":"2026-01-31T09:30:00Z","source":"shop",'
    b'"valid_from":"2026-01-31T00:00:00Z","region":"DE","holiday_date":"2026-12-25","holiday_name":"x","is_closed":true}'
)


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (_RATE, ""),
        (b" \n\t\r" + _RATE + b"\n", ""),
        (_RATE.replace(b'"1.15"', b"1.15"), ""),
        (_RATE.replace(b'"r1"', b"7"), ""),
        (b"", "not a JSON object"),
        (b"[" + _RATE + b"]", "not a JSON object"),
        (b"\xef\xbb\xbf" + _RATE, "not a JSON object"),
        (_RATE + b"x", "not a JSON object"),
        (_RATE[:-1], "not a JSON object"),
        (_RATE.replace(b'"1.15"', b"1e400"), "not a JSON object"),
        (_RATE.replace(b'"r1"', b'"\xff"'), "not a JSON object"),
        (_RATE.replace(b'"r1"', b'"\\ud800"'), "not a JSON object"),
        (b"{}", "event_type: missing"),
        (_RATE.replace(b'"exchange_rate"', b"null"), "event_type: missing"),
        (_RATE.replace(b'"exchange_rate"', b'"sale"'), "event_type: not one of this topic's"),
        (_RATE.replace(b'"r1"', b"null"), "event_id: missing"),
        (_RATE.replace(b'"r1"', b'""'), "event_id: not an id of 1 to 200 bytes"),
        (_RATE.replace(b'"1.15"', b'"1.123456789"'), "rate: not a rate with at most 8 decimals"),
        (_RATE.replace(b'"1.15"', b'"1e1"'), "rate: not a rate with at most 8 decimals"),
        (_RATE.replace(b'"1.15"', b'"0"'), "rate: not above zero"),
        (_RATE.replace(b'"GBP"', b'"gbp"'), "currency_from: not an ISO 4217 currency"),
        (_RATE.replace(b"31T00:", b"31T24:"), "valid_from: not a UTC instant like 2026-01-31T09:30:00.000Z"),
        (
            _RATE.replace(b"2026-01-31T00", b"2026-02-29T00"),
            "valid_from: not a UTC instant like 2026-01-31T09:30:00.000Z",
        ),
        (_HOLIDAY.replace(b'"2026-12-25"', b"2251"), "holiday_date: not a date like 2026-01-31"),
        (_HOLIDAY.replace(b"2026-12-25", b"2026-04-31"), "holiday_date: not a date like 2026-01-31"),
        (_HOLIDAY.replace(b"true", b"1"), "is_closed: not true or false"),
        (_RATE.replace(b'{"event_id"', b'{"rate":"0","event_id"'), "rate: not above zero"),  # of two keys the first
        (_RATE.replace(b'"rate"', b'"rate":"2","rate"').replace(b'"1.15"', b'"x"'), ""),
    ],
)
def test_both_say_the_words_of_the_contract(engine_verdicts, payload: bytes, says: str) -> None:
    """A message's first broken rule is named by the program and by the engine alike."""
    assert (verdict(CATALOG, payload), engine_verdicts(CATALOG, [payload])) == (says, [says])


@pytest.mark.parametrize("topic", [SALES, INVENTORY, CATALOG])
@settings(max_examples=25, derandomize=True, **_SEVERAL)
@given(data=st.data())
def test_program_and_engine_agree(engine_verdicts, topic: str, data: st.DataObject) -> None:
    """Whatever the message, the program's verdict is the engine's."""
    _agree(engine_verdicts, topic, data.draw(st.lists(payloads(topic), min_size=10, max_size=40)))


@pytest.mark.long
@pytest.mark.parametrize("topic", [SALES, INVENTORY, CATALOG])
@settings(max_examples=500, **_SEVERAL)
@given(data=st.data())
def test_program_and_engine_agree_on_many_more(engine_verdicts, topic: str, data: st.DataObject) -> None:
    """Whatever the message, the program's verdict is the engine's (other messages in each run)."""
    _agree(engine_verdicts, topic, data.draw(st.lists(payloads(topic), min_size=10, max_size=60)))


def _agree(engine_verdicts, topic: str, messages: list[bytes]) -> None:
    by_program = {message: verdict(topic, message) for message in messages}
    by_engine = dict(zip(messages, engine_verdicts(topic, messages), strict=True))
    assert by_engine == by_program
