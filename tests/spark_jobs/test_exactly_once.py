"""Whatever is killed or lost on the way, every offset is in raw once with its payload, and the models say the same.

Each test ends by building the models over what the disturbance left, landing the rest, comparing raw with the log
message by message, building again, and comparing every model with one built at once over an undisturbed landing of the
same log.
"""

import shutil
import signal

import pytest
from landing_lab import Lab, Run

from local_stack.chaos.checkpoint import lose_last_commit
from local_stack.chaos.waiting import wait_until
from tests.dbt_project.warehouse_build import WarehouseBuild

pytestmark = pytest.mark.long
SMALL, OTHER = 20_000, 33_000  # events per micro-batch, so that there are many, and another cut of the same log
BACKLOG = 150_000


@pytest.fixture
def models(lab: Lab) -> WarehouseBuild:
    """The dbt project over the lab's raw tables, nothing built yet."""
    models = WarehouseBuild(lab.settings)
    models.empty()
    return models


def _same_as_undisturbed(lab: Lab, models: WarehouseBuild, **changes: object) -> None:
    """Land the rest; then raw is the log, and every model what it is without a disturbance."""
    models.dbt("run")
    lab.land(**changes)
    assert lab.raw() == lab.log()
    models.dbt("run")
    disturbed = models.hashes()
    models.empty()
    lab.forget_landing()
    lab.land()
    models.dbt("run")
    assert disturbed == models.hashes()
    assert int(lab.client.command("SELECT count() FROM core.fact_sales")) > 1_000


def _start(lab: Lab) -> Run:
    lab.produce(BACKLOG)
    return lab.start("--once", landing_max_offsets_per_trigger=SMALL)


def test_spark_killed_between_insert_and_commit(lab: Lab, models: WarehouseBuild) -> None:
    """Rows in raw without a commit are found by their offsets, though the next run cuts its batches elsewhere."""
    run = _start(lab)
    wait_until(lambda: lab.landed() > SMALL * max(1, len(lab.committed_batches())))
    run.kill()
    landed, committed = lab.landed(), SMALL * len(lab.committed_batches())
    assert committed < landed < BACKLOG, "the kill came too late to prove anything"
    shutil.rmtree(lab.checkpoint / "offsets")
    shutil.rmtree(lab.checkpoint / "commits", ignore_errors=True)
    _same_as_undisturbed(lab, models, landing_max_offsets_per_trigger=OTHER)


def test_database_killed_in_mid_run(lab: Lab, models: WarehouseBuild) -> None:
    """The batch fails, the program says so with code 1, and the next run ends what was begun."""
    run = _start(lab)
    wait_until(lambda: lab.landed() > SMALL)
    lab.service("clickhouse").kill()
    code, said = run.end()
    assert code == 1 and "ClickHouse" in said and "Traceback" not in said, said
    wait_until(lab.answers)
    assert SMALL < lab.landed() < BACKLOG
    _same_as_undisturbed(lab, models)


def test_broker_killed_in_mid_run(lab: Lab, models: WarehouseBuild) -> None:
    """The run waits for the broker to come back or fails with a sentence; either way the next one completes it."""
    run = _start(lab)
    wait_until(lambda: lab.landed() > SMALL)
    lab.service("kafka").kill()
    code, said = run.end()
    assert code == 0 or "Kafka" in said, said
    _same_as_undisturbed(lab, models)


def test_lost_commit_and_lost_checkpoint(lab: Lab, models: WarehouseBuild) -> None:
    """Without the last commit, then without any checkpoint, the log is read again and nothing is doubled."""
    lab.produce(30_000)
    lab.land(landing_max_offsets_per_trigger=OTHER)
    assert lose_last_commit(lab.checkpoint)
    lab.produce(1_000)
    _same_as_undisturbed(lab, models, landing_max_offsets_per_trigger=SMALL)
    shutil.rmtree(lab.checkpoint)
    lab.produce(1_000)
    _same_as_undisturbed(lab, models)


def test_a_run_that_was_asleep_cannot_write_after_a_newer_one_began(lab: Lab, models: WarehouseBuild) -> None:
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
    _same_as_undisturbed(lab, models)


def test_offsets_that_kafka_lost_stop_the_run(lab: Lab) -> None:
    """Messages deleted by the broker before they were landed are not passed over in silence."""
    lab.produce(2_000)
    lab.land()
    lab.produce(2_000)
    lab.delete_messages()
    code, said = lab.start("--once").end()
    assert code == 1 and "events are lost" in said, said
    assert lab.landed() == 2_000
