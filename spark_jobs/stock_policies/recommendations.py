"""What the released policy advises, as rows of `ml.recommendations`: levels, and what set them."""

import json
from datetime import datetime
from typing import Any

import numpy as np

from spark_jobs.stock_policies.advice import Advised, advise
from spark_jobs.stock_policies.history import Past
from spark_jobs.stock_policies.supply import Supply, ids_of
from spark_jobs.stock_policies.tuning import Choice

_RECENT_DAYS = 56
_SENTENCES = {
    "shelf capacity": "More would pay, but the shelf holds no more",
    "presentation minimum": "Demand asks for less than the shelf has to show",
    "shelf life": "What is not sold in time is lost, so it is kept scarce",
    "spread of demand": "Demand is slow and uneven: more is kept against surprises than is usually wanted",
    "demand": "Demand until the order after next is there sets it",
}


def recommendation_rows(
    run_id: str, supply: Supply, choice: Choice, source: str, now: datetime
) -> list[dict[str, Any]]:
    """A row per series."""
    terms, units = supply.terms, supply.demand.units
    advised = advise(choice, units, terms)
    up_to = advised.order_up_to[:, 0]
    expected = _expected(units, terms.protection_days)
    ratio = np.broadcast_to(terms.lost / np.maximum(terms.lost + terms.holding, 1e-12), len(units))
    drivers = drivers_of(supply, advised, expected)
    parameter = np.array(choice.rule.parameters)[choice.chosen]
    return [
        {
            "run_id": run_id,
            "source": source,
            "store_id": store,
            "product_id": product,
            "made_date": str(supply.made_date),
            "policy": choice.rule.name,
            "driver": drivers[row],
            "service_level": round(float(ratio[row]), 6),
            "safety_stock_units": round(float(max(up_to[row] - expected[row], 0)), 3),
            "reorder_point_units": round(float(up_to[row]), 3),
            "order_up_to_units": round(float(up_to[row]), 3),
            "parameters": json.dumps({"parameter": float(parameter[row])}),
            "reason": _reason(drivers[row], float(expected[row]), int(terms.protection_days[row])),
            "made_at": now,
        }
        for row, (store, product) in enumerate(ids_of(supply.table))
    ]


def drivers_of(supply: Supply, advised: Advised, expected: np.ndarray) -> np.ndarray:
    """A word per series: what set its level."""
    terms, level = supply.terms, advised.order_up_to[:, 0]
    perishes = np.isfinite(np.broadcast_to(terms.life_days, len(level)))
    conditions = [
        advised.is_full[:, 0],
        (level <= terms.presentation) & (level > 0),
        perishes & (level < expected),
        level > 2 * expected,
    ]
    return np.select(conditions, ["shelf capacity", "presentation minimum", "shelf life", "spread of demand"], "demand")


def _expected(units: np.ndarray, days: np.ndarray) -> np.ndarray:
    return Past(units, np.array([units.shape[1]])).mean(_RECENT_DAYS)[:, 0] * days


def _reason(driver: str, expected: float, days: int) -> str:
    return f"{_SENTENCES[driver]}: {expected:.1f} expected in {days} days."
