"""Whatever is killed or lost on the way, every offset is in raw once with its payload.

Each test ends by landing what is left, undisturbed, and comparing raw with the log message by message.
"""

import shutil
import signal

import pytest
from landing_lab import Lab, Run, wait_until

pytestmark = pytest.mark.long
SMALL, OTHER = 20_000, 33_000  # events per micro-batch, so that there are many, and another cut of the same log
BACKLOG = 150_000


def _same_as_undisturbed(lab: Lab, **changes: object) -> None:
    """Land the rest; then raw is the log. (What models make of raw can be compared here too.)"""
    lab.land(**changes)
    assert lab.raw() == lab.log()


def _start(lab: Lab) -> Run:
    lab.produce(BACKLOG)
    return lab.start("--once", landing_max_offsets_per_trigger=SMALL)


def test_spark_killed_between_insert_and_commit(lab: Lab) -> None:
    """Rows in raw without a commit are found by their offsets, though the next run cuts its batches elsewhere."""
    run = _start(lab)
    wait_until(lambda: lab.landed() > SMALL * max(1, len(lab.committed_batches())))
    run.kill()
    landed, committed = lab.landed(), SMALL * len(lab.committed_batches())
    assert committed < landed < BACKLOG, "the kill came too late to prove anything"
    shutil.rmtree(lab.checkpoint / "offsets")
    shutil.rmtree(lab.checkpoint / "commits", ignore_errors=True)
    _same_as_undisturbed(lab, landing_max_offsets_per_trigger=OTHER)


def test_database_killed_in_mid_run(lab: Lab) -> None:
    """The batch fails, the program says so with code 1, and the next run ends what was begun."""
    run = _start(lab)
    wait_until(lambda: lab.landed() > SMALL)
    lab.service("clickhouse").kill()
    code, said = run.end()
    assert code == 1 and "ClickHouse" in said and "Traceback" not in said, said
    wait_until(lab.answers)
    assert SMALL < lab.landed() < BACKLOG
    _same_as_undisturbed(lab)


def test_broker_killed_in_mid_run(lab: Lab) -> None:
    """The run waits for the broker to come back or fails with a sentence; either way the next one completes it."""
    run = _start(lab)
    wait_until(lambda: lab.landed() > SMALL)
    lab.service("kafka").kill()
    code, said = run.end()
    assert code == 0 or "Kafka" in said, said
    _same_as_undisturbed(lab)


def test_lost_commit_and_lost_checkpoint(lab: Lab) -> None:
    """Without the last commit, then without any checkpoint, the log is read again and nothing is doubled."""
    lab.produce(30_000, seed=1)
    lab.land(landing_max_offsets_per_trigger=OTHER)
    last = lab.committed_batches()[-1]
    last.unlink()
    last.with_name(f".{last.name}.crc").unlink(missing_ok=True)
    lab.produce(1_000, seed=2)
    _same_as_undisturbed(lab, landing_max_offsets_per_trigger=SMALL)
    shutil.rmtree(lab.checkpoint)
    lab.produce(1_000, seed=3)
    _same_as_undisturbed(lab)


def test_a_run_that_was_asleep_cannot_write_after_a_newer_one_began(lab: Lab) -> None:
    """A stopped run that wakes up finds its doors shut and ends with a sentence; the newer run is not disturbed."""
    old = _start(lab)
    wait_until(lambda: lab.landed() > SMALL)
    old.signal(signal.SIGSTOP)
    before = lab.open_doors()
    shutil.rmtree(lab.checkpoint)  # so that Spark's own files cannot be what keeps the two apart
    new = lab.start("--once", landing_max_offsets_per_trigger=OTHER)
    wait_until(lambda: not before & lab.open_doors())
    old.signal(signal.SIGCONT)
    code, said = old.end()
    assert code == 1 and "newer landing run" in said, said
    code, said = new.end()
    assert code == 0, said
    _same_as_undisturbed(lab)


def test_offsets_that_kafka_lost_stop_the_run(lab: Lab) -> None:
    """Messages deleted by the broker before they were landed are not passed over in silence."""
    lab.produce(2_000, seed=1)
    lab.land()
    lab.produce(2_000, seed=2)
    lab.delete_messages()
    code, said = lab.start("--once").end()
    assert code == 1 and "events are lost" in said, said
    assert lab.landed() == 2_000
