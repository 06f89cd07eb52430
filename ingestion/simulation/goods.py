"""Products: a curated list of believable goods, made as long as the world needs by sisters of each item."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingestion.simulation.money import PENNY, without_tax
from ingestion.simulation.randomness import stream
from ingestion.simulation.world import World

GOODS = Path(__file__).parent / "goods"
ALWAYS, NEVER = 0, 10_000_000
CLEARANCE_DAYS = 42
SISTERS = 3
EVENNESS = 0.7
MOVED_SHARE = 0.04


@dataclass(frozen=True, eq=False)
class Goods:
    """Products as columns; the index is the product's number. Money in ten-thousandths, days as ordinals."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    brands: tuple[str, ...]
    gtins: tuple[str, ...]
    category: np.ndarray
    weight: np.ndarray
    price: np.ndarray
    cost: np.ndarray
    margin: np.ndarray
    tax: np.ndarray
    pack: np.ndarray
    inner: np.ndarray
    shelf_life: np.ndarray
    launch: np.ndarray
    last_order: np.ndarray
    delisted: np.ndarray
    known_since: np.ndarray
    moved: np.ndarray
    moved_to: np.ndarray
    like: np.ndarray
    sisters: np.ndarray

    @property
    def count(self) -> int:
        """Products in the world."""
        return len(self.ids)


@dataclass(frozen=True)
class _Item:
    category: str
    name: str
    brand: str
    price: float
    margin: float
    pack: int
    shelf_life: int
    weight: float


def make_goods(world: World, seed: int, start: int, horizon: int) -> Goods:
    """The world's products. Some are launched and some delisted within `horizon` days of `start`."""
    items = _items(world)
    names = list(world.categories)
    category = np.array([names.index(item.category) for item in items])
    tax = np.array([world.categories[item.category].tax for item in items])
    price = np.array([without_tax(_charm(item.price) * PENNY, int(t)) for item, t in zip(items, tax, strict=True)])
    margin = np.array([item.margin for item in items]) / 100
    launch, delisted = _lives(world, seed, start, horizon, category)
    sisters = _sisters(category, price, launch)
    moved, moved_to = _moves(world, seed, start, horizon, category)
    return Goods(
        ids=tuple(f"P{number + 1:05d}" for number in range(len(items))),
        names=tuple(item.name for item in items),
        brands=tuple(item.brand for item in items),
        gtins=tuple(_gtin(number + 1) for number in range(len(items))),
        category=category,
        weight=np.array([item.weight for item in items]) ** EVENNESS,
        price=price,
        cost=np.rint(price * (1 - margin)).astype(np.int64),
        margin=margin,
        tax=tax,
        pack=np.array([item.pack for item in items]),
        inner=np.array([_inner(item) for item in items]),
        shelf_life=np.array([item.shelf_life for item in items]),
        launch=launch,
        last_order=np.where(delisted < NEVER, delisted - CLEARANCE_DAYS, NEVER),
        delisted=delisted,
        known_since=start - stream(seed, "known since").integers(200, 2500, len(items)),
        moved=moved,
        moved_to=moved_to,
        like=np.where(launch > start, sisters[:, 0], -1),
        sisters=sisters,
    )


def _items(world: World) -> list[_Item]:
    base = _by_turns(_read(world))
    items = [_sister(base[number % len(base)], world, number // len(base)) for number in range(world.size.products)]
    return items


def _read(world: World) -> list[_Item]:
    with (GOODS / f"{world.goods}.csv").open(encoding="utf-8", newline="") as lines:
        return [
            _Item(
                category=row["category"],
                name=row["name"],
                brand=row["brand"],
                price=float(row["price"]),
                margin=float(row["margin"]),
                pack=int(row["case"]),
                shelf_life=int(row["shelf_life"] or 0),
                weight=float(row["weight"]),
            )
            for row in csv.DictReader(lines)
        ]


def _by_turns(items: list[_Item]) -> list[_Item]:
    """One of each category in turn, so that a small world has something of everything."""
    turns: dict[str, int] = {}
    ranked = []
    for item in items:
        turns[item.category] = turns.get(item.category, -1) + 1
        ranked.append((turns[item.category], item))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def _sister(item: _Item, world: World, generation: int) -> _Item:
    variant = world.variants[generation % len(world.variants)]
    again = generation // len(world.variants)
    name = variant.name.format(name=item.name) + (f" ({again + 1})" if again else "")
    weight = item.weight * variant.weight * 0.6**again
    return _Item(
        item.category,
        name,
        variant.brand or item.brand,
        item.price * variant.price,
        item.margin,
        item.pack,
        item.shelf_life,
        weight,
    )


def _inner(item: _Item) -> int:
    """Units a store orders at a time: what perishes nearly singly, large cases by half."""
    if item.shelf_life:
        return 2 if item.weight > 1 else 1
    return item.pack // 2 if item.pack >= 12 else item.pack


def _charm(price: float) -> int:
    """A shelf price in pennies that ends on 0, 5 or 9."""
    pennies = round(price * 100)
    return pennies if pennies % 10 in (0, 5, 9) else pennies - pennies % 10 + 9


def _lives(world: World, seed: int, start: int, horizon: int, category: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Launch and delisting days: as many come as go, never the first product of a category."""
    random = stream(seed, "product lives")
    count = len(category)
    launch, delisted = np.full(count, ALWAYS), np.full(count, NEVER)
    first = np.unique(category, return_index=True)[1]
    movable = random.permutation(np.setdiff1d(np.arange(count), first))
    changes = min(int(world.size.late_launches * count / 2) + 1, len(movable) // 2)
    coming, going = movable[:changes], movable[changes : 2 * changes]
    launch[coming] = start + (horizon * random.uniform(0.12, 0.95, len(coming))).astype(int)
    delisted[going] = start + (horizon * random.uniform(0.2, 1.0, len(going))).astype(int) + CLEARANCE_DAYS // 2
    return launch, delisted


def _moves(world: World, seed: int, start: int, horizon: int, category: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A few products are put into another category of their department: the day, and the category."""
    random = stream(seed, "category moves")
    departments = [kind.department for kind in world.categories.values()]
    moved, moved_to = np.full(len(category), NEVER), category.copy()
    for product in np.flatnonzero(random.random(len(category)) < MOVED_SHARE).tolist():
        own = departments[category[product]]
        others = [each for each, name in enumerate(departments) if name == own and each != category[product]]
        if others:
            moved[product] = start + int(horizon * random.uniform(0.2, 0.9))
            moved_to[product] = int(random.choice(others))
    return moved, moved_to


def _sisters(category: np.ndarray, price: np.ndarray, launch: np.ndarray) -> np.ndarray:
    """For each product the SISTERS most alike: same category, nearest price, older ones first; itself if alone."""
    found = np.empty((len(category), SISTERS), dtype=np.int64)
    for number in range(len(category)):
        same = np.flatnonzero((category == category[number]) & (np.arange(len(category)) != number))
        unlike = np.abs(np.log(price[same] / price[number])) + (launch[same] > ALWAYS)
        nearest = same[np.argsort(unlike, kind="stable")][:SISTERS]
        found[number] = np.resize(nearest if len(nearest) else [number], SISTERS)
    return found


def _gtin(number: int) -> str:
    """A GTIN-13 of the range kept for use within a company, so it is nobody's real article."""
    digits = f"20{number:010d}"
    weighted = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"
