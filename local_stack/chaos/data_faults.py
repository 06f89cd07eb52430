"""A disturbed log made from a clean one: what is added, what is moved, and what must be found again afterwards."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from contracts.verdict import verdict
from ingestion.simulation.damage import DAMAGES
from ingestion.simulation.message import Message
from local_stack.chaos.history import Timed

UNKNOWN_FIELD = "loyalty_hint"


@dataclass(frozen=True)
class Rates:
    """Shares of the clean events that each fault befalls."""

    copied: float = 0.02  # sent twice, byte for byte
    corrupted: float = 0.01  # a damaged copy beside the good one
    extended: float = 0.03  # carries a field that the contract does not know
    delayed: float = 0.02  # comes days later than its neighbours
    hours: float = 6.0  # everything is shuffled within so many hours


@dataclass
class Disturbed:
    """The disturbed log, in its order, and what was done to it."""

    messages: list[Message]
    copied: int = 0
    extended: int = 0
    delayed: int = 0
    corrupted: list[Message] = field(default_factory=list)
    damages: Counter[tuple[str, str]] = field(default_factory=Counter)  # what was damaged and the rule it breaks

    @property
    def reasons(self) -> Counter[str]:
        """Corrupted copies by the first rule that they break."""
        counts: Counter[str] = Counter()
        for (_, reason), count in self.damages.items():
            counts[reason] += count
        return counts


def disturbed(clean: Iterable[Timed], chance: random.Random, rates: Rates | None = None) -> Disturbed:
    """Copies, damaged copies, unknown fields, shuffling and days of delay, drawn event by event."""
    rates, result = rates or Rates(), Disturbed([])
    arriving: list[Timed] = []
    for arrival, message in clean:
        sent = _extended(message, chance, rates, result)
        for copy in (sent, *_copies(sent, chance, rates, result)):
            arriving.append(Timed(_moved(arrival, chance, rates, result), copy))
    arriving.sort(key=lambda timed: timed.arrival)
    result.messages = [timed.message for timed in arriving]
    return result


def _extended(message: Message, chance: random.Random, rates: Rates, result: Disturbed) -> Message:
    if chance.random() >= rates.extended:
        return message
    result.extended += 1
    fields = orjson.loads(message.value)
    return message._replace(value=orjson.dumps({**fields, UNKNOWN_FIELD: {"tier": "gold", "points": [1, 2.5, None]}}))


def _copies(sent: Message, chance: random.Random, rates: Rates, result: Disturbed) -> Iterable[Message]:
    if chance.random() < rates.copied:
        result.copied += 1
        yield sent
    if chance.random() < rates.corrupted:
        kind = chance.choice(list(DAMAGES))
        damaged = sent._replace(value=DAMAGES[kind](orjson.loads(sent.value)))
        result.damages[kind, verdict(damaged.topic, damaged.value)] += 1
        result.corrupted.append(damaged)
        yield damaged


def _moved(arrival: float, chance: random.Random, rates: Rates, result: Disturbed) -> float:
    """Some hours to and fro, and now and then a day to a fortnight later."""
    arrival += chance.uniform(-0.5, 0.5) * rates.hours / 24
    if chance.random() < rates.delayed:
        result.delayed += 1
        arrival += chance.uniform(1, 14)
    return arrival
