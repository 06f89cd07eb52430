"""The stream follows from the configuration alone."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chains import START

from ingestion.simulation.faults import Faults
from ingestion.simulation.outbox import Outbox
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth

FAULTS = Faults(duplicate_same_id=0.02, late=0.02, corrected=0.01, pack_each=0.02, sales_spike=0.3)
RUN = Run("grocer", "tiny", 11, "test", START, FAULTS)
CLEAN = Run("grocer", "tiny", 11, "test", START, Faults())
END = START + timedelta(days=49)


def _days(run: Run, until: date | None, heard_from: date | None = None) -> dict[date, list[tuple[str, bytes, bytes]]]:
    found = {}
    for day, messages in simulate(run, until, Truth(), quiet_before=heard_from):
        found[day] = [tuple(message) for message in messages]
        if day == END:
            break
    return found


def test_same_run_same_bytes() -> None:
    """Two simulations of one run give the same messages in the same order."""
    assert _days(RUN, END) == _days(RUN, END)


def test_another_seed_is_another_history() -> None:
    """The seed matters."""
    other = Run("grocer", "tiny", 12, "test", START, FAULTS)
    assert _days(RUN, END)[END] != _days(other, END)[END]


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    """Days do not depend on how far the run goes."""
    short = _days(RUN, START + timedelta(days=20))
    assert short == {day: messages for day, messages in _days(RUN, END).items() if day in short}
    assert _days(RUN, None)[END] == _days(RUN, END)[END]


def test_quiet_days_change_nothing_that_follows() -> None:
    """A run that goes through its first days silently sends the same later on, once what was delayed has arrived."""
    quiet = _days(RUN, END, START + timedelta(days=20))
    assert not any(messages for day, messages in quiet.items() if day < START + timedelta(days=20))
    loud = _days(RUN, END)
    settled = START + timedelta(days=20 + 21)
    assert {day: quiet[day] for day in quiet if day >= settled} == {day: loud[day] for day in loud if day >= settled}


def test_catalogue_comes_first() -> None:
    """On the first day each product, place and supplier is there before anything happens to it."""
    first = _days(CLEAN, START)[START]
    other = [topic for topic, _, _ in first if topic != "catalog_events"]
    assert other == [topic for topic, _, _ in first[-len(other) :]]


def test_messages_arrive_by_event_time_on_their_own_day() -> None:
    """Without faults a day's messages are in order of event time, and all of that day in the chain's time zone."""
    for day, messages in _days(CLEAN, END).items():
        times = [datetime.fromisoformat(json.loads(value)["event_time"]) for _, _, value in messages]
        assert times == sorted(times)
        assert {time.astimezone(ZoneInfo("Europe/London")).date() for time in times} == {day}


def test_ties() -> None:
    """At one instant the catalogue comes first, then receipts, transfers, returns, sales, other stock, counts."""
    outbox = Outbox("test", START.toordinal())
    kinds = ["price", "receipt", "transfer_in", "return", "sale", "damage", "stock_count"]
    for kind in reversed(kinds):
        outbox.add(kind, 1_700_000_000_000, {})
    assert [event.event_type for event in outbox.in_order()] == kinds
