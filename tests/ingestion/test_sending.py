"""A history is sent once, however often and with however many interruptions it is asked for."""

import itertools
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion.journal import read_journal, truth_folder
from ingestion.sending import AnotherRunHeldError, Sender
from ingestion.simulation.faults import Faults
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth
from warehouse.truth_tables import TRUTH_COLUMNS

START = date(2025, 1, 20)
RUN = Run("grocer", "tiny", 5, "shop", START, Faults(late=0.05, duplicate_same_id=0.02))
UNTIL = START + timedelta(days=44)


class Topics:
    """Holds what was sent and flushed, as a broker does."""

    def __init__(self) -> None:
        self.held: list[tuple[str, bytes, bytes]] = []
        self._sent: list[tuple[str, bytes, bytes]] = []

    def send(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Take messages."""
        self._sent.extend(tuple(record) for record in records)

    def flush(self) -> None:
        """Hold them."""
        self.held += self._sent
        self._sent = []


@lru_cache
def _expected(until: date = UNTIL, run: Run = RUN) -> list[tuple[str, bytes, bytes]]:
    return [tuple(message) for _, messages in simulate(run, until, Truth()) for message in messages]


def _after(calls: int) -> Callable[[], bool]:
    count = itertools.count(1)
    return lambda: next(count) > calls


def _truth(home: Path) -> dict[str, list[object]]:
    files = truth_folder(home, "shop")
    return {
        table: [
            row for path in sorted(files.glob(f"{table}-????-??.parquet")) for row in pq.read_table(path).to_pylist()
        ]
        for table in TRUTH_COLUMNS
    }


def test_second_run_sends_nothing(tmp_path: Path) -> None:
    """A history that is there is not sent again."""
    topics = Topics()
    Sender(tmp_path, RUN, topics).history(UNTIL)
    Sender(tmp_path, RUN, topics).history(UNTIL)
    assert topics.held == _expected()


@pytest.mark.parametrize("days", [0, 1, 12, 30])
def test_interrupted_run_goes_on_where_it_stopped(tmp_path: Path, days: int) -> None:
    """Stopped after some days and started again, the topics and the truth are those of an undisturbed run."""
    topics = Topics()
    Sender(tmp_path, RUN, topics, _after(days)).history(UNTIL)
    assert topics.held == (_expected(START + timedelta(days=days - 1)) if days else [])
    Sender(tmp_path, RUN, topics).history(UNTIL)
    assert topics.held == _expected()
    undisturbed = tmp_path / "undisturbed"
    Sender(undisturbed, RUN, Topics()).history(UNTIL)
    assert _truth(tmp_path) == _truth(undisturbed)
    assert len(_truth(tmp_path)["demand"]) > 1000


@pytest.mark.parametrize("steps", [0, 5, 11, 12])
def test_stopping_before_anything_is_sent_loses_no_truth(tmp_path: Path, steps: int) -> None:
    """A second run that is stopped while it catches up leaves journal and truth as they were."""
    topics = Topics()
    Sender(tmp_path, RUN, topics).history(START + timedelta(days=11))
    before = _truth(tmp_path), read_journal(tmp_path, "shop"), list(topics.held)
    Sender(tmp_path, RUN, topics, _after(steps)).history(UNTIL)
    assert (_truth(tmp_path), read_journal(tmp_path, "shop"), topics.held) == before


def test_a_later_end_extends_the_history(tmp_path: Path) -> None:
    """A later `until` sends the days between and nothing else."""
    topics = Topics()
    Sender(tmp_path, RUN, topics).history(START + timedelta(days=11))
    Sender(tmp_path, RUN, topics).history(UNTIL)
    assert topics.held == _expected()


def test_life_goes_on_where_the_history_ends(tmp_path: Path) -> None:
    """Live messages are the next days' of the same history; stopped in mid-day, the rest of the day follows later."""
    topics = Topics()
    first = START + timedelta(days=2)
    Sender(tmp_path, RUN, topics).history(first)
    Sender(tmp_path, RUN, topics, _after(8)).live(100)  # three days made again, then into the fourth
    part = len(topics.held)
    entry = read_journal(tmp_path, "shop")
    assert entry.last_day == first.isoformat()
    assert entry.ahead == part - len(_expected(first)) > 0
    Sender(tmp_path, RUN, topics).history(UNTIL)
    assert topics.held == _expected()


def test_history_and_life_in_one_go(tmp_path: Path) -> None:
    """A sender that has sent a history lives on from there, and the truth of the month stays whole."""
    topics, clock = Topics(), time.monotonic
    sender = Sender(tmp_path, RUN, topics)
    sender.history(START + timedelta(days=3))
    ends = clock() + 2
    sender.stopped = lambda: clock() > ends
    sender.live(400)
    assert len(topics.held) > len(_expected(START + timedelta(days=4)))
    assert topics.held == _expected()[: len(topics.held)]
    assert {row["business_date"] for row in _truth(tmp_path)["demand"]} >= {START, START + timedelta(days=4)}


def test_killed_run_repeats_what_the_journal_does_not_know(tmp_path: Path) -> None:
    """After a kill between two entries of the journal the days since come again, byte for byte."""
    topics = Topics()
    sender = Sender(tmp_path, RUN, topics)
    sender.on_day = lambda day, _sent: _die() if day == date(2025, 2, 10) else None
    with pytest.raises(KeyboardInterrupt):
        sender.history(UNTIL)
    topics.flush()
    Sender(tmp_path, RUN, topics).history(UNTIL)
    assert set(topics.held) == set(_expected())
    assert read_journal(tmp_path, "shop").last_day == UNTIL.isoformat()


def _die() -> None:
    raise KeyboardInterrupt


def test_another_configuration_is_refused(tmp_path: Path) -> None:
    """One source is one run."""
    Sender(tmp_path, RUN, Topics()).history(START)
    with pytest.raises(AnotherRunHeldError, match="begun with seed 5, not 6"):
        Sender(tmp_path, replace(RUN, seed=6), Topics())


def test_a_changed_program_is_noticed(tmp_path: Path) -> None:
    """A program that would make the last day held differently does not go on."""
    Sender(tmp_path, RUN, Topics()).history(START + timedelta(days=5))
    journal = tmp_path / "simulation" / "shop.json"
    entry = json.loads(journal.read_text())
    journal.write_text(json.dumps({**entry, "digest": "0" * 32}))
    topics = Topics()
    with pytest.raises(AnotherRunHeldError, match="it has changed"):
        Sender(tmp_path, RUN, topics).history(UNTIL)
    topics.flush()
    assert topics.held == []


def test_rate_of_life(tmp_path: Path) -> None:
    """Live messages keep the pace asked for."""
    topics, begun = Topics(), time.monotonic()
    Sender(tmp_path, RUN, topics, lambda: time.monotonic() - begun > 3).live(200)
    seconds = time.monotonic() - begun
    assert 0.5 * 200 * seconds < len(topics.held) < 1.2 * 200 * seconds
