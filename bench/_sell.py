"""A chain selling now: `python -m bench._sell RATE SECONDS` sends so many valid sale lines a second.

Prints `seconds_since_1970 events_so_far` at each step, so that whoever looks knows when an event was produced.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle

from confluent_kafka import Producer

from bench._live_events import Line, instant_of, tickets
from contracts.events import SALES
from contracts.settings import load_settings
from ingestion.pace import Pace


def numbered_lines(run: int) -> Iterator[tuple[bytes, Line]]:
    """Lines without end, each ticket under a number that no other run uses."""
    for number, ticket in enumerate(cycle(tickets())):
        for line in ticket:
            yield f"{run}-{number}".encode(), line


def main() -> int:
    """Send and print."""
    rate, seconds, settings = float(sys.argv[1]), float(sys.argv[2]), load_settings()
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap, "linger.ms": 5, "log_level": 2})
    began, sent = time.time(), 0
    lines, pace = numbered_lines(int(began * 1000)), Pace(rate)
    while time.time() - began < seconds:
        due = pace.take_due()
        if due:
            now = time.time()
            _send(producer, lines, due, instant_of(datetime.fromtimestamp(now, UTC)))
            sent += due
            print(f"{now:.3f} {sent}", flush=True)
    producer.flush()
    return 0


def _send(producer: Producer, lines: Iterator[tuple[bytes, Line]], count: int, instant: bytes) -> None:
    for _ in range(count):
        ticket, line = next(lines)
        key, value = line.stamped(ticket, instant)
        while True:
            try:
                producer.produce(SALES, value, key)
                break
            except BufferError:
                producer.poll(0.05)
    producer.poll(0)


if __name__ == "__main__":
    sys.exit(main())
