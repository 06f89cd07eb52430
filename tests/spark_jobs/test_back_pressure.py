"""A producer far faster than the job costs lag, not memory; an empty topic costs nothing."""

import signal
import sys
import time

import psutil
import pytest
from landing_lab import Lab, wait_until

from contracts.tables import STREAM_LAG, STREAM_LATENCY, STREAM_PROGRESS

pytestmark = pytest.mark.long
AT_ONCE, BATCH = 200_000, 10_000  # events that come at once; events of a batch, of which there is one every 2 s at most
QUIET_S, QUIET_CPU_S = 20, 6.0
MORE_MB = 400


def _tree(pid: int) -> list[psutil.Process]:
    program = psutil.Process(pid)
    return [program, *program.children(recursive=True)]


def _megabytes(pid: int) -> float:
    return sum(process.memory_info().rss for process in _tree(pid) if process.is_running()) / 1e6


def _cpu_seconds(pid: int) -> float:
    times = [process.cpu_times() for process in _tree(pid)]
    return sum(time.user + time.system for time in times)


def test_a_flood_is_worked_off_in_bounded_memory(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """Lag is seen to rise to the flood and fall to nothing; memory stays; afterwards the program is all but idle."""
    for table in (STREAM_LAG, STREAM_PROGRESS, STREAM_LATENCY):
        lab.client.command(f"TRUNCATE TABLE {table}")
    lab.produce(BATCH)
    run = lab.start(landing_max_offsets_per_trigger=BATCH)
    wait_until(lambda: lab.landed() == BATCH, 300)
    lab.produce(AT_ONCE)
    held: list[float] = []

    def worked_off() -> bool:
        held.append(_megabytes(run.process.pid))
        time.sleep(0.5)
        return lab.landed() == BATCH + AT_ONCE

    wait_until(worked_off, 500)
    lag = "SELECT max(lag) FROM (SELECT sum(lag) AS lag FROM {} WHERE seen_at > now() - {} GROUP BY seen_at)"
    wait_until(lambda: lab.client.command(lag.format(STREAM_LAG, 12)) == 0, 60)
    highest = lab.client.command(lag.format(STREAM_LAG, 3600))
    time.sleep(5)  # what the last batch left to do
    before = _cpu_seconds(run.process.pid)
    time.sleep(QUIET_S)
    quiet = _cpu_seconds(run.process.pid) - before
    run.process.send_signal(signal.SIGTERM)
    code, said = run.end()
    quarter = held[len(held) // 4]
    with capsys.disabled():
        sys.stdout.write(
            f"\nmemory MB: {quarter:,.0f} after a quarter, {max(held):,.0f} at most, {held[-1]:,.0f} at the end;"
            f" highest lag seen {highest:,}; {quiet:.1f} CPU seconds in {QUIET_S} quiet ones\n"
        )
    assert code == 0, said
    assert lab.raw() == lab.log()
    assert highest > AT_ONCE / 2
    assert max(held) < quarter + MORE_MB
    assert quiet < QUIET_CPU_S
    largest = lab.client.command(f"SELECT max(input_rows) FROM {STREAM_PROGRESS}")
    assert largest <= BATCH
