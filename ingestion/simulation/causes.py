"""Why a shelf was empty: exactly one root cause per place, product and day that lost a sale.

The first that applies of: phantom stock, new item, supplier late, supplier or depot short, promotion under-ordered,
ordered late, not ordered, forecast too low, parameters.
"""

import numpy as np

from ingestion.simulation import promotions
from ingestion.simulation.selling import Sold
from ingestion.simulation.state import DEPOT
from ingestion.simulation.today import Today

_NEW_DAYS = 21
_AFTERMATH = 4
_UNDERRATED = 1.35


def record_stock_outs(today: Today, rate: np.ndarray, spells: list[Sold]) -> None:
    """Write down the day's stock-outs with their causes. `rate` is rows × products, mean units wanted."""
    lost = np.zeros(rate.shape, dtype=np.int64)
    phantom = np.zeros(rate.shape, dtype=bool)
    for spell in spells:
        np.add.at(lost, (spell.lost.row, spell.lost.product), spell.lost.units)
        at = spell.lost.cause == "phantom"
        phantom[spell.lost.row[at], spell.lost.product[at]] = True
    promoted = _recently_promoted(today)
    for row, product in np.argwhere(lost).tolist():
        cause = "phantom_stock" if phantom[row, product] else _cause(today, row, product, rate, promoted)
        today.truth.add(
            "stock_outs",
            business_date=today.day,
            location_id=today.chain.places.stock_ids[row],
            product_id=today.chain.goods.ids[product],
            lost_units=int(lost[row, product]),
            root_cause=cause,
        )


def _cause(today: Today, row: int, product: int, rate: np.ndarray, promoted: set[tuple[int, int]]) -> str:
    state, pair = today.state, (row, product)
    lines = state.expected.get(pair, [])
    if today.chain.ranged_from[pair] > today.day - _NEW_DAYS:
        return "new_item"
    if any(line.source != DEPOT and line.promised < today.day for line in lines):
        return "supplier_late"
    if pair in state.short:
        return state.short[pair]
    if pair in promoted:
        return "promotion_under_ordered"
    before_tonight = [line for line in lines if line.placed < today.day]
    if any(line.missed for line in before_tonight):
        return "ordered_late"
    if not before_tonight and (state.missed[pair] or any(line.missed for line in lines)):
        return "not_ordered"
    return "forecast_too_low" if rate[pair] > _UNDERRATED * state.sales_rate[pair] else "parameters"


def _recently_promoted(today: Today) -> set[tuple[int, int]]:
    """Pairs on promotion within the last days."""
    found = set()
    for back in range(_AFTERMATH):
        for promotion in promotions.running(today.chain, today.day - back):
            rows = range(today.chain.places.rows) if promotion.row is None else [promotion.row]
            found.update((row, promotion.product) for row in rows)
    return found
