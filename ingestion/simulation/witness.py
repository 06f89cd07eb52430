"""Writes down what really happened in a day: demand, what was lost and why, and the stock at its end."""

import numpy as np

from ingestion.simulation import promotions
from ingestion.simulation.causes import record_stock_outs
from ingestion.simulation.clock import MINUTE
from ingestion.simulation.incidents import record_incidents
from ingestion.simulation.selling import Sold
from ingestion.simulation.tickets import Lines
from ingestion.simulation.today import Today
from ingestion.simulation.truth import Coded


def record_day(today: Today, rate: np.ndarray, wanted: Lines, spells: list[Sold]) -> None:
    """The day's truth."""
    if today.quiet:
        return
    _record_demand(today, rate, wanted, spells)
    _record_lost(today, spells)
    record_stock_outs(today, rate, spells)
    _record_stock(today)
    record_incidents(today.chain, today.truth, today.day, today.incidents)


def _record_demand(today: Today, rate: np.ndarray, wanted: Lines, spells: list[Sold]) -> None:
    chain = today.chain
    row, product = np.nonzero(chain.is_ranged(today.day) & today.open_rows[:, None])
    pair = row, product
    demand = _sum(rate.shape, wanted.row, wanted.product, wanted.units)
    instead = sum(_sum(rate.shape, s.instead.row, s.instead.product, s.instead.units) for s in spells)
    lost = sum(_sum(rate.shape, s.lost.row, s.lost.product, s.lost.units) for s in spells)
    empty = sum(_empty_minutes(today, spell, late) for late, spell in enumerate(spells))
    open_minutes = np.array([(today.closing(r) - today.opening(r)) // MINUTE for r in range(chain.places.rows)])
    effect = promotions.effect(chain, today.day)
    today.truth.add_block(
        "demand",
        len(row),
        business_date=today.day,
        store_id=Coded(row, chain.places.selling_ids),
        product_id=Coded(product, chain.goods.ids),
        expected_units=rate[pair].astype(np.float32),
        demand_units=demand[pair],
        sold_units=(demand - lost)[pair],
        lost_units=lost[pair],
        substitute_units=instead[pair],
        out_of_stock_minutes=empty[pair],
        open_minutes=open_minutes[row],
        promotion_effect=effect[pair].astype(np.float32),
        is_promoted=_promoted(today, effect.shape)[pair],
    )


def _sum(shape: tuple[int, ...], row: np.ndarray, product: np.ndarray, units: np.ndarray) -> np.ndarray:
    total = np.zeros(shape, dtype=np.int64)
    np.add.at(total, (row, product), units)
    return total


def _empty_minutes(today: Today, spell: Sold, late: int) -> np.ndarray:
    """Rows × products: open minutes of the spell with an empty shelf."""
    begin, end = _bounds(today, late)
    last = np.repeat(begin[:, None], spell.after.shape[1], axis=1)
    np.maximum.at(last, (spell.lines.row, spell.lines.product), spell.lines.time)
    since = np.where(spell.before == 0, begin[:, None], last)
    return np.where(spell.after == 0, np.maximum(end[:, None] - since, 0) // MINUTE, 0)


def _bounds(today: Today, late: int) -> tuple[np.ndarray, np.ndarray]:
    rows = range(today.chain.places.rows)
    opening = np.array([today.opening(row) for row in rows])
    closing = np.array([today.closing(row) for row in rows])
    delivery = np.clip([today.delivery(row) for row in rows], opening, closing)
    return (delivery, closing) if late else (opening, delivery)


def _promoted(today: Today, shape: tuple[int, ...]) -> np.ndarray:
    promoted = np.zeros(shape, dtype=bool)
    for promotion in promotions.running(today.chain, today.day):
        promoted[slice(None) if promotion.row is None else promotion.row, promotion.product] = True
    return promoted


def _record_lost(today: Today, spells: list[Sold]) -> None:
    chain, state = today.chain, today.state
    margin = np.maximum(state.price - state.cost, 0)
    for lost in (spell.lost for spell in spells):
        today.truth.add_block(
            "lost_sales",
            len(lost.row),
            business_date=today.day,
            lost_at=lost.time,
            store_id=Coded(lost.row, chain.places.selling_ids),
            location_id=Coded(lost.row, chain.places.stock_ids),
            product_id=Coded(lost.product, chain.goods.ids),
            lost_units=lost.units,
            recaptured_units=lost.recaptured,
            lost_margin=lost.units * margin[lost.product],
            cause=lost.cause.tolist(),
        )


def _record_stock(today: Today) -> None:
    chain, stock = today.chain, today.state.stock
    row, product = np.nonzero(chain.is_ranged(today.day) | (stock.physical != 0) | (stock.book != 0))
    today.truth.add_block(
        "stock",
        len(row),
        business_date=today.day,
        location_id=Coded(row, chain.places.stock_ids),
        product_id=Coded(product, chain.goods.ids),
        physical_units=stock.physical[row, product],
        book_units=stock.book[row, product],
    )
