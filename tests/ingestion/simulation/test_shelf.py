"""What happens at a shelf, small enough to do on paper."""

import numpy as np
import pytest
from chains import START, small_world

from ingestion.simulation import money
from ingestion.simulation.chain import Chain, make_chain
from ingestion.simulation.goods import make_goods
from ingestion.simulation.promotions import effect, planned
from ingestion.simulation.selling import sell
from ingestion.simulation.stock import Stock, empty_stock
from ingestion.simulation.tickets import Lines


@pytest.fixture(scope="module")
def chain() -> Chain:
    """A chain whose customers never take anything else instead."""
    world = small_world()
    habits = world.habits.model_copy(update={"substitution": 0.0})
    return make_chain(world.model_copy(update={"habits": habits}), 3, START.toordinal())


@pytest.fixture
def stock(chain: Chain) -> Stock:
    """Empty shelves."""
    return empty_stock(chain)


def _durable(chain: Chain) -> int:
    return int(np.flatnonzero(chain.goods.shelf_life == 0)[0])


def _wanted(product: int, *units: int) -> Lines:
    count = len(units)
    none = np.zeros(count, dtype=np.int64)
    return Lines(none, none + product, np.array(units), np.arange(count), 1000 * np.arange(count), none)


def test_first_come_first_served(chain: Chain, stock: Stock) -> None:
    """Of 4 units, wanted as 3, 2 and 1, the first gets 3, the second the last one, the third nothing."""
    product = _durable(chain)
    stock.put(0, product, 4, 0)
    stock.book[0, product] = 4
    sold = sell(chain, chain.random("test"), stock, _wanted(product, 3, 2, 1))
    assert sold.lines.units.tolist() == [3, 1]
    assert sold.lost.units.tolist() == [1, 1]
    assert sold.lost.cause.tolist() == ["last_units", "no_stock"]
    assert stock.physical[0, product] == 0


def test_phantom_stock(chain: Chain, stock: Stock) -> None:
    """A sale lost on an empty shelf that the book believes full is lost to phantom stock."""
    product = _durable(chain)
    stock.book[0, product] = 5
    sold = sell(chain, chain.random("test"), stock, _wanted(product, 1))
    assert sold.lost.cause.tolist() == ["phantom"]
    assert len(sold.lines) == 0


def test_substitution() -> None:
    """Customers who always take something else find the sister product, and the loss says so."""
    world = small_world()
    habits = world.habits.model_copy(update={"substitution": 1.0})
    chain = make_chain(world.model_copy(update={"habits": habits}), 3, START.toordinal())
    stock = empty_stock(chain)
    product = next(n for n in range(chain.goods.count) if chain.goods.sisters[n][0] != n)
    for sister in set(chain.goods.sisters[product].tolist()):
        stock.put(0, sister, 10, 5)
    sold = sell(chain, chain.random("test"), stock, _wanted(product, 2))
    assert sold.lines.units.tolist() == [2]
    assert sold.lines.product[0] in chain.goods.sisters[product]
    assert sold.lost.units.tolist() == [2]
    assert sold.lost.recaptured.tolist() == [2]


def test_what_expires_first_goes_first(chain: Chain, stock: Stock) -> None:
    """Of 3 units that last a day and 5 that last four, a sale of 4 leaves 4 of the later lot."""
    product = int(chain.perishable[0])
    slot = stock.slot[product]
    stock.put(0, product, 5, 4)
    stock.put(0, product, 3, 1)
    units = np.zeros_like(stock.physical)
    units[0, product] = 4
    stock.take(units)
    assert stock.lots[0, slot, [1, 4]].tolist() == [0, 4]
    assert stock.physical[0, product] == 4


def test_what_is_out_of_date_leaves(chain: Chain, stock: Stock) -> None:
    """Goods on their last day are gone in the evening, the others a day older."""
    product = int(chain.perishable[0])
    slot = stock.slot[product]
    stock.put(0, product, 2, 0)
    stock.put(0, product, 3, 1)
    assert stock.expire()[0, slot] == 2
    assert stock.lots[0, slot, 0] == 3
    assert stock.physical[0, product] == 3


def test_picking_leaves_what_is_too_old(chain: Chain, stock: Stock) -> None:
    """The depot sends nothing with fewer days left than asked for."""
    product = int(chain.perishable[0])
    stock.put(0, product, 2, 1)
    stock.put(0, product, 3, 6)
    assert stock.pick(0, product, 4, days_left=2) == [(6, 3)]
    assert stock.physical[0, product] == 2


def test_money() -> None:
    """Shelf prices with tax give exact prices without, and both are written in full."""
    assert money.without_tax(11_900, 19) == 10_000
    assert money.without_tax(19_900, 20) == 16_583  # 1.99 / 1.2 = 1.65833…
    assert money.without_tax(20_000, 20) == 16_667
    assert money.share(16_583, 20) == 3_317  # 0.33166
    assert [money.text(amount) for amount in (16_583, -5, 0, 1_234_567)] == ["1.6583", "-0.0005", "0.0000", "123.4567"]


def test_gtins_have_their_check_digit() -> None:
    """The weighted digits of a GTIN-13, threes at the even places, add up to a multiple of ten."""
    goods = make_goods(small_world(), 1, START.toordinal(), 60)
    for gtin in goods.gtins:
        assert len(gtin) == 13
        assert sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(gtin)) % 10 == 0


def test_promotion_effect() -> None:
    """A promotion multiplies its product's demand, lowers that of its sisters meanwhile, and is followed by a dip."""
    world = small_world(products=80)
    habits = world.habits.model_copy(update={"promotion_share": 0.001})
    chain = make_chain(world.model_copy(update={"habits": habits}), 3, START.toordinal())
    promotion = next(each for period in range(100) for each in planned(chain, period))
    row = promotion.row or 0
    sister = next(each for each in chain.goods.sisters[promotion.product] if each != promotion.product)
    during, after = effect(chain, promotion.ends), effect(chain, promotion.ends + 1)
    length = promotion.ends - promotion.starts + 1
    assert during[row, promotion.product] == promotion.uplift
    assert during[row, sister] == promotion.cannibalism < 1
    assert after[row, promotion.product] == effect(chain, promotion.ends + length)[row, promotion.product]
    assert after[row, promotion.product] == promotion.dip < 1
    assert (effect(chain, promotion.starts - 1) == 1).all()
    assert (effect(chain, promotion.ends + length + 1) == 1).all()
