"""A disturbed log holds the clean one and exactly what is said to be put in."""

import random
from collections import Counter

import orjson
import pytest

from contracts.verdict import verdict
from ingestion.simulation.message import Message
from local_stack.chaos.data_faults import UNKNOWN_FIELD, Disturbed, Rates, disturbed
from local_stack.chaos.history import Timed, clean_history

PLENTY = Rates(copied=0.2, corrupted=0.2, extended=0.2, delayed=0.2)


@pytest.fixture(scope="module")
def clean() -> list[Timed]:
    """The first days of a tiny chain."""
    return clean_history(5, 1_500, "tiny")


@pytest.fixture(scope="module")
def bad(clean: list[Timed]) -> Disturbed:
    """The same, disturbed a lot."""
    return disturbed(clean, random.Random(1), PLENTY)


def _known(message: Message) -> tuple:
    """A message without what the contract does not know."""
    fields = orjson.loads(message.value)
    fields.pop(UNKNOWN_FIELD, None)
    return message.topic, message.key, orjson.dumps(fields)


def test_nothing_is_lost_and_only_what_is_told_is_added(clean: list[Timed], bad: Disturbed) -> None:
    """Without the corrupted messages and the unknown fields, the log is the clean one and its copies."""
    rest = Counter(bad.messages) - Counter(bad.corrupted)
    found = Counter(_known(message) for message in rest.elements())
    extra = found - Counter(_known(timed.message) for timed in clean)
    assert extra.total() == bad.copied > 100
    assert not Counter(_known(timed.message) for timed in clean) - found
    assert bad.extended > 100 and bad.delayed > 100


def test_a_copy_is_the_same_bytes(bad: Disturbed) -> None:
    """An event id comes with one payload only, also where an unknown field was added: else it would be a conflict."""
    payloads: dict[str, set[bytes]] = {}
    for message in (Counter(bad.messages) - Counter(bad.corrupted)).elements():
        payloads.setdefault(orjson.loads(message.value)["event_id"], set()).add(message.value)
    assert {len(of_one) for of_one in payloads.values()} == {1}


def test_exactly_the_corrupted_break_a_rule(bad: Disturbed) -> None:
    """The contract takes every other message, and the reasons told are those it gives for the corrupted ones."""
    reasons = Counter(verdict(message.topic, message.value) for message in bad.messages)
    assert reasons.pop("") == len(bad.messages) - len(bad.corrupted)
    assert reasons == bad.reasons != Counter()


def test_what_is_delayed_comes_days_later(clean: list[Timed]) -> None:
    """Without delay a message stays within hours of its place; with it, it is overtaken by later days."""
    order = {timed.message: timed.arrival for timed in clean}
    quiet = Rates(copied=0, corrupted=0, extended=0, delayed=0)
    assert _furthest(disturbed(clean, random.Random(1), quiet), order) < 0.3
    assert _furthest(disturbed(clean, random.Random(1), PLENTY), order) > 1


def _furthest(log: Disturbed, order: dict[Message, float]) -> float:
    """By how many days a message comes behind one that should have come later."""
    latest, furthest = 0.0, 0.0
    for message in log.messages:
        arrival = order.get(message, latest)
        latest, furthest = max(latest, arrival), max(furthest, latest - arrival)
    return furthest


def test_a_seed_disturbs_the_same_way(clean: list[Timed], bad: Disturbed) -> None:
    """The same draws give the same log, byte for byte."""
    assert disturbed(clean, random.Random(1), PLENTY) == bad
