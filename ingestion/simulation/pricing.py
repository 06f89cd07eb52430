"""What a line costs: price, promotion, discount and tax, exact to the ten-thousandth."""

from dataclasses import dataclass

import numpy as np

from ingestion.simulation import money, promotions
from ingestion.simulation.tape import Tape
from ingestion.simulation.today import Today

STAFF_PERCENT = 10


@dataclass(eq=False)
class Prices:
    """Per line of a tape, in ten-thousandths; `tax_percent` in percent. `net` is units × `unit` − `discount`."""

    regular: np.ndarray
    unit: np.ndarray
    discount: np.ndarray
    tax: np.ndarray
    net: np.ndarray
    tax_percent: np.ndarray


def price_lines(today: Today, tape: Tape) -> Prices:
    """Prices of every line."""
    regular, tax_percent = (column[tape.product] for column in _lists(today))
    cut, pairs = _offers(today)
    unit = _mistyped(today, tape, regular - _percent(regular, cut[tape.row, tape.product]))
    discount = _percent(tape.units // 2 * 2 * unit, pairs[tape.row, tape.product])
    staff = _is_staff(today, tape)
    discount = discount + np.where(staff, _percent(tape.units * unit - discount, STAFF_PERCENT), 0)
    net = tape.units * unit - discount
    return Prices(regular, unit, discount, _percent(net, tax_percent), net, tax_percent)


def _mistyped(today: Today, tape: Tape, unit: np.ndarray) -> np.ndarray:
    """A store's price file with a slipped decimal point."""
    for incident in today.incidents:
        if incident.kind == "price_outlier":
            unit = np.where((tape.row == incident.row) & (tape.product == incident.product), unit * 10, unit)
    return unit


def _percent(amount: np.ndarray, percent: np.ndarray | int) -> np.ndarray:
    return (amount * percent + 50) // 100


def _lists(today: Today) -> tuple[np.ndarray, np.ndarray]:
    """Regular price and tax of every product, then of every service."""
    services = today.chain.world.services.values()
    prices = [service_price(service.price, service.tax) for service in services]
    return (
        np.concatenate([today.state.price, np.array(prices, dtype=np.int64)]),
        np.concatenate([today.chain.goods.tax, np.array([service.tax for service in services], dtype=np.int64)]),
    )


def service_price(price: float, tax: int) -> int:
    """The price before tax of a service."""
    return money.without_tax(round(price * 100) * money.PENNY, tax)


def _offers(today: Today) -> tuple[np.ndarray, np.ndarray]:
    """Rows × (products, services): percent off the price, and percent off each pair bought."""
    shape = (today.chain.places.rows, today.chain.goods.count + len(today.chain.world.services))
    cut, pairs = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for promotion in promotions.running(today.chain, today.day):
        rows = slice(None) if promotion.row is None else promotion.row
        (pairs if promotion.kind == "multibuy" else cut)[rows, promotion.product] = promotion.percent
    return cut, pairs


def _is_staff(today: Today, tape: Tape) -> np.ndarray:
    """Lines of staff, who pay less for goods."""
    staff = today.random("staff").random(len(tape.ticket_row)) < today.chain.world.habits.staff_discount_share
    return staff[tape.ticket] & (tape.product < today.chain.goods.count)
