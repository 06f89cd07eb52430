"""Small chains for tests, and what they sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ingestion.simulation.faults import NONE, Faults
from ingestion.simulation.message import Message
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth
from ingestion.simulation.world import Size, World, load_world

START = date(2025, 3, 1)


def small_world(stores: int = 2, products: int = 24, days: int = 60, name: str = "grocer") -> World:
    """A world of the named kind, of the size a test wants."""
    size = load_world(name, "tiny").size.model_copy(update={"stores": stores, "products": products, "days": days})
    return load_world(name, "tiny").model_copy(update={"size": Size(**size.model_dump())})


@dataclass
class Heard:
    """A run as somebody hears it who reads the topics and, for tests only, the truth."""

    days: list[tuple[date, list[Message]]]
    truth: Truth

    @property
    def messages(self) -> list[Message]:
        """Every message in order of arrival."""
        return [message for _, messages in self.days for message in messages]

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """Events as JSON objects; of these kinds, or all."""
        found = (json.loads(message.value) for message in self.messages)
        return [event for event in found if not kinds or event["event_type"] in kinds]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of truth."""
        return self.truth.table(table).to_pylist()


def hear(days: int = 60, seed: int = 7, start: date = START, faults: Faults = NONE, world: str = "grocer") -> Heard:
    """Simulate a tiny chain."""
    run = Run(world, "tiny", seed, "test", start, faults)
    truth = Truth()
    return Heard([tuple(batch) for batch in simulate(run, start + timedelta(days=days - 1), truth)], truth)


def each_day(heard: Heard) -> Iterator[tuple[date, list[dict[str, Any]]]]:
    """The events of one business day after the other."""
    for day, messages in heard.days:
        yield day, [json.loads(message.value) for message in messages]
