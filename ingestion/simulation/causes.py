"""Why a shelf was empty: exactly one root cause per place, product and day that lost a sale."""

import numpy as np

from ingestion.simulation.selling import Sold
from ingestion.simulation.today import Today


def record_stock_outs(today: Today, rate: np.ndarray, spells: list[Sold]) -> None:
    """Write down the day's stock-outs with their causes."""
    lost = np.zeros(rate.shape, dtype=np.int64)
    for spell in spells:
        np.add.at(lost, (spell.lost.row, spell.lost.product), spell.lost.units)
    for row, product in np.argwhere(lost).tolist():
        today.truth.add(
            "stock_outs",
            business_date=today.day,
            location_id=today.chain.places.stock_ids[row],
            product_id=today.chain.goods.ids[product],
            lost_units=int(lost[row, product]),
            root_cause="parameters",
        )
