"""Events per second from Kafka to raw, beside a plain consumer and beside reading alone.

`python -m bench.landing` brings up a stack of its own, takes three to four minutes on two idle cores and cleans up.
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass

from bench._events import Maker, fill, sale, void
from bench._memory import Peaks, watched
from bench._stack import own_stack, start
from contracts.events import SALES
from contracts.settings import Settings, load_settings
from contracts.tables import RAW_TABLES, STREAM_PROGRESS
from warehouse.client import connect

EVENTS = 2_000_000
BATCHES = 4  # at least: the first is warming up and does not count


@dataclass(frozen=True)
class Landing:
    """One run of `land --once` over a topic."""

    steady: float
    with_start: float
    peaks: Peaks


def steady_rate(batches: list[tuple[int, float]]) -> float:
    """Events/s of (events, seconds) per micro-batch, the first left out where there are others."""
    busy = [batch for batch in batches if batch[0]]
    warm = busy[1:] or busy
    return sum(events for events, _ in warm) / sum(seconds for _, seconds in warm)


def land(settings: Settings, count: int) -> Landing:
    """Land everything with Spark, exactly-once on."""
    started = time.perf_counter()
    process = start(settings, "spark_jobs.land_events", "--once")
    with watched(settings, process.pid, "Spark's driver program") as peaks:
        code = process.wait()
    seconds = time.perf_counter() - started
    client = connect(settings)
    landed = int(client.command(f"SELECT uniqExact(_partition, _offset) FROM {RAW_TABLES[SALES]} WHERE _error = ''"))
    if code or landed != count:
        sys.exit(f"landing ended with code {code} and {landed:,} of {count:,} events")
    batches = client.query(
        f"SELECT input_rows, batch_seconds FROM {STREAM_PROGRESS} FINAL WHERE stream = 'landing' ORDER BY batch_id"
    ).result_rows
    return Landing(steady_rate(batches), count / seconds, peaks)


def printed_rate(settings: Settings, module: str, *arguments: str) -> float:
    """The rate a program of the benchmark prints."""
    said, _ = start(settings, module, *arguments).communicate()
    return float(said.split()[-1])


def measure(make: Maker, count: int) -> None:
    """All measurements over one log."""
    limit = min(load_settings().landing_max_offsets_per_trigger, count // BATCHES)
    with own_stack(landing_max_offsets_per_trigger=limit) as settings:
        size = fill(settings, make, count)
        print(f"\n{count:,} events of {size:.0f} bytes ({make.__name__}), at most {limit:,} per batch")
        landing = land(settings, count)
        into_raw = printed_rate(settings, "bench._plain", str(count), "raw")
        into_typed = printed_rate(settings, "bench._plain", str(count), "typed")
        plain_reading = printed_rate(settings, "bench._plain", str(count), "none")
        spark_reading = printed_rate(settings, "bench._spark_reading")
    rows = [
        ("Spark to raw, exactly once, steady state", landing.steady),
        ("Spark to raw, exactly once, with start and end", landing.with_start),
        ("(a) plain consumer, JSONEachRow into a table like raw", into_raw),
        ("(a') plain consumer, JSONEachRow into typed columns, no payload, no verdict", into_typed),
        ("(b) Spark, reading alone", spark_reading),
        ("(b') plain consumer, reading alone", plain_reading),
    ]
    for name, rate in rows:
        print(f"{rate:12,.0f} events/s  {landing.steady / rate:5.2f}  {name}")
    print("peak memory while landing, MB:", _megabytes(landing.peaks))


def _megabytes(peaks: Peaks) -> str:
    roles = ", ".join(f"{role} {held / 1e6:,.0f}" for role, held in peaks.by_role.items())
    return f"{roles}; all together {peaks.together / 1e6:,.0f}"


def main() -> int:
    """Print the figures; the ratio is of steady landing to the line's rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="of the small kind; half as many of the larger")
    count = parser.parse_args().events
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"{cores} cores, load {load:.1f} before the start; second column: steady landing as a multiple of the line")
    measure(void, count)
    measure(sale, count // 2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
