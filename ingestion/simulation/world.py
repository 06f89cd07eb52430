"""A world as it is configured: `worlds/<name>.yaml`, made as large as `worlds/sizes.yaml` says."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.problems import Problem

WORLDS = Path(__file__).parent / "worlds"
Hours = tuple[float, ...]
Probability = Field(ge=0, le=1)


class UnknownWorldError(Problem):
    """No such world or size, or its file does not fit; the message says what there is."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Peak(_Part):
    """Busy days: a bell of `width` days around a date, or around Easter Sunday plus `easter` days."""

    month: int | None = None
    day: int | None = None
    easter: int | None = None
    width: float
    height: float


class Mission(_Part):
    """Why people come: when (24 weights) and how many lines they take home."""

    hours: Hours = Field(min_length=24, max_length=24)
    lines: float = Field(gt=1)


class Store(_Part):
    """A store; `size` is its demand against the mean store, `delivery` the local hour its goods are on the shelf."""

    name: str
    city: str
    country: str | None = None
    region: str
    size: float
    opens: int
    closes: int
    tills: int
    delivery: int
    days: str = "1,2,3,4,5,6,7"
    time_zone: str | None = None


class Depot(_Part):
    """The distribution centre; the web shop sends its parcels too."""

    name: str
    city: str
    region: str


class Web(_Part):
    """The web shop."""

    name: str
    size: float


class Supplier(_Part):
    """Terms and habits of a supplier; `trouble` scales how often it is late or short; `direct` ones bring to the
    stores what does not keep, and the rest to the depot."""

    country: str
    lead: int = Field(ge=1)
    orders: str
    deliveries: str
    minimum: int = Field(ge=0)
    trouble: float = Field(ge=0)
    direct: bool = False


class Category(_Part):
    """How a category sells, gets lost and comes back."""

    department: str
    tax: int
    supplier: str
    size: str
    dispersion: float = Field(gt=0)
    elasticity: float
    weather: float
    missions: dict[str, float]
    season: tuple[float, ...] = Field((1.0,) * 12, min_length=12, max_length=12)
    week: tuple[float, ...] | None = None
    peaks: dict[str, float] = {}
    theft: float
    damage: float
    returns: float = Probability
    promotions: float


class Variant(_Part):
    """A sister of each base item."""

    name: str
    brand: str | None = None
    price: float
    weight: float


class Service(_Part):
    """A line that is not merchandise and moves no stock."""

    name: str
    line_type: str
    price: float
    tax: int
    rate: float
    web_only: bool = False


class Refit(_Part):
    """The second store closes for a while."""

    after: int
    days: int


class Size(_Part):
    """How large a world is."""

    stores: int = Field(ge=1)
    products: int = Field(ge=1)
    months: int | None = None
    days: int | None = None
    customers: int = Field(ge=1)
    late_launches: float = Probability
    refit: Refit | None = None
    new_store_after: int | None = None
    full_count_after: int


class Habits(_Part):
    """Rates of everything that is not peculiar to a category; the defaults make the believable bands."""

    known_share: float = Field(0.6, ge=0, le=1)
    substitution: float = Field(0.3, ge=0, le=1)
    staff_discount_share: float = Field(0.01, ge=0, le=1)
    void_rate: float = Field(0.004, ge=0, le=1)
    unreferenced_share: float = Field(0.1, ge=0, le=1)
    return_factor: float = Field(1.7, ge=0)
    return_lag_days: float = Field(5.0, gt=0)
    misscan_rate: float = Field(0.002, ge=0, le=1)
    theft_rate: float = Field(0.008, ge=0)
    damage_rate: float = Field(0.004, ge=0)
    unbooked_damage_share: float = Field(0.35, ge=0, le=1)
    pick_error_rate: float = Field(0.006, ge=0, le=1)
    late_booking_rate: float = Field(0.01, ge=0, le=1)
    miscount_rate: float = Field(0.015, ge=0, le=1)
    opening_error_rate: float = Field(0.06, ge=0, le=1)
    count_every_days: int = Field(85, ge=1)
    promotion_share: float = Field(0.05, ge=0, le=1)
    price_change_rate: float = Field(0.08, ge=0, le=1)
    cost_change_rate: float = Field(0.06, ge=0, le=1)
    inflation: float = 0.03
    pair_spread: float = 0.35
    store_day_spread: float = 0.07
    drift: float = 0.03


class Buying(_Part):
    """The incumbent's reorder rule."""

    safety: float = Field(1.4, ge=0)
    depot_safety: float = Field(1.6, ge=0)
    smoothing: float = Field(0.035, gt=0, le=1)
    shelf_days: float = Field(24, gt=0)
    presentation: int = Field(2, ge=0)
    forgotten_rate: float = Field(0.01, ge=0, le=1)
    store_orders: str = "1,2,3,4,5,6"


class World(_Part):
    """A world: who sells what to whom, where, and how it goes wrong."""

    name: str
    country: str
    currency: str
    locale: str
    time_zone: str
    goods: str
    purchases_per_pair: float = Field(gt=0)
    calendars: dict[str, str]
    exchange: dict[str, float] = {}
    peaks: dict[str, Peak]
    week: tuple[float, ...] = Field(min_length=7, max_length=7)
    missions: dict[str, Mission]
    sizes: dict[str, tuple[float, ...]]
    stores: tuple[Store, ...]
    depot: Depot
    web: Web | None
    suppliers: dict[str, Supplier]
    categories: dict[str, Category]
    variants: tuple[Variant, ...]
    services: dict[str, Service]
    habits: Habits = Habits()
    buying: Buying = Buying()
    size: Size


@lru_cache
def load_world(name: str = "grocer", size: str = "small") -> World:
    """The configured world. Raises UnknownWorldError."""
    sizes = _read(WORLDS / "sizes.yaml")
    if name not in world_names() or size not in sizes:
        raise UnknownWorldError(
            f"There is no world {name!r} of size {size!r}: worlds are {', '.join(world_names())}; "
            f"sizes {', '.join(sizes)}."
        )
    try:
        world = World(name=name, size=sizes[size], **_read(WORLDS / f"{name}.yaml"))
    except ValidationError as error:
        raise UnknownWorldError(f"The file of world {name!r} does not fit: {error}") from None
    if len(world.stores) < world.size.stores:
        raise UnknownWorldError(f"World {name!r} lists {len(world.stores)} stores, size {size!r} needs more.")
    return world


def world_names() -> list[str]:
    """Every configured world."""
    return sorted(path.stem for path in WORLDS.glob("*.yaml") if path.stem != "sizes")


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
