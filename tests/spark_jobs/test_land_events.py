"""Landing: what Kafka holds is in raw, each offset once, and the program says what it did or why it could not."""

import signal

import pytest
from landing_lab import Lab
from support import settings_for

from contracts.settings import Settings
from local_stack.chaos.waiting import wait_until
from spark_jobs.land_events import land


def test_every_message_is_in_raw_once_with_its_payload(lab: Lab) -> None:
    """Texts, bytes, empty values and tombstones of all topics arrive; what comes later is added, nothing doubled."""
    lab.produce(3_000)
    first = lab.land()
    lab.produce(500)
    assert not lab.has_caught_up()
    second = lab.land()
    assert lab.has_caught_up()
    assert lab.raw() == lab.log()
    assert "Landed 3,000 events" in first
    assert "Landed 500 events" in second


@pytest.mark.long
def test_landing_goes_on_until_it_is_told_to_stop(lab: Lab) -> None:
    """Without --once new messages are landed as they come, and SIGTERM ends the program with code 0."""
    lab.produce(1_000)
    run = lab.start()
    wait_until(lambda: lab.landed() == 1_000)
    lab.produce(1_000)
    wait_until(lambda: lab.landed() == 2_000)
    run.process.send_signal(signal.SIGTERM)
    code, said = run.end()
    assert (code, lab.raw()) == (0, lab.log()), said
    assert lab.client.command("SELECT count() FROM system.tables WHERE database = 'raw' AND engine = 'Null'") == 0


def test_a_stopped_database_is_a_sentence(tmp_path) -> None:
    """Without ClickHouse the program says where it looked and what to do."""
    with pytest.raises(Exception, match=r"ClickHouse at 127\.0\.0\.1:\d+ does not answer.*retail up"):
        land(settings_for(tmp_path), once=True)


def test_a_stopped_broker_is_a_sentence(running_stack: Settings, tmp_path) -> None:
    """Without Kafka the program says where it looked and what to do."""
    nobody = settings_for(tmp_path).kafka_port
    with pytest.raises(Exception, match=rf"Kafka at 127\.0\.0\.1:{nobody} does not answer.*retail up"):
        land(running_stack.model_copy(update={"kafka_port": nobody}), once=True)
