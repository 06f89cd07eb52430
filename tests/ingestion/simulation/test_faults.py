"""Faults reach the stream, leave a row of truth each, and touch nothing else."""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from chains import Heard, hear

from contracts.verdict import verdict
from ingestion.simulation.faults import MODEST, NONE, Faults, UnknownFaultError, read_faults

DAYS = 40


def _ids(heard: Heard) -> Counter[str]:
    return Counter(event["event_id"] for event in heard.events())


def _faults(heard: Heard, name: str) -> list[dict[str, Any]]:
    return [row for row in heard.rows("injected_faults") if row["fault"] == name]


@pytest.fixture(scope="module")
def clean() -> Heard:
    """The same chain without faults."""
    return hear(DAYS)


def test_no_faults_no_rows(clean: Heard) -> None:
    """A clean run has no row of truth about faults."""
    assert clean.rows("injected_faults") == []


def test_copies_under_the_same_id(clean: Heard) -> None:
    """Each row of truth is one more message with that id, byte for byte the same."""
    heard = hear(DAYS, faults=Faults(duplicate_same_id=0.02))
    rows = Counter(row["event_id"] for row in _faults(heard, "duplicate_same_id"))
    extra = Counter(message.value for message in heard.messages) - Counter(message.value for message in clean.messages)
    due_later = [row for row in _faults(heard, "duplicate_same_id") if row["business_date"] > heard.days[-3][0]]
    assert len(rows) > 20
    assert sum(rows.values()) - len(due_later) <= extra.total() <= sum(rows.values())
    assert {json.loads(value)["event_id"] for value in extra} <= set(rows)


def test_copies_under_a_new_id(clean: Heard) -> None:
    """Each row of truth names a new id whose event is the original ticket line in all but the id."""
    heard = hear(DAYS, faults=Faults(duplicate_new_id=0.05))
    by_id = {event["event_id"]: event for event in heard.events()}
    rows = _faults(heard, "duplicate_new_id")
    assert len(rows) > 20
    for row in rows:
        copy, original = by_id[row["event_id"]], by_id[row["original_event_id"]]
        assert {**copy, "event_id": 0} == {**original, "event_id": 0}
        assert copy["event_type"] in ("sale", "return")
    assert set(_ids(heard)) - set(_ids(clean)) == {row["event_id"] for row in rows}


def test_late_and_shuffled_messages_are_the_same_messages(clean: Heard) -> None:
    """Lateness and disorder change when a message arrives, never what it says."""
    heard = hear(DAYS, faults=Faults(late=0.03, out_of_order=0.05))
    late = {row["event_id"]: int(row["detail"].split()[0]) for row in _faults(heard, "late")}
    day_of = {json.loads(m.value)["event_id"]: day for day, messages in clean.days for m in messages}
    arrived = {json.loads(m.value)["event_id"]: day for day, messages in heard.days for m in messages}
    assert set(map(tuple, heard.messages)) <= set(map(tuple, clean.messages))
    assert set(day_of) - set(arrived) <= set(late)
    assert {event: (arrived[event] - day_of[event]).days for event in arrived if arrived[event] != day_of[event]} == {
        event: days for event, days in late.items() if event in arrived
    }
    assert len(late) > 20
    assert len(_faults(heard, "out_of_order")) > 20


def test_malformed_copies_break_a_rule_and_the_good_ones_stay(clean: Heard) -> None:
    """What is quarantined is one damaged copy per row of truth; every good message is there."""
    heard = hear(DAYS, faults=Faults(malformed=0.02))
    bad = [message for message in heard.messages if verdict(message.topic, message.value)]
    assert len(bad) == len(_faults(heard, "malformed")) > 20
    good = [message for message in heard.messages if not verdict(message.topic, message.value)]
    assert sorted(good) == sorted(clean.messages)


def test_corrections_give_back_the_true_event(clean: Heard) -> None:
    """With each corrected event replaced by its correction the stream says what the clean one says."""
    heard = hear(DAYS, faults=Faults(corrected=0.04))
    events = heard.events()
    replaced = {event["corrects_event_id"]: event for event in events if "corrects_event_id" in event}
    truth = {event["event_id"]: event for event in clean.events()}
    assert len(replaced) > 20
    for event in events:
        if event["event_id"] in replaced:
            name = "unit_price" if event["event_type"] == "sale" else "quantity"
            right = replaced[event["event_id"]]
            assert Decimal(event[name]) == 10 * Decimal(right[name])
            right = {name: value for name, value in right.items() if name != "corrects_event_id"}
            assert {**right, "event_id": event["event_id"]} == truth[event["event_id"]]
    assert {row["original_event_id"] for row in _faults(heard, "corrected")} >= set(replaced)


def test_missing_day_keeps_its_control_totals(clean: Heard) -> None:
    """A missing store day has no ticket lines; its control totals tell of them."""
    heard = hear(DAYS, faults=Faults(missing_day=0.2))
    rows = _faults(heard, "missing_day")
    lines = Counter((e["store_id"], e["business_date"]) for e in heard.events("sale", "return", "void"))
    closed = {(e["store_id"], e["business_date"]): e for e in heard.events("store_day_closed")}
    assert rows
    for row in rows:
        day = row["location_id"], row["business_date"].isoformat()
        assert lines[day] == 0
        assert day not in closed or closed[day]["ticket_count"] >= 0
    kept = sum(lines.values())
    assert kept < sum(1 for _ in clean.events("sale", "return", "void"))


