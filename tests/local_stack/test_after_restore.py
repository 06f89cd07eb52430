"""After a restore: streams begin at what raw holds, and what Kafka no longer has is said."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from landing_lab import Lab
from support import settings_for

from contracts.events import SALES
from contracts.settings import PROJECT, Settings, process_environment
from local_stack import stack, supervision
from local_stack.after_restore import ASIDE, gaps, set_checkpoints_aside
from spark_jobs.kafka_log import bounds
from warehouse.backup.manifest import Manifest, OffsetRange


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A stack of the module's own."""
    settings = settings_for(tmp_path_factory.mktemp("restore") / "home")
    lab = None
    try:
        lab = Lab(stack.up(settings, lambda _step: None))
        yield lab
    finally:
        if lab:
            lab.end_runs()
        supervision.stop(settings)


def _retail(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *arguments]
    environment = process_environment(settings) | {"COLUMNS": "200"}
    return subprocess.run(
        command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=240
    )


def _manifest(next_offset: int) -> Manifest:
    reached = [OffsetRange(topic=SALES, partition=0, first_offset=0, next_offset=next_offset, messages=next_offset)]
    return Manifest(
        name="b", made_at=datetime(2026, 11, 23, tzinfo=UTC), scope="all", base="", engine_version="", seconds=0,
        written_bytes=0, tables=[], views=[], offsets=reached,
    )  # fmt: skip


def test_messages_since_and_messages_lost_are_counted(lab: Lab) -> None:
    """Kafka's end minus the backup's is to be landed; what the broker has deleted beyond the backup is lost."""
    lab.empty()
    lab.produce(400)
    _, end = bounds(lab.settings)[SALES][0]
    found = {(gap.topic, gap.partition): gap for gap in gaps(lab.settings, _manifest(10))}
    assert (found[SALES, 0].to_land, found[SALES, 0].lost) == (end - 10, 0)
    lab.delete_messages()
    found = {(gap.topic, gap.partition): gap for gap in gaps(lab.settings, _manifest(10))}
    assert (found[SALES, 0].to_land, found[SALES, 0].lost) == (0, end - 10)


def test_checkpoints_are_kept_aside_once(lab: Lab) -> None:
    """What is set aside replaces what an earlier restore had set aside; where there is none nothing happens."""
    lab.empty()
    assert not set_checkpoints_aside(lab.settings)
    for number in (1, 2):
        lab.checkpoint.mkdir(parents=True)
        (lab.checkpoint / "offsets").write_text(str(number))
        assert set_checkpoints_aside(lab.settings)
    assert (lab.settings.home / ASIDE / "landing" / "offsets").read_text() == "2"
    assert not lab.checkpoint.exists()


@pytest.mark.long
def test_landing_goes_on_without_a_hole_or_a_copy(lab: Lab) -> None:
    """Backed up, more landed, raw emptied, restored, landed again: each offset of the log is in raw once."""
    lab.empty()
    lab.produce(1_000)
    lab.land()
    assert (made := _retail(lab.settings, "backup")).returncode == 0, made.stderr
    lab.produce(500)
    lab.land()
    for table in ("raw_sales_events", "raw_inventory_events"):
        lab.client.command(f"TRUNCATE TABLE raw.{table}")
    back = _retail(lab.settings, "restore", "--yes")
    assert (back.returncode, lab.landed()) == (0, 1_000), back.stderr
    assert "every hash as it was" in back.stderr and "checkpoints are set aside" in back.stderr
    lab.land()
    assert lab.raw() == lab.log()


def test_a_restore_asks_first(lab: Lab) -> None:
    """Without a terminal and without --yes nothing is done; without a backup it says how to make one."""
    assert (
        "./retail backup makes one" in _retail(lab.settings, "restore", "--from", str(lab.settings.home / "no")).stderr
    )
    assert _retail(lab.settings, "backup", "--raw-only").returncode == 0
    listed = _retail(lab.settings, "backups")
    assert (listed.returncode, "raw-only" in listed.stdout) == (0, True)
    refused = _retail(lab.settings, "restore")
    assert (refused.returncode, "--yes" in refused.stderr) == (1, True)
