"""What the live sales take from a message: small tuples of exact integers, packed by store.

A micro-batch reaches the stateful operator as one row per store and Arrow batch instead of one per event: what the
operator costs, it costs per row.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
from pyspark.sql import DataFrame

from contracts.events import SALES
from contracts.quick_verdict import read_valid
from spark_jobs.valid_events import MESSAGE_COLUMNS

PACKED = "source string, store_id string, lines binary"
LINE_EVENTS = ("sale", "return")
_TAKEN = (*LINE_EVENTS, "void")  # what else the topic carries is no business of the tills' minutes
_SCHEMA = pa.schema([("source", pa.string()), ("store_id", pa.string()), ("lines", pa.binary())])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Categories = Callable[[str, str], str]  # source and product id to category


class Line(NamedTuple):
    """A sale, a return, or a void with the ids of the line it takes back.

    Times are milliseconds since 1970; `units` thousandths and `net`, `unit_price`, `regular_price` ten-thousandths, the
    first two negative on returns.
    """

    event_type: str
    event_id: str
    at: int
    kafka_at: int
    register_id: str
    transaction_id: str
    line_number: int
    corrects: str | None = None
    is_merchandise: bool = False
    units: int = 0
    net: int = 0
    currency: str = ""
    channel: str = ""
    category: str = ""
    product_id: str = ""
    is_unreferenced: bool = False
    unit_price: int = 0
    regular_price: int | None = None


def packed_lines(messages: DataFrame, categories: Callable[[], Categories]) -> DataFrame:
    """Sales, returns and voids among messages of `read_topics`, packed: see `PACKED`.

    `categories` is called once per task, where the task runs.
    """
    return messages.select(*MESSAGE_COLUMNS).mapInArrow(_packer(categories), PACKED)


def _packer(
    categories: Callable[[], Categories],
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def pack(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        category = categories()
        for batch in batches:
            yield packed(batch, category)

    return pack


def packed(batch: pa.RecordBatch, category: Categories) -> pa.RecordBatch:
    """The valid lines and voids of a batch of messages, a row per store."""
    stores: dict[tuple[str, str], list[tuple]] = defaultdict(list)
    timestamps, values = batch.column("timestamp").to_pylist(), batch.column("value").to_pylist()
    for timestamp, value in zip(timestamps, values, strict=True):
        event = read_valid(SALES, value or b"")
        if event is None or event["event_type"] not in _TAKEN:
            continue
        stores[event["source"], event["store_id"]].append(tuple(line_of(event, milliseconds(timestamp), category)))
    rows = [(*store, orjson.dumps(lines)) for store, lines in stores.items()]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
    )


def unpacked(lines: bytes) -> list[Line]:
    """The lines that `packed` put together."""
    return [Line._make(values) for values in orjson.loads(lines)]


def line_of(event: dict[str, Any], kafka_at: int, category: Categories) -> Line:
    """A valid sale, return or void as a Line."""
    envelope = (
        event["event_type"],
        event["event_id"],
        milliseconds(event["event_time"]),
        kafka_at,
        event["register_id"],
        event["transaction_id"],
        event["line_number"],
        event["corrects_event_id"],
    )
    if event["event_type"] == "void":
        return Line(*envelope)
    sign = -1 if event["event_type"] == "return" else 1
    units, price = _scaled(event["quantity"], 3), _scaled(event["unit_price"], 4)
    regular = event["regular_price"]
    return Line(
        *envelope,
        is_merchandise=event["line_type"] == "merchandise",
        units=sign * units,
        net=sign * net_amount(units, price, _scaled(event["discount_amount"], 4)),
        currency=event["currency"],
        channel=event["channel"],
        category=category(event["source"], event["product_id"]),
        product_id=event["product_id"],
        is_unreferenced=event.get("reason") == "unreferenced",
        unit_price=price,
        regular_price=None if regular is None else _scaled(regular, 4),
    )


def net_amount(units: int, price: int, discount: int) -> int:
    """Thousandths of units x ten-thousandths of money, less the discount, half away from zero as in `fact_sales`."""
    exact = units * price - 1000 * discount
    return (exact + 500) // 1000 if exact >= 0 else -((500 - exact) // 1000)


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def _scaled(value: Decimal, places: int) -> int:
    return int(value.scaleb(places))
