"""Memory of every process over half an hour of live events: start, middle and end, which should be the same.

`python -m bench.soak [--minutes 30] [--rate 500]` brings up a stack of its own and cleans up.
"""

import argparse
import os
import time
from collections import Counter

import psutil

from bench._live_stack import SEES, live_stack
from bench._memory import held
from bench._visible import Sale, latencies, percentile, sale
from contracts.settings import Settings
from local_stack import supervision
from local_stack.chaos.laboratory import SPARK
from warehouse.client import connect

WARM_UP_S = 60
SAMPLES = 6  # of which a figure is the mean: memory goes up and down with every batch
SAMPLE_EVERY_S = 5
PROGRAM = "Spark's driver program"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=500, help="events/s")
    parser.add_argument("--until", choices=SEES, default="dashboard", help="where an event must be visible")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    seconds = options.minutes * 60
    with live_stack() as (settings, _lab):
        client = connect(settings, "reader")
        with sale(settings, client, SEES[options.until], options.rate, WARM_UP_S + seconds + 60) as (going, _program):
            time.sleep(WARM_UP_S)
            began, found = time.time(), []
            for share in (0, 0.5, 1):
                time.sleep(max(0, began + share * seconds - time.time()))
                found.append(_memory(settings))
                print(f"{share * options.minutes:5.1f} min, lag {going.lag:,} events", flush=True)
    _report(found)
    _report_latency(going, began, seconds)
    return 0


def _memory(settings: Settings) -> Counter[str]:
    """Mean bytes by process over half a minute."""
    total: Counter[str] = Counter()
    for _ in range(SAMPLES):
        total += _once(settings)
        time.sleep(SAMPLE_EVERY_S)
    return Counter({role: held // SAMPLES for role, held in total.items()})


def _once(settings: Settings) -> Counter[str]:
    pids = {state.name: state.pid for state in supervision.states(settings) if state.pid}
    program = pids.pop(SPARK, 0)
    return held({name: psutil.Process(pid) for name, pid in pids.items()}, program, PROGRAM)


def _report(found: list[Counter[str]]) -> None:
    print(f"\n{'memory, MB':26}{'start':>9}{'middle':>9}{'end':>9}{'end / middle':>14}")
    for role in sorted(found[0].keys() | found[-1].keys()):
        _line(role, [held[role] for held in found])
    _line("all together", [held.total() for held in found])


def _line(role: str, sizes: list[int]) -> None:
    cells = "".join(f"{size / 1e6:>9,.0f}" for size in sizes)
    print(f"{role:26}{cells}{sizes[2] / max(sizes[1], 1):>14.2f}")


def _report_latency(going: Sale, began: float, seconds: float) -> None:
    for name, first in (("first", began), ("last", began + seconds * 2 / 3)):
        sent = [count for count in going.sent if count.at <= first + seconds / 3]
        found = latencies(sent, going.seen, since=first)
        p50, p95 = percentile(found, 0.5), percentile(found, 0.95)
        print(f"produced -> visible in the {name} third: p50 {p50:.2f} s, p95 {p95:.2f} s")


if __name__ == "__main__":
    raise SystemExit(main())
