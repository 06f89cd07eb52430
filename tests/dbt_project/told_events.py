"""What a log of messages tells, as plain Python: events that stand, versions of the catalogue, clocks of places.

Read from the messages themselves, by the words of KPIS.md and the contracts; nothing here knows the models' SQL.
"""

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from contracts.events import TOPICS
from contracts.verdict import verdict
from tests.dbt_project.raw_log import Message
from tests.dbt_project.reference import standing

Event = dict[str, Any]
DAY = timedelta(days=1)


def money(amount: Decimal) -> Decimal:
    """Rounded to four decimals, halves away from zero."""
    return amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """Rounded as reports show money."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def instant(text: str) -> datetime:
    """A UTC instant as events state it."""
    return datetime.fromisoformat(text)


class Versions:
    """What the catalogue says of an entity over time: of two events about one instant, the last said."""

    def __init__(self, events: Iterable[Event], *names: str) -> None:
        told: dict[tuple, dict[datetime, Event]] = defaultdict(dict)
        for event in sorted(events, key=lambda event: instant(event["event_time"])):
            told[tuple(event.get(name, "") for name in names)][instant(event["valid_from"])] = event
        self._told = {key: sorted(of_key.items()) for key, of_key in told.items()}

    def at(self, moment: datetime, *key: str) -> Event:
        """What is in force at an instant, from its very first; nothing if the catalogue knows nothing yet."""
        return self._found(bisect_right, moment, key)

    def before(self, moment: datetime, *key: str) -> Event:
        """What was in force just before an instant."""
        return self._found(bisect_left, moment, key)

    def entities(self) -> list[tuple]:
        """Everything the catalogue knows."""
        return list(self._told)

    def first(self, *key: str) -> datetime | None:
        """Since when it is known."""
        return self._told[key][0][0] if key in self._told else None

    def _found(self, bisect: Any, moment: datetime, key: tuple) -> Event:
        told = self._told.get(key, [])
        place = bisect(told, moment, key=lambda version: version[0])
        return told[place - 1][1] if place else {}


class Told:
    """Everything one source says."""

    def __init__(self, source: str, log: list[Message]) -> None:
        self.source = source
        heard = {topic: _heard(topic, source, log) for topic in TOPICS}
        self.events = [event for events in heard.values() for event in standing(events)]
        self.as_of = max(instant(event["event_time"]) for event in self.events)
        self.products = Versions(self.of("product"), "product_id")
        self.places = Versions(self.of("location"), "location_id")
        self.ranges = Versions(self.of("assortment"), "location_id", "product_id")
        self.costs = Versions(self.of("supplier_product"), "product_id")

    def of(self, *kinds: str) -> list[Event]:
        """The events of these kinds, in order of arrival."""
        return [event for event in self.events if event["event_type"] in kinds]

    def category(self, product_id: str, moment: datetime | None = None) -> str:
        """The category of a product, now or at an instant."""
        return self.products.at(moment or self.as_of, product_id).get("category", "not stated")

    def unit_cost(self, product_id: str, moment: datetime) -> Decimal | None:
        """What a unit cost at an instant."""
        said = self.costs.at(moment, product_id).get("unit_cost")
        return None if said is None else Decimal(said)

    def zone(self, place: str) -> ZoneInfo:
        """The clock of a place."""
        return ZoneInfo(self.places.at(datetime.max.replace(tzinfo=UTC), place)["time_zone"])

    def local_day(self, place: str, moment: datetime) -> date:
        """The day on a place's clock."""
        return moment.astimezone(self.zone(place)).date()

    def day_starts(self, place: str, day: date) -> datetime:
        """When a place's day begins."""
        return datetime.combine(day, time(), self.zone(place)).astimezone(UTC)

    @cached_property
    def last_whole_day(self) -> date:
        """The last day that is over everywhere."""
        return min(self.local_day(place, self.as_of) for (place,) in self.places.entities()) - DAY

    @cached_property
    def clock_changes(self) -> set[date]:
        """Days on which some place's day is not of 24 hours."""
        places = [place for (place,) in self.places.entities()]
        number = (self.as_of.date() - self.first_day).days
        days = [self.first_day + offset * DAY for offset in range(number + 1)]
        return {d for d in days for p in places if self.day_starts(p, d + DAY) - self.day_starts(p, d) != DAY}

    @cached_property
    def first_day(self) -> date:
        """The day before the first event: the first that any clock may show."""
        return min(instant(event["event_time"]) for event in self.events).date() - DAY

    @cached_property
    def _closed_holidays(self) -> set[tuple[str, date]]:
        settled: dict[tuple[str, date], Event] = {}
        for event in sorted(self.of("holiday"), key=lambda event: (event["valid_from"], event["event_time"])):
            settled[event["region"], date.fromisoformat(event["holiday_date"])] = event
        return {named for named, event in settled.items() if event["is_closed"]}

    def open_hours(self, place: str, day: date) -> tuple[datetime, datetime] | None:
        """When a place opens and closes on a day, as it was planned when the day began; None if it does not open."""
        planned = self.places.at(self.day_starts(place, day), place)
        weekdays = planned.get("open_weekdays", "1,2,3,4,5,6,7").split(",")
        is_here = planned.get("opened_date", "") <= str(day) < planned.get("closed_date", "9999")
        is_holiday = (planned.get("region"), day) in self._closed_holidays
        if str(day.isoweekday()) not in weekdays or not is_here or is_holiday:
            return None
        opens = self._on_clock(place, day, planned.get("opens_at", "00:00"))
        closes = self._on_clock(place, day, planned.get("closes_at", "24:00"))
        return opens, closes if closes > opens else closes + DAY

    def _on_clock(self, place: str, day: date, clock: str) -> datetime:
        hours, minutes = int(clock[:2]), int(clock[3:5])
        local = datetime.combine(day + (DAY if hours == 24 else timedelta()), time(hours % 24, minutes))
        return local.replace(tzinfo=self.zone(place)).astimezone(UTC)


def _heard(topic: str, source: str, log: list[Message]) -> list[Message]:
    valid = [message for message in log if message.topic == topic and verdict(topic, message.payload) == ""]
    return [message for message in valid if json.loads(message.payload)["source"] == source]
