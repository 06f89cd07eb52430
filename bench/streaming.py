"""How long an event takes from the till to the dashboard, how many a second there may be, and how soon a killed program
is back.

`python -m bench.streaming` brings up a stack of its own and takes about fifteen minutes on two idle cores. An event is
visible when `reporting.realtime_dashboard` counts it; `--until raw` measures landing alone.
"""

import argparse
import os
import time

from clickhouse_connect.driver.client import Client

from bench._live_stack import SEES, live_stack
from bench._visible import Sale, latencies, mean_lag, percentile, rate_worked_off, sale
from contracts.problems import Problem
from contracts.settings import Settings
from local_stack.chaos.laboratory import SPARK, Laboratory
from local_stack.chaos.waiting import wait_until
from warehouse.client import connect

RATES = (100, 1_000, 5_000)
WARM_UP_S, WORKED_OFF_S = 20, 300
BACKLOG_RATE, BACKLOG_S = 50_000, 4  # faster than any laptop works it off
SHARES = (0.9, 0.75, 0.6, 0.45)  # of that at which a backlog is worked off, tried until one is held
GROWTH = 1.25  # of the mean lag between the first and the last third; and half a second of events


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--until", choices=SEES, default="dashboard", help="where an event must be visible")
    parser.add_argument("--seconds", type=int, default=60, help="at each rate")
    parser.add_argument("--hold", type=int, default=180, help="seconds for which the highest rate must hold")
    parser.add_argument("--rates", type=int, nargs="*", default=RATES, help="events/s")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    with live_stack() as (settings, lab):
        bench = Bench(settings, lab, SEES[options.until])
        bench.warm_up()
        print(f"\nproduced -> visible in {options.until}")
        print(f"{'events/s':>10}{'p50':>9}{'p95':>9}{'p99':>9}{'worst':>9}")
        for rate in options.rates:
            bench.report_latency(rate, options.seconds)
        if options.hold:
            bench.report_highest_rate(options.hold)
        bench.report_recovery(1_000)
    return 0


class Bench:
    """One running stack and the query that says how many events are visible."""

    def __init__(self, settings: Settings, lab: Laboratory, query: str) -> None:
        self._settings, self._lab, self._query = settings, lab, query
        self._client: Client = connect(settings, "reader")

    def warm_up(self) -> None:
        """The first batches of a session take longer than all others."""
        with self._sale(100, WARM_UP_S) as (going, program):
            program.wait()
            self._work_off(going)

    def report_latency(self, rate: float, seconds: int) -> None:
        """A line of percentiles."""
        with self._sale(rate, WARM_UP_S + seconds) as (going, program):
            began = time.time()
            program.wait()
            self._work_off(going)
        found = latencies(going.sent, going.seen, since=began + WARM_UP_S)
        shares = [percentile(found, share) for share in (0.5, 0.95, 0.99, 1)]
        print(f"{rate:>10,}" + "".join(f"{seconds:>7.2f} s" for seconds in shares), flush=True)

    def report_highest_rate(self, seconds: int) -> None:
        """The rate at which a backlog is worked off, and the highest share of it that is held."""
        backlog, capacity = self._capacity()
        print(f"\na backlog of {backlog:,} events is worked off at {capacity:,.0f} events/s")
        for share in SHARES:
            held, sentence = self._is_held(capacity * share, seconds)
            print(f"{capacity * share:>10,.0f} events/s for {seconds} s: {sentence}", flush=True)
            if held:
                return

    def _capacity(self) -> tuple[int, float]:
        """Events that were sent as fast as can be, and how many a second became visible."""
        with self._sale(BACKLOG_RATE, BACKLOG_S) as (going, program):
            program.wait()
            self._work_off(going)
        return going.sent[-1].events, rate_worked_off(going.sent, going.seen)

    def _is_held(self, rate: float, seconds: int) -> tuple[bool, str]:
        with self._sale(rate, WARM_UP_S + seconds) as (going, program):
            began = time.time() + WARM_UP_S
            program.wait()
            ended = time.time()
            self._work_off(going)
        third = (ended - began) / 3
        first = mean_lag(going.sent, going.seen, began, began + third)
        last = mean_lag(going.sent, going.seen, ended - third, ended)
        produced = going.sent[-1].events / (going.sent[-1].at - going.sent[0].at)
        held = last <= GROWTH * first + rate / 2 and produced > 0.97 * rate
        p95 = percentile(latencies(going.sent, going.seen, since=began), 0.95)
        words = "held" if held else "not held"
        told = f"lag {first:,.0f} events in the first third, {last:,.0f} in the last"
        return held, f"{words}; {told}; p95 {p95:.2f} s; {produced:,.0f}/s produced"

    def report_recovery(self, rate: float) -> None:
        """kill -9 of the streaming program while events come."""
        with self._sale(rate, 600) as (going, program):
            time.sleep(WARM_UP_S)
            began = time.time()
            usual = max(rate / 2, mean_lag(going.sent, going.seen, began - WARM_UP_S / 2, began))
            self._lab.kill(SPARK)
            killed = going.sent[-1].events  # what comes later, only a new program can show
            wait_until(lambda: going.seen[-1].events > killed, WORKED_OFF_S, "an event sent after the kill")
            first = time.time() - began
            wait_until(lambda: going.lag <= 1.5 * usual, WORKED_OFF_S, "the lag to be as before")
            caught_up = time.time() - began
            program.terminate()
        print(
            f"\nkill -9 of the streaming program at {rate:,} events/s:"
            f" an event sent after it is visible after {first:.1f} s, the lag is as before after {caught_up:.1f} s"
        )

    def _sale(self, rate: float, seconds: float):
        return sale(self._settings, self._client, self._query, rate, seconds)

    def _work_off(self, going: Sale) -> None:
        try:
            wait_until(lambda: going.seen and going.lag == 0, WORKED_OFF_S, "what was produced to be visible")
        except Problem as problem:
            print(f"  {going.lag:,} events are not visible: {problem}")


if __name__ == "__main__":
    raise SystemExit(main())
