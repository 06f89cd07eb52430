"""A producer far faster than the job costs lag, not memory; an empty topic costs nothing."""

import contextlib
import signal
import sys
import time

import psutil
import pytest
from landing_lab import Lab, wait_until

from contracts.tables import STREAM_LAG, STREAM_LATENCY, STREAM_PROGRESS

pytestmark = pytest.mark.long
AT_ONCE, BATCH = 150_000, 10_000  # events that come at once; events of a batch, of which there is one every 2 s at most
QUIET_S, QUIET_CPU_S = 20, 6.0
MORE_MB = 300  # in the second half of the flood than in the first, garbage not yet collected


def _tree(pid: int) -> list[psutil.Process]:
    program = psutil.Process(pid)
    return [program, *program.children(recursive=True)]


def _megabytes(pid: int) -> float:
    """Of the program, its JVM and its Python workers, pages that they share counted once."""
    held = 0.0
    for process in _tree(pid):
        with contextlib.suppress(psutil.Error):  # a worker may end at any time
            full = process.memory_full_info()
            held += getattr(full, "pss", full.uss)
    return held / 1e6


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
    first, second = max(held[: len(held) // 2]), max(held[len(held) // 2 :])
    with capsys.disabled():
        sys.stdout.write(
            f"\nmemory, MB: {held[0]:,.0f} before, {first:,.0f} in the first half, {second:,.0f} in the second;"
            f" highest lag seen {highest:,}; {quiet:.1f} CPU seconds in {QUIET_S} quiet ones\n"
        )
    assert code == 0, said
    assert lab.raw() == lab.log()
    assert highest > AT_ONCE / 2
    assert second < first + MORE_MB
    assert quiet < QUIET_CPU_S
    largest = lab.client.command(f"SELECT max(input_rows) FROM {STREAM_PROGRESS}")
    assert largest <= BATCH
