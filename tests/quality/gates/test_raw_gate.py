"""The gate of what enters: green over good messages, each expectation red over its own fault."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from contracts.events import INVENTORY
from quality.gates.checkpoint import Checkpoints
from quality.gates.raw_gate import GATE, OVERLAP, Batch, next_batch, raw_suites
from quality.gates.results import result_rows
from quality.gates.verdicts import Verdict
from tests.quality.gates.raw_messages import NOW, Messages, land_history
from warehouse.create_tables import create_tables
from warehouse.written_rows import write_rows

DAY = Batch(NOW - timedelta(days=1), NOW)
HOUR = timedelta(hours=1)
NOON = NOW.replace(hour=12, minute=0) - timedelta(days=1)
# Suite, column, severity, and who does not meet it.
FAULTS = {
    "a column is gone": ("raw_schema", "found_type, contract_type", "critical", {"column": "brand"}),
    "an offset came twice": ("raw_coordinates", "repeated_offsets", "critical", {"partition": 1}),
    "an offset was left out": ("raw_coordinates", "missing_offsets", "critical", {"partition": 2}),
    "some are rejected": ("raw_messages", "rejected_share", "warning", {"topic": "inventory_events"}),
    "many are rejected": ("raw_messages", "rejected_share", "critical", {"topic": "sales_events"}),
    "a clock is ahead": ("raw_sources", "ahead_share", "warning", {"source": "ahead"}),
    "days do not fit": ("raw_sources", "misdated_share", "critical", {"source": "misdated"}),
    "the epoch": ("raw_sources", "first_year", "critical", {"source": "epoch"}),
    "a quantity like a bar code": ("raw_sources", "largest_quantity", "critical", {"source": "scanned"}),
    "a price without a point": ("raw_sources", "highest_price", "critical", {"source": "pointless"}),
    "an hour is empty": ("raw_hours", "messages, least", "warning", {"source": "gap", "hour": "2026-02-28 12:00"}),
    "an hour is full": ("raw_hours", "most, messages", "warning", {"source": "burst", "hour": "2026-02-28 12:00"}),
    "a source fell silent": ("raw_freshness", "allowed_minutes, silent_minutes", "warning", {"source": "silent"}),
}


def _verdicts(client: Client) -> list[Verdict]:
    return Checkpoints(GATE, NOW).judge(raw_suites(client, DAY))


@pytest.fixture(scope="module")
def verdicts(client: Client) -> tuple[list[Verdict], list[Verdict]]:
    """Over a steady history, and over the same with every fault."""
    messages = Messages(client)
    land_history(messages)
    clean = _verdicts(client)
    _land_faults(client, messages)
    faulty = _verdicts(client)
    create_tables(client)  # mends the column
    return clean, faulty


def _land_faults(client: Client, messages: Messages) -> None:
    client.command("ALTER TABLE raw.raw_catalog_events DROP COLUMN brand")
    messages.land(NOON, 10, partition=1, source="lanes")
    messages.land(NOON, 3, partition=1, skip=-3, source="lanes")
    messages.land(NOON, 10, partition=2, source="lanes")
    messages.land(NOON, 10, partition=2, skip=4, source="lanes")
    messages.land(NOON, 1000, seconds=1, event_type="sail")
    messages.land(NOON, 25, seconds=1, topic=INVENTORY, quantity="0", source="zero")
    messages.land(NOON, 1000, seconds=1, topic=INVENTORY, source="steady too")
    messages.land(NOON, 10, delay=-90, source="ahead")
    messages.land(NOON, 10, source="misdated", business_date="2026-02-20")
    messages.land(NOON, 1, source="epoch", event_time="1970-01-01T00:00:00Z", business_date="1970-01-01")
    messages.land(NOON, 1, source="scanned", quantity="4006381333931")
    messages.land(NOON, 1, source="pointless", unit_price="1990000")
    weeks = NOW.replace(minute=0) - timedelta(days=49)
    for source in ("gap", "burst"):
        messages.land(weeks, 48 * 24 * 50 + 12 * 50, source=source, partition=3)
        messages.land(NOON + HOUR, 11 * 50, source=source, partition=3)
    messages.land(NOON, 50 * 4, seconds=18, source="burst", partition=3)
    messages.land(NOW - timedelta(days=10), 5 * 24, seconds=3600, source="silent", partition=3)


def _of(verdicts: Sequence[Verdict], suite: str, column: str, severity: str) -> Verdict:
    [found] = [one for one in verdicts if (one.suite, one.column, one.severity) == (suite, column, severity)]
    return found


def test_good_messages_pass(verdicts: tuple[list[Verdict], list[Verdict]]) -> None:
    """A steady history meets every expectation, and each suite had something to judge."""
    clean, _ = verdicts
    assert [(one.says, one.offenders) for one in clean if not one.success] == []
    assert {one.suite for one in clean if not one.checked} == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_turns_its_expectation_red(verdicts: tuple[list[Verdict], list[Verdict]], fault: str) -> None:
    """The expectation fails, and names who did not meet it and nobody who did."""
    suite, column, severity, subject = FAULTS[fault]
    found = _of(verdicts[1], suite, column, severity)
    assert not found.success
    assert any(subject.items() <= offender.items() for offender in found.offenders), found.offenders
    assert "steady" not in {offender.get("source") for offender in found.offenders}


def test_every_expectation_was_seen_red(verdicts: tuple[list[Verdict], list[Verdict]]) -> None:
    """None but that the contracts have columns, which no message can take away."""
    seen = {fault[:3] for fault in FAULTS.values()}
    assert {(one.suite, one.column, one.severity) for one in verdicts[0]} - seen == {("raw_schema", "", "critical")}


def test_few_rejected_messages_are_no_share(client: Client) -> None:
    """Five broken messages among five more stop nothing: a small batch says little."""
    messages = Messages(client)
    long_ago = NOW - timedelta(days=3000)
    messages.land(long_ago, 5, partition=7)
    messages.land(long_ago, 5, partition=7, event_type="sail")
    batch = Batch(long_ago - HOUR, long_ago + HOUR)
    suites = [suite for suite in raw_suites(client, batch) if suite.name == "raw_messages"]
    assert all(one.success and one.checked for one in Checkpoints(GATE, NOW).judge(suites))


def test_a_batch_that_failed_comes_again(client: Client) -> None:
    """The next batch begins where the last one that passed ended, a little earlier, whatever failed since."""

    def judged(run: str, until: int, severity: str, success: bool) -> list[dict[str, Any]]:
        verdict = Verdict("s", "e", "c", "says", severity, success, 1, "", "")
        batch = Batch(NOW, NOW + until * HOUR)
        return result_rows(GATE, run, NOW + until * HOUR, [verdict], batch)

    runs = [("one", 1, "critical", True), ("two", 2, "warning", False), ("three", 3, "critical", False)]
    for run in runs:
        write_rows(client, "monitoring.quality_results", judged(*run))
    assert next_batch(client).since == NOW + 2 * HOUR - OVERLAP
    assert next_batch(client, NOW).since == NOW
