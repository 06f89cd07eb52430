"""Where the chain sells and keeps stock: a row per store, and a last one that keeps the depot's stock and sells as the
web shop."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ingestion.simulation.clock import hour_starts
from ingestion.simulation.feasts import is_closed
from ingestion.simulation.goods import ALWAYS, NEVER
from ingestion.simulation.world import World

WEB_OPENS, WEB_CLOSES, DEPOT_DELIVERY = 6, 24, 11


@dataclass(frozen=True, eq=False)
class Places:
    """Rows as columns: stores first, then the depot with the web shop."""

    stock_ids: tuple[str, ...]
    selling_ids: tuple[str, ...]
    zones: tuple[str, ...]
    regions: tuple[str, ...]
    calendars: tuple[str, ...]
    sizes: np.ndarray
    tills: tuple[int, ...]
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    delivery: tuple[int, ...]
    weekdays: tuple[frozenset[int], ...]
    opened: np.ndarray
    refit_from: np.ndarray
    refit_to: np.ndarray

    @property
    def rows(self) -> int:
        """Stores and the depot."""
        return len(self.stock_ids)

    @cached_property
    def depot(self) -> int:
        """The depot's row, the web shop's too."""
        return self.rows - 1

    def is_open(self, row: int, day: int) -> bool:
        """Whether customers come that day."""
        if row == self.depot:
            return self.sizes[row] > 0
        trading = self.opened[row] <= day and not self.refit_from[row] <= day < self.refit_to[row]
        return bool(trading and day % 7 in self.weekdays[row] and not is_closed(self.calendars[row], day))

    def hours(self, row: int, day: int) -> tuple[int, ...]:
        """UTC milliseconds at which the row's local hours 0 to 24 begin."""
        return hour_starts(self.zones[row], day)


def make_places(world: World, start: int) -> Places:
    """The world's rows."""
    stores = world.stores[: world.size.stores]
    number = len(stores)
    everywhere = [*stores, world.depot]
    zones = [store.time_zone or world.time_zone for store in stores] + [world.time_zone]
    opened = np.full(number + 1, ALWAYS)
    if world.size.new_store_after and number > 1:
        opened[number - 1] = start + world.size.new_store_after
    refit_from, refit_to = _refit(world, start, number)
    return Places(
        stock_ids=(*(f"S{row + 1:02d}" for row in range(number)), "DC01"),
        selling_ids=(*(f"S{row + 1:02d}" for row in range(number)), "W01"),
        zones=tuple(zones),
        regions=tuple(place.region for place in everywhere),
        calendars=tuple(world.calendars[place.region] for place in everywhere),
        sizes=np.array([store.size for store in stores] + [world.web.size if world.web else 0.0]),
        tills=(*(store.tills for store in stores), 1),
        opens=(*(store.opens for store in stores), WEB_OPENS),
        closes=(*(store.closes for store in stores), WEB_CLOSES),
        delivery=(*(store.delivery for store in stores), DEPOT_DELIVERY),
        weekdays=(*(iso_days(store.days) for store in stores), iso_days("1,2,3,4,5,6,7")),
        opened=opened,
        refit_from=refit_from,
        refit_to=refit_to,
    )


def iso_days(text: str) -> frozenset[int]:
    """ISO weekdays as remainders of an ordinal by 7: Monday 1 to Saturday 6, Sunday 0."""
    return frozenset(int(day) % 7 for day in text.split(","))


def _refit(world: World, start: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    begin, end = np.full(number + 1, NEVER), np.full(number + 1, NEVER)
    if world.size.refit and number > 1:
        begin[1] = start + world.size.refit.after
        end[1] = begin[1] + world.size.refit.days
    return begin, end
