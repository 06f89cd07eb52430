"""The events of the live benchmarks are such as a chain would send."""

from collections import Counter
from datetime import UTC, datetime
from itertools import islice

import orjson

from bench._live_events import SOURCE, catalogue, instant_of, tickets
from bench._sell import numbered_lines
from contracts.events import SALES
from contracts.verdict import verdict

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def test_every_event_is_valid() -> None:
    """The contract takes the catalogue and every line made ahead."""
    assert {verdict(topic, value) for topic, _, value in catalogue(NOW)} == {""}
    lines = [line.stamped(b"7-1", instant_of(NOW)) for ticket in tickets() for line in ticket]
    assert {verdict(SALES, value) for _, value in lines} == {""}


def test_lines_are_of_their_ticket_and_instant() -> None:
    """Event time is now, ids are new for each ticket, a ticket is one store's and its key names both."""
    sent = [line.stamped(ticket, instant_of(NOW)) for ticket, line in islice(numbered_lines(3), 20_000)]
    events = [orjson.loads(value) for _, value in sent]
    assert len({event["event_id"] for event in events}) == len(events)
    assert {event["event_time"] for event in events} == {"2026-03-01T12:30:15.123Z"}
    assert {event["business_date"] for event in events} == {"2026-03-01"}
    assert {event["source"] for event in events} == {SOURCE}
    keys = {
        (key.decode(), f"{event['store_id']}:{event['transaction_id']}")
        for (key, _), event in zip(sent, events, strict=True)
    }
    assert all(key == named for key, named in keys)
    lines = Counter(event["transaction_id"] for event in events[:-3])
    assert {2, 3} == set(lines.values()) - {1}
    assert len({event["store_id"] for event in events}) > 10 and len({event["product_id"] for event in events}) > 100