def test_late_day_arrives_two_days_later(clean: Heard) -> None:
    """Every ticket of a late store day comes two days after the others."""
    heard = hear(DAYS, faults=Faults(late_day=0.2))
    late = {(row["location_id"], row["business_date"]) for row in _faults(heard, "late_day")}
    assert late
    for day, messages in heard.days:
        for event in (json.loads(m.value) for m in messages if m.topic == "sales_events"):
            own = date.fromisoformat(event["business_date"])
            expected = 2 if (event["store_id"], own) in late and event["event_type"] != "store_day_closed" else 0
            assert (day - own).days == expected


def test_clock_is_an_hour_off(clean: Heard) -> None:
    """The lines of a till whose clock is off differ from the clean ones by exactly an hour, and by nothing else."""
    heard = hear(DAYS, faults=Faults(clock_off=0.3))
    true = {event["event_id"]: event for event in clean.events()}
    off = {row["event_id"] for row in _faults(heard, "clock_off")}
    assert len(off) > 10
    for event in heard.events():
        own = true[event["event_id"]]
        shift = datetime.fromisoformat(event["event_time"]) - datetime.fromisoformat(own["event_time"])
        assert abs(shift) == (timedelta(hours=1) if event["event_id"] in off else timedelta(0))
        assert {**event, "event_time": 0} == {**own, "event_time": 0}


def test_back_dated_cost_is_valid_before_it_is_known() -> None:
    """The new cost's event arrives on the day of the row, and is valid since ten to forty days."""
    heard = hear(DAYS, faults=Faults(back_dated_cost=0.3))
    rows = _faults(heard, "back_dated_cost")
    assert len(rows) > 3
    for row in rows:
        weeks = (
            timedelta(days=10) - timedelta(hours=1) <= row["ends_at"] - row["starts_at"] <= timedelta(days=40, hours=1)
        )
        assert weeks or row["starts_at"].date() == heard.days[0][0]
        terms = [
            event
            for event in heard.events("supplier_product")
            if event["product_id"] == row["product_id"]
            and datetime.fromisoformat(event["event_time"]) == row["ends_at"].replace(tzinfo=UTC)
        ]
        assert [datetime.fromisoformat(event["valid_from"]) for event in terms] == [
            row["starts_at"].replace(tzinfo=UTC)
        ]


def test_receipts_booked_in_packs() -> None:
    """A receipt booked in packs is short of what came by what the hidden movement says."""
    heard = hear(DAYS, faults=Faults(pack_each=0.3))
    rows = _faults(heard, "pack_each")
    missing = [row["quantity"] for row in heard.rows("hidden_movements") if row["kind"] == "pack_each"]
    told = [row["detail"].split(": ")[1].split(" for ") for row in rows]
    assert [int(units) - int(packs) for packs, units in told] == missing
    assert len(missing) > 3


@pytest.mark.parametrize("kind", ["sales_spike", "sales_drop", "silent_store"])
def test_anomalies_of_trade_show_in_their_window(clean: Heard, kind: str) -> None:
    """In the windows of an anomaly the lines sold are clearly more, or fewer, than in the same chain without it."""
    heard = hear(DAYS, faults=Faults(**{kind: 0.5}))
    rows = _faults(heard, kind)
    assert len(rows) > 10
    with_it, without = (sum(_lines_within(run, row) for row in rows) for run in (heard, clean))
    if kind == "sales_spike":
        assert with_it > 1.5 * without
    elif kind == "sales_drop":
        assert with_it < 0.6 * without
    else:
        assert with_it == 0 < without


def _lines_within(heard: Heard, row: dict[str, Any]) -> int:
    category = {event["product_id"]: event.get("category") for event in heard.events("product")}
    begins, ends = (row[name].strftime("%Y-%m-%dT%H:%M") for name in ("starts_at", "ends_at"))
    return sum(
        begins <= event["event_time"] < ends and row["category"] in ("", category[event["product_id"]])
        for event in heard.events("sale")
        if event["store_id"] == row["location_id"] and event["line_type"] == "merchandise"
    )


def test_refund_burst() -> None:
    """A burst is a dozen or more unreferenced refunds in its store within its window."""
    heard = hear(DAYS, faults=Faults(refund_burst=0.2))
    for row in _faults(heard, "refund_burst"):
        begins, ends = (row[name].strftime("%Y-%m-%dT%H:%M") for name in ("starts_at", "ends_at"))
        refunds = [
            event
            for event in heard.events("return")
            if event["store_id"] == row["location_id"] and begins <= event["event_time"] < ends
        ]
        assert sum(event["reason"] == "unreferenced" for event in refunds) >= 12


def test_price_outlier() -> None:
    """In the store and on the day of a slipped price its product costs ten times as much, and nowhere else."""
    heard = hear(DAYS, faults=Faults(price_outlier=0.6))
    struck = {
        (r["location_id"], r["product_id"], r["business_date"].isoformat()) for r in _faults(heard, "price_outlier")
    }
    seen = defaultdict(set)
    for event in heard.events("sale"):
        dear = Decimal(event["unit_price"]) > 2 * Decimal(event["regular_price"])
        seen[dear].add((event["store_id"], event["product_id"], event["business_date"]))
    assert seen[True]
    assert seen[True] <= struck
    assert not seen[False] & struck


def test_reading_faults() -> None:
    """Names, rates and presets are read; anything else is explained."""
    assert read_faults("none") == NONE
    assert read_faults("modest") == MODEST
    assert read_faults("late=0.5, malformed") == Faults(late=0.5, malformed=0.01)
    assert all(rate > 0 for rate in vars(read_faults("all")).values())
    for wrong in ("lat", "late=2", "late=x", ""):
        with pytest.raises(UnknownFaultError, match="duplicate_same_id"):
            read_faults(wrong)
