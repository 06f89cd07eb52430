"""What raw lacks of a range of Kafka is landed again, each offset once, and nothing else is touched."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from landing_lab import Lab

from contracts.events import CATALOG, INVENTORY, SALES
from contracts.problems import Problem
from contracts.settings import load_settings
from contracts.tables import RAW_TABLES
from spark_jobs import backfill_events
from spark_jobs.backfill_ranges import end_of, instant, named_ranges
from spark_jobs.batch_progress import Span

HELD = {SALES: {0: (5, 20), 1: (0, 0)}, INVENTORY: {0: (0, 7)}, CATALOG: {0: (0, 3)}}


def _backfill(lab: Lab, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr(backfill_events, "load_settings", lambda: lab.settings)
    capfd.readouterr()
    code = backfill_events.main(arguments)
    said = capfd.readouterr().err
    assert code == 0, said
    return said


def _yesterday() -> str:
    return f"{datetime.now(UTC) - timedelta(days=1):%F}"


def test_only_what_raw_lacks_is_landed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of everything, into empty tables; of everything again, nothing; then exactly the rows that were deleted."""
    lab.produce(3_000)
    assert "messages were missing and are landed now" in _backfill(lab, monkeypatch, capfd, "--from", _yesterday())
    assert lab.raw() == lab.log()
    said = _backfill(lab, monkeypatch, capfd, "--from", _yesterday())
    assert said.count("raw has all") == 3
    sales = f"{RAW_TABLES[SALES]} DELETE WHERE _partition = 0 AND _offset % 3 = 0 AND _offset < 100"
    lab.client.command(f"ALTER TABLE {sales}", settings={"mutations_sync": 1})
    said = _backfill(lab, monkeypatch, capfd, "--offsets", f"{SALES}:0:10-50")
    assert "sales_events: 13 of 41 messages were missing and are landed now." in said
    assert lab.landed() == 3_000 - (34 - 13)
    _backfill(lab, monkeypatch, capfd, "--to", f"{datetime.now(UTC):%F}")
    assert lab.raw() == lab.log()
    assert lab.open_doors() == set()


def test_dates_are_those_of_arrival(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """From an instant on what arrived since, before it what arrived until then, and of tomorrow nothing."""
    lab.produce(500)
    before = len(lab.log())
    time.sleep(0.02)  # append times have milliseconds
    middle = datetime.now(UTC).isoformat()
    lab.produce(200)
    _backfill(lab, monkeypatch, capfd, "--from", middle)
    assert lab.landed() == 200
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%F}"
    assert "Nothing arrived in that time." in _backfill(lab, monkeypatch, capfd, "--from", tomorrow)
    _backfill(lab, monkeypatch, capfd, "--to", middle)
    assert (before, lab.raw()) == (500, lab.log())


def test_a_stopped_database_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Without ClickHouse it says where it looked and what to do."""
    monkeypatch.setenv("CLICKHOUSE_PORT", "1")
    load_settings.cache_clear()
    assert backfill_events.main(["--from", "2026-01-01"]) == 1
    load_settings.cache_clear()
    assert "retail up" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--from", "2026-01-01", "--offsets", "t:0:1-2"], ["--from", "spring"]])
def test_one_way_of_saying_a_range(arguments: list[str]) -> None:
    """Dates or offsets, one of the two."""
    with pytest.raises(SystemExit):
        backfill_events.main(arguments)


def test_a_date_is_a_whole_day_in_utc() -> None:
    """From its midnight to the next; an instant is itself."""
    assert instant("2026-01-31") == datetime(2026, 1, 31, tzinfo=UTC)
    assert end_of("2026-01-31") == datetime(2026, 2, 1, tzinfo=UTC)
    assert end_of("2026-01-31T10:00:00+01:00") == datetime(2026, 1, 31, 9, tzinfo=UTC)


def test_offsets_are_named_with_their_last() -> None:
    """First and last are both of the range."""
    assert named_ranges([f"{SALES}:0:5-19", f"{CATALOG}:0:1-1"], HELD) == [
        Span(SALES, 0, 5, 20),
        Span(CATALOG, 0, 1, 2),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sales_events:0", "is no range of offsets"),
        ("sale_events:0:1-2", "is no range of offsets"),
        (f"{SALES}:2:1-2", "has no partition 2"),
        (f"{SALES}:0:4-9", "holds the offsets 5 to 19"),
        (f"{SALES}:0:5-20", "holds the offsets 5 to 19"),
        (f"{SALES}:0:9-8", "holds the offsets 5 to 19"),
    ],
)
def test_a_wrong_range_is_a_sentence(text: str, says: str) -> None:
    """What Kafka does not have is not read in silence."""
    with pytest.raises(Problem, match=says):
        named_ranges([text], HELD)
