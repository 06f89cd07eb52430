"""Sales of a simulated retailer as a frame, without Kafka and a warehouse: seconds for two years of a small world."""

from collections.abc import Iterator
from datetime import date

import orjson
import pandas as pd

from contracts.events import SALES
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth

_TEXT = ("store_id", "transaction_id", "business_date", "product_id", "channel")
_MONEY = ("quantity", "unit_price", "regular_price", "discount_amount")


def simulated_sales(run: Run, until: date) -> pd.DataFrame:
    """A row per sale line: ids, `customer_id` ('' for strangers), `day` (ordinal), numbers, `net_amount`."""
    found = pd.DataFrame(_lines(run, until)).drop_duplicates(["store_id", "transaction_id", "line_number"])
    found["day"] = pd.to_datetime(found["business_date"]).map(date.toordinal)
    found["net_amount"] = found["quantity"] * found["unit_price"] - found["discount_amount"]
    return found


def _lines(run: Run, until: date) -> Iterator[dict]:
    truth = Truth()
    for batch in simulate(run, until, truth):
        truth.clear()
        for message in batch.messages:
            if message.topic == SALES and (event := _sale(message.value)):
                texts = {name: event[name] for name in _TEXT}
                numbers = {name: float(event[name]) for name in _MONEY}
                person = {"customer_id": event.get("customer_id") or "", "line_number": event["line_number"]}
                yield texts | numbers | person


def _sale(value: bytes) -> dict | None:
    """The event, if it is a sale and not one of the damaged copies."""
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return event if isinstance(event, dict) and event.get("event_type") == "sale" else None
