"""What each customer is expected to bring in the next twelve months."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from contracts.problems import NotYet
from spark_jobs.customer_values.bg_nbd import BgNbd
from spark_jobs.customer_values.exponential_nbd import ExponentialNbd
from spark_jobs.customer_values.history import History
from spark_jobs.customer_values.spend import SpendModel

DAYS_AHEAD = 365
_MONTHS = 12
_FEWEST = 100  # customers who came back: three parameters of spend want so many at least
PURCHASE_MODELS = (BgNbd, ExponentialNbd)

PurchaseModel = BgNbd | ExponentialNbd


@dataclass(frozen=True)
class ValueModel:
    """How often customers come, and how much they spend; `rivals` are all purchase models that were fitted."""

    purchases: PurchaseModel
    spend: SpendModel
    rivals: Sequence[tuple[PurchaseModel, float]]  # with their log-likelihood


@dataclass(frozen=True, eq=False)
class Values:
    """A row per customer; `margin` is money of the next twelve months, discounted."""

    chance_alive: np.ndarray
    purchases: np.ndarray
    spend: np.ndarray
    margin: np.ndarray


def fit_values(history: History) -> ValueModel:
    """Fit both ways of leaving and keep the one that says more of the data for its parameters (Akaike). In days.

    Raises NotYet where too few customers came back.
    """
    if (returned := int(((history.repeats > 0) & (history.spend > 0)).sum())) < _FEWEST:
        raise NotYet(
            f"{returned} customers came back: too few to tell what customers will bring.", f"{_FEWEST} are needed."
        )
    fitted = [model.fit(history) for model in PURCHASE_MODELS]
    rivals = [(model, float(model.log_likelihood(history).sum())) for model in fitted]
    chosen, _ = max(rivals, key=lambda rival: rival[1] - len(rival[0].parameters))
    return ValueModel(chosen, SpendModel.fit(history), rivals)


def value(model: ValueModel, history: History, margin_rate: float, discount_rate: float) -> Values:
    """Value customers; `discount_rate` per year, a month's money counting as of its middle."""
    ends = [DAYS_AHEAD * month / _MONTHS for month in range(1, _MONTHS + 1)]
    so_far = np.array([model.purchases.expected_purchases(history, end) for end in ends])
    monthly = np.diff(so_far, axis=0, prepend=np.zeros((1, len(history))))
    discount = (1 + discount_rate) ** -((np.arange(_MONTHS) + 0.5) / _MONTHS)
    spend = model.spend.expected_spend(history)
    return Values(model.purchases.chance_alive(history), so_far[-1], spend, (discount @ monthly) * spend * margin_rate)
