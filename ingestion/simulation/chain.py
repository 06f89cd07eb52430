"""The chain as it is planned: goods, places, range, suppliers. Nothing here changes while days go by."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ingestion.simulation.goods import NEVER, Goods, make_goods
from ingestion.simulation.places import Places, iso_days, make_places
from ingestion.simulation.randomness import stream
from ingestion.simulation.world import World

LOT_DAYS = 30
DIRECT_LIFE = 14
_MONTH = 30.44


@dataclass(frozen=True, eq=False)
class Chain:
    """A world, a seed and a first day, worked out. `ranged_from` and `ranged_to` are rows × products, as ordinals."""

    world: World
    seed: int
    start: int
    goods: Goods
    places: Places
    ranged_from: np.ndarray
    ranged_to: np.ndarray
    supplier: np.ndarray
    direct: np.ndarray

    @cached_property
    def supplier_ids(self) -> tuple[str, ...]:
        """Suppliers in the order the world lists them."""
        return tuple(f"V{number + 1:02d}" for number in range(len(self.world.suppliers)))

    @cached_property
    def perishable(self) -> np.ndarray:
        """Numbers of the products whose lots are tracked."""
        return np.flatnonzero((self.goods.shelf_life > 0) & (self.goods.shelf_life <= LOT_DAYS))

    @cached_property
    def order_days(self) -> tuple[frozenset[int], ...]:
        """Per supplier the weekdays it takes orders."""
        return tuple(iso_days(supplier.orders) for supplier in self.world.suppliers.values())

    @cached_property
    def delivery_days(self) -> tuple[frozenset[int], ...]:
        """Per supplier the weekdays it delivers."""
        return tuple(iso_days(supplier.deliveries) for supplier in self.world.suppliers.values())

    @cached_property
    def lead(self) -> np.ndarray:
        """Per supplier the quoted days from order to delivery."""
        return np.array([supplier.lead for supplier in self.world.suppliers.values()])

    def random(self, subject: str, day: int = 0) -> np.random.Generator:
        """The generator of one subject on one day."""
        return stream(self.seed, subject, day)

    def is_ranged(self, day: int) -> np.ndarray:
        """Rows × products: carried that day."""
        return (self.ranged_from <= day) & (day < self.ranged_to)


def make_chain(world: World, seed: int, start: int) -> Chain:
    """Works the world out. What is planned does not depend on how long the run is."""
    goods = make_goods(world, seed, start, horizon(world))
    places = make_places(world, start)
    names = list(world.suppliers)
    supplier = np.array([names.index(category.supplier) for category in world.categories.values()])[goods.category]
    direct = np.array([terms.direct for terms in world.suppliers.values()])[supplier]
    direct &= (goods.shelf_life > 0) & (goods.shelf_life <= DIRECT_LIFE)
    ranged_from, ranged_to = _range(world, seed, start, goods, places, direct)
    return Chain(world, seed, start, goods, places, ranged_from, ranged_to, supplier, direct)


def horizon(world: World) -> int:
    """Days over which a world of this size plans launches and the like."""
    return world.size.days or int(_MONTH * (world.size.months or 1))


def _range(
    world: World, seed: int, start: int, goods: Goods, places: Places, direct: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Stores carry the better sellers and, the larger they are, more of the rest; the depot what is not direct."""
    random = stream(seed, "range")
    shape = (places.rows, goods.count)
    known = np.argsort(np.argsort(-goods.weight)) < goods.count * 0.5
    chance = np.clip(0.5 + 0.35 * places.sizes[:, None], 0.5, 0.97)
    carried = known[None, :] | (random.random(shape) < chance)
    carried[places.depot] = ~direct
    since = np.maximum(goods.launch[None, :], places.opened[:, None])
    until = np.broadcast_to(goods.delisted[None, :], shape)
    ends_early = (random.random(shape) < 0.02) & ~known & (np.arange(places.rows) < places.depot)[:, None]
    ending = start + (horizon(world) * random.uniform(0.2, 1.0, shape)).astype(int)
    until = np.where(ends_early, np.minimum(until, ending), until)
    return np.where(carried, since, NEVER), until
