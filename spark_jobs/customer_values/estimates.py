"""From the features of customers to rows of `ml.customer_values`, and what the models said of themselves."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from clickhouse_connect.driver.client import Client

from contracts.problems import NotYet
from spark_jobs.customer_values.history import History
from spark_jobs.customer_values.values import ValueModel, fit_values, value

TABLE = "features.feat_customer_purchases"
TASK = "customer value"
_CENTS = Decimal("0.0001")


@dataclass(frozen=True)
class Run:
    """What all rows of a run have in common; `discount_rate` is per year."""

    run_id: str
    source: str
    discount_rate: float
    made_at: datetime


@dataclass(frozen=True)
class Estimated:
    """The customers of one currency, and what was found of them."""

    customers: pd.DataFrame
    model: ValueModel
    rows: list[dict[str, Any]]


def read_purchases(client: Client, table: str, source: str) -> pd.DataFrame:
    """A row per customer of the source."""
    query = f"SELECT * FROM {table} WHERE source = {{source:String}} ORDER BY customer_id"  # noqa: S608 - a name of ours
    return client.query_df(query, {"source": source})


def require_customers(client: Client, table: str) -> None:
    """Raises NotYet where nobody who bought has a name: some retailers never know."""
    if client.command(f"EXISTS TABLE {table}") and not client.command(f"SELECT count() FROM {table}"):  # noqa: S608 - likewise
        raise NotYet("No customer who bought is known by name: there is nobody to value.")


def estimate(run: Run, purchases: pd.DataFrame) -> list[Estimated]:
    """Customers by currency; not where too few came back or no cost is known. Raises NotYet if that is all."""
    found, reason = [], None
    for currency, customers in purchases.groupby("currency"):
        try:
            model = fit_values(history_in(customers))
            found.append(Estimated(customers, model, _rows(run, str(currency), customers, model)))
        except NotYet as too_early:
            reason = too_early
    if reason and not found:
        raise reason
    return found


def history_in(customers: pd.DataFrame) -> History:
    """Features as the models take them, in days."""
    repeats = customers["repeat_days"].to_numpy(float)
    spent = customers["repeat_sales_amount"].astype(float).to_numpy()
    recency, age = (customers[name].to_numpy(float) for name in ("recency_days", "age_days"))
    return History(repeats, recency, age, spent / repeats.clip(min=1))


def margin_rate(customers: pd.DataFrame) -> float:
    """Margin left of a sales amount after returns, of what has a known cost. Raises NotYet where nothing has."""
    sums = customers[["sales_amount", "net_revenue", "cost_tracked_revenue", "cogs_amount"]].astype(float).sum()
    if not sums["cost_tracked_revenue"] or not sums["sales_amount"]:
        raise NotYet("No cost of what known customers bought is known: their margin cannot be told.")
    kept = sums["net_revenue"] / sums["sales_amount"]
    return float(kept * (1 - sums["cogs_amount"] / sums["cost_tracked_revenue"]))


def result_rows(run: Run, estimated: Estimated, code_version: str) -> list[dict[str, Any]]:
    """How well each model of purchases fitted, as rows of `ml.ml_model_results`."""
    customers, model = estimated.customers, estimated.model
    return [
        {
            "run_id": run.run_id,
            "source": run.source,
            "task": TASK,
            "model": rival.name,
            "demand_class": "",
            "horizon_week": 0,
            "origin_date": _last_day(customers),
            "measure": f"log-likelihood {customers['currency'].iloc[0]}",
            "value": likelihood,
            "observations": len(customers),
            "trained_from": _day(customers["first_purchase_date"].min()),
            "trained_to": _last_day(customers),
            "parameters": json.dumps(rival.parameters | {"spend": model.spend.parameters}),
            "code_version": code_version,
            "seed": 0,
            "is_champion": rival == model.purchases,
            "run_at": run.made_at,
        }
        for rival, likelihood in model.rivals
    ]


def _rows(run: Run, currency: str, customers: pd.DataFrame, model: ValueModel) -> list[dict[str, Any]]:
    rate = margin_rate(customers)
    values = value(model, history_in(customers), rate, run.discount_rate)
    shared = {
        "run_id": run.run_id,
        "source": run.source,
        "currency": currency,
        "made_date": _last_day(customers),
        "model": model.purchases.name,
        "margin_rate": rate,
        "discount_rate": run.discount_rate,
        "made_at": run.made_at,
    }
    columns = (customers["customer_id"], values.chance_alive, values.purchases, values.spend, values.margin)
    return [
        shared
        | {
            "customer_id": customer,
            "chance_alive": float(alive),
            "expected_purchases": float(purchases),
            "expected_spend": float(spend),
            "estimated_value": Decimal(float(margin)).quantize(_CENTS),
        }
        for customer, alive, purchases, spend, margin in zip(*columns, strict=True)
    ]


def _last_day(customers: pd.DataFrame) -> str:
    return _day(customers["known_until_date"].max())


def _day(value: date | pd.Timestamp) -> str:
    return pd.Timestamp(value).date().isoformat()
