"""Checkpoints by generation, and drift between a state and its seed."""

import json
from datetime import UTC, datetime
from pathlib import Path

from spark_jobs.stock import generations
from spark_jobs.stock.drift import drift_lines
from spark_jobs.stock.generations import Generation, begin, current
from spark_jobs.stock.seed import Seed

OFFSETS = {"sales_events": {0: 5, 1: 7}, "inventory_events": {0: 2}}


def committed(generation: Generation, batch: int, sales: int) -> None:
    """As Spark leaves it after a batch."""
    for folder, text in (("offsets", json.dumps({"sales_events": {"0": sales}})), ("commits", "v1\n{}")):
        (generation.checkpoint / folder).mkdir(parents=True, exist_ok=True)
        (generation.checkpoint / folder / str(batch)).write_text(f"v1\n{{}}\n{text}")


def test_a_seed_that_no_batch_took_in_is_made_again(tmp_path: Path) -> None:
    """Without a commit it is in no checkpoint."""
    begun = begin(tmp_path, OFFSETS, "build 1")
    assert current(tmp_path) is None
    committed(begun, 0, 6)
    assert current(tmp_path) == begun


def test_the_offsets_reached_are_those_of_the_last_commit(tmp_path: Path) -> None:
    """Batch 2 was planned and not committed; before any commit the seed's count."""
    begun = begin(tmp_path, OFFSETS, "build 1")
    assert begun.reached() == OFFSETS
    committed(begun, 1, 9)
    (begun.checkpoint / "offsets" / "2").write_text('v1\n{}\n{"sales_events":{"0":12}}')
    assert begun.reached() == {"sales_events": {0: 9}}


def test_the_last_generation_counts_and_old_ones_go(tmp_path: Path) -> None:
    """Two are kept."""
    for number in range(4):
        committed(begin(tmp_path, OFFSETS, f"build {number}"), 0, number)
    assert current(tmp_path).build == "build 3"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "4"]


def test_state_of_another_version_is_seeded_anew(tmp_path: Path, monkeypatch) -> None:
    """What the code no longer understands it does not read."""
    committed(begin(tmp_path, OFFSETS, "build 1"), 0, 6)
    monkeypatch.setattr(generations, "STATE_VERSION", -1)
    assert current(tmp_path) is None


def test_drift_is_counted_by_pair_and_unit() -> None:
    """P: 4 told, 7 known; Q: as told; R: told and unknown; of a source without a seed nothing is said."""
    seed = Seed(OFFSETS, "build 1")
    for product, units in {"P": 7, "Q": 2}.items():
        stock = seed.stock("s", "S1", product)
        stock.is_tracked, stock.on_hand = True, units * 1000
    told = {("s", "S1", "P"): 4000, ("s", "S1", "Q"): 2000, ("s", "S1", "R"): 1500, ("dead", "S1", "P"): 9000}
    ((_, line),) = drift_lines(told, seed, datetime(2026, 3, 1, tzinfo=UTC))
    assert json.loads(line) == {
        "source": "s", "passed_at": "2026-03-01 00:00:00.000", "build": "build 1", "pairs": 3, "drifted_pairs": 2,
        "drifted_units": "4.500", "examples": "S1 P -3, S1 R +1.5",
    }  # fmt: skip
