"""When events become visible: what was produced until when, held against what a reader saw until when."""

import bisect
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from subprocess import Popen
from typing import NamedTuple

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from bench._stack import start
from contracts.settings import Settings

LOOK_EVERY_S = 0.2  # each look costs the engine some milliseconds of the time it measures


class Count(NamedTuple):
    """So many events until this instant (seconds since 1970)."""

    at: float
    events: int


class Sale:
    """Events being produced at a rate and looked for by a query that counts them; a count of each over time."""

    def __init__(self, already: int) -> None:
        self.sent: list[Count] = []
        self.seen: list[Count] = []
        self._already = already

    def take_sent(self, line: str) -> None:
        """What the producing program said."""
        at, events = line.split()
        self.sent.append(Count(float(at), int(events)))

    def take_seen(self, at: float, events: int) -> None:
        """What the query counted."""
        self.seen.append(Count(at, events - self._already))

    @property
    def lag(self) -> int:
        """Events that are produced and not visible now."""
        return (self.sent[-1].events if self.sent else 0) - (self.seen[-1].events if self.seen else 0)


@contextmanager
def sale(settings: Settings, client: Client, query: str, rate: float, seconds: float) -> Iterator[tuple[Sale, Popen]]:
    """Produce for so long, and look until the block ends."""
    going, over = Sale(int(client.command(query))), threading.Event()
    program = start(settings, "bench._sell", str(rate), str(seconds))

    def listen() -> None:
        for line in program.stdout or ():
            going.take_sent(line)

    def look() -> None:
        while not over.wait(LOOK_EVERY_S):
            try:
                found = int(client.command(query))
            except ClickHouseError:
                continue
            going.take_seen(time.time(), found)

    threads = [threading.Thread(target=work, daemon=True) for work in (listen, look)]
    for thread in threads:
        thread.start()
    try:
        yield going, program
    finally:
        program.terminate()
        program.wait()
        over.set()
        for thread in threads:
            thread.join()


def latencies(sent: Sequence[Count], seen: Sequence[Count], since: float = 0) -> list[tuple[float, int]]:
    """Seconds until visible and of how many events, sorted; of those sent since an instant that were seen at all.

    Event number k counts as visible when k events are. Events of one step of the producer left together.
    """
    counts = [count.events for count in seen]
    found, before = [], 0
    for step in sent:
        index = bisect.bisect_left(counts, step.events)
        if step.at >= since and index < len(seen):
            found.append((seen[index].at - step.at, step.events - before))
        before = step.events
    return sorted(found)


def percentile(weighted: Sequence[tuple[float, int]], share: float) -> float:
    """The value that this share of the events does not exceed."""
    due = share * sum(weight for _, weight in weighted)
    passed = 0
    for value, weight in weighted:
        passed += weight
        if passed >= due:
            return value
    return float("nan")


def mean_lag(sent: Sequence[Count], seen: Sequence[Count], first: float, last: float) -> float:
    """Mean of events produced and not visible, over the looks between two instants."""
    instants = [count.at for count in sent]
    lags = [
        sent[index].events - look.events
        for look in seen
        if first <= look.at < last and (index := bisect.bisect_right(instants, look.at) - 1) >= 0
    ]
    return sum(lags) / len(lags) if lags else float("nan")


def rate_worked_off(sent: Sequence[Count], seen: Sequence[Count]) -> float:
    """Events/s from the first one sent until all were visible."""
    total = sent[-1].events
    done = next((look.at for look in seen if look.events >= total), float("nan"))
    return total / (done - sent[0].at)
