"""Events as Spark hands them to the state."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from contracts.settings import Settings
from spark_jobs.session import build_session
from spark_jobs.stock.frames import stock_events
from spark_jobs.stock.seed import TOPICS, shelf_of
from spark_jobs.valid_events import event_schema

pytestmark = pytest.mark.long
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
LINE = {
    "store_id": "WEB", "transaction_id": "T1", "line_number": 1, "product_id": "P", "line_type": "merchandise",
    "quantity": Decimal("2.500"), "event_time": AT,
}  # fmt: skip
MOVED = {"location_id": "S1", "product_id": "P", "quantity": Decimal("3.000"), "event_time": AT}


@pytest.fixture(scope="module")
def spark(running_stack: Settings) -> Iterator[SparkSession]:
    """One session for the module."""
    session = build_session("frames", running_stack)
    yield session
    session.stop()


def rows(spark: SparkSession, *events: dict) -> list[dict]:
    """What the state gets of these events."""
    filled = [{"source": "s", "event_id": "E", **event} for event in events]
    frame = spark.createDataFrame(pa.Table.from_pylist(filled, schema=event_schema(TOPICS)))
    return [row.asDict() for row in stock_events(frame, {("s", "WEB"): ["DC"]}).collect()]


def test_goods_leave_where_they_are_fulfilled(spark: SparkSession) -> None:
    """2.5 units sold at WEB leave DC; a line's document is its ticket's."""
    (row,) = rows(spark, LINE | {"event_type": "sale", "fulfilment_location_id": "DC"})
    assert (row["location_id"], row["product_id"], row["kind"], row["units"]) == ("DC", "P", "sale", -2500)
    assert (row["document"], row["at"], row["shelf"]) == ("WEB|T1|1", int(AT.timestamp() * 1000), shelf_of("P"))


def test_a_void_goes_wherever_its_line_may_be(spark: SparkSession) -> None:
    """To all four shelves of the shop and of the depot that it sells from; at another shop to its own four."""
    void = {"event_type": "void", "transaction_id": "T1", "line_number": 1, "event_time": AT}
    found = rows(spark, void | {"store_id": "WEB"}, void | {"store_id": "S1"})
    places = sorted((row["location_id"], row["shelf"]) for row in found)
    assert places == [(place, shelf) for place in ("DC", "S1", "WEB") for shelf in range(4)]


def test_what_moves_no_stock_is_left_out(spark: SparkSession) -> None:
    """A service, a return that is damaged, a snapshot."""
    assert not rows(
        spark,
        LINE | {"event_type": "sale", "line_type": "service"},
        LINE | {"event_type": "return", "disposition": "damaged"},
        MOVED | {"event_type": "stock_snapshot", "snapshot_at": AT},
    )


def test_signs_and_instants(spark: SparkSession) -> None:
    """Breakage goes out; a count counts at the instant it was made; an order names its line and promise."""
    counted = datetime(2026, 3, 2, 9, tzinfo=UTC)
    order = {"purchase_order_id": "PO", "purchase_order_line": 2, "promised_date": date(1970, 1, 11)}
    damage, count, placed = rows(
        spark,
        MOVED | {"event_type": "damage"},
        MOVED | {"event_type": "stock_count", "count_id": "C", "counted_at": counted},
        MOVED | {"event_type": "purchase_order_placed"} | order,
    )
    assert (damage["units"], damage["document"]) == (-3000, "")
    assert (count["units"], count["at"]) == (3000, int(counted.timestamp() * 1000))
    assert (placed["units"], placed["order_line"], placed["promised"]) == (3000, "PO/2", 10)
