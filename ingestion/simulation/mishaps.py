"""What happens to messages on their way: copies, delays, damage. The events themselves are what they were."""

from collections import defaultdict

import numpy as np

from ingestion.simulation.chain import Chain
from ingestion.simulation.clock import DAY, HOUR, instant, midnight
from ingestion.simulation.damage import corrected, damaged, with_new_id
from ingestion.simulation.faults import Faults, record_fault
from ingestion.simulation.message import Message
from ingestion.simulation.outbox import Pending
from ingestion.simulation.truth import Truth

LONGEST_DELAY_DAYS = 14
_STORE_DAY_LATE = 2
_TICKETS = ("sale", "return", "void")


class Road:
    """The way from the chain to the topics. What is late waits here for its day."""

    def __init__(self, chain: Chain, faults: Faults, truth: Truth) -> None:
        self._chain, self._faults, self._truth = chain, faults, truth
        self._waiting: dict[int, list[tuple[int, Message]]] = defaultdict(list)

    def carry(self, day: int, events: list[Pending]) -> list[Message]:
        """The messages that arrive this day, in order of arrival."""
        if events:
            self._take_on(day, events)
        arrived = sorted(self._waiting.pop(day, []), key=lambda each: each[0])
        return [message for _, message in arrived]

    def _take_on(self, day: int, events: list[Pending]) -> None:
        random = self._chain.random("mishaps", day)
        missing, late_stores, off = (
            self._stores(day, random, name) for name in ("missing_day", "late_day", "clock_off")
        )
        self._set_clocks(day, random, events, off)
        chosen = {name: self._chosen(name, random, events) for name in _OF_MESSAGES}
        for n, event in enumerate(events):
            ticket = event.event_type in _TICKETS
            if ticket and event.fields["store_id"] in missing:
                continue
            days_late = _STORE_DAY_LATE if ticket and event.fields["store_id"] in late_stores else 0
            befalls = [name for name in _OF_MESSAGES if n in chosen[name]]
            if not befalls:
                self._waiting[day + days_late].append((event.time, event.message()))
                continue
            if "corrected" in befalls:
                befalls = ["corrected"]  # a copy beside a correction would leave open which of the three counts
            self._send(day, days_late, event, befalls, random)

    def _stores(self, day: int, random: np.random.Generator, fault: str) -> set[str]:
        """The stores that a fault of whole days strikes today: one, or none."""
        luck, choice = random.random(), int(random.integers(self._chain.places.depot))
        if luck >= getattr(self._faults, fault):
            return set()
        store = self._chain.places.selling_ids[choice]
        begins = midnight(self._chain.places.zones[choice], day)
        record_fault(self._truth, fault, day, begins, begins + DAY, location_id=store)
        return {store}

    def _set_clocks(self, day: int, random: np.random.Generator, events: list[Pending], stores: set[str]) -> None:
        """One till of the store writes times an hour off."""
        hours = int(random.choice([-1, 1]))
        for event in events:
            off = event.event_type in _TICKETS and event.fields["store_id"] in stores
            if off and event.fields["register_id"].endswith("-R1"):
                event.fields["event_time"] = instant(event.time + hours * HOUR)
                self._record("clock_off", day, event, f"{hours:+d} h")

    def _chosen(self, fault: str, random: np.random.Generator, events: list[Pending]) -> set[int]:
        drawn = random.random(len(events)) < getattr(self._faults, fault)
        return {n for n in np.flatnonzero(drawn).tolist() if _may_befall(fault, events[n])}

    def _send(self, day: int, days_late: int, event: Pending, befalls: list[str], random: np.random.Generator) -> None:
        at = event.time
        if "late" in befalls:
            days_late = min(1 + int(random.geometric(0.4)), LONGEST_DELAY_DAYS)
            self._record("late", day, event, f"{days_late} days")
        if "out_of_order" in befalls:
            at += int(random.integers(1, 8 * HOUR))
            self._record("out_of_order", day, event)
        sent = event
        if "corrected" in befalls:
            sent = self._correct(day, event, random)
        self._wait(day + days_late, at, sent.message())
        if "duplicate_same_id" in befalls:
            again = int(random.integers(0, 3))
            self._wait(day + days_late + again, at + int(random.integers(1, HOUR)), sent.message())
            self._record("duplicate_same_id", day, event)
        if "duplicate_new_id" in befalls:
            copy = with_new_id(event)
            self._wait(day + days_late, at + int(random.integers(1, HOUR)), copy.message())
            self._record("duplicate_new_id", day, copy, original=event)
        if "malformed" in befalls:
            message, kind = damaged(event, random)
            self._wait(day, at + int(random.integers(1, HOUR)), message)
            self._record("malformed", day, event, kind)

    def _correct(self, day: int, event: Pending, random: np.random.Generator) -> Pending:
        """The wrong event that leaves now; the right one follows within two days."""
        wrong, right = corrected(event)
        self._wait(day + int(random.integers(0, 3)), event.time + 2 * HOUR, right.message())
        self._record("corrected", day, right, original=event)
        return wrong

    def _wait(self, day: int, at: int, message: Message) -> None:
        self._waiting[day].append((at, message))

    def _record(self, fault: str, day: int, event: Pending, detail: str = "", original: Pending | None = None) -> None:
        place = event.fields.get("store_id") or event.fields.get("location_id", "")
        record_fault(
            self._truth, fault, day, event.time, topic=event.message().topic, event_id=event.fields["event_id"],
            original_event_id=original.fields["event_id"] if original else "", location_id=place,
            product_id=event.fields.get("product_id", ""), detail=detail,
        )  # fmt: skip


_OF_MESSAGES = ("late", "out_of_order", "corrected", "duplicate_same_id", "duplicate_new_id", "malformed")


def _may_befall(fault: str, event: Pending) -> bool:
    """Copies under a new id only where the business key shows what they are; corrections of what people key in."""
    if fault == "duplicate_new_id":
        return event.event_type in ("sale", "return")
    if fault == "corrected":
        return event.event_type in ("sale", "receipt")
    return True
