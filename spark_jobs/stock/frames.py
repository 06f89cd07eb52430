"""Valid events as rows of the stock state, in Spark."""

from pyspark.sql import Column, DataFrame
from pyspark.sql.functions import (
    array,
    coalesce,
    col,
    concat,
    crc32,
    create_map,
    explode,
    expr,
    lit,
    pmod,
    sequence,
    when,
)

from spark_jobs.stock import columns
from spark_jobs.stock.events import VOID
from spark_jobs.stock.seed import Elsewhere

KEY = ("source", "location_id", "shelf")
DELAY = "2 minutes"  # so long an event waits for others that happened before it


def stock_events(events: DataFrame, elsewhere: Elsewhere) -> DataFrame:
    """What moves, counts or orders stock, of `valid_events` of sales and inventory events.

    Columns: the key, `product_id`, then those of `StockEvent`. A void, which names no product, goes to every shelf of
    its store and of the other locations that the store's goods leave from.
    """
    # Spark drops rows behind the watermark where it sees the column that carries it; an expression hides it. Late
    # events still move stock.
    waiting = events.withWatermark("event_time", DELAY)
    return (
        waiting.where(f"({columns.SALES_CONDITION}) or ({columns.INVENTORY_CONDITION})")
        .select(
            "source",
            *(_of_either(name) for name in columns.SALES),
            expr("unix_millis(coalesce(counted_at, event_time))").alias("at"),
            col("event_type").alias("kind"),
            expr(columns.UNITS).alias("units"),
            "event_id",
            expr("coalesce(corrects_event_id, '')").alias("corrects"),
            expr("coalesce(unix_date(promised_date), 0)").alias("promised"),
        )
        .withColumn("location_id", explode(_locations(elsewhere)))
        .withColumn("shelf", explode(_shelves()))
    )


def _of_either(name: str) -> Column:
    of_sales = col("store_id").isNotNull()
    return when(of_sales, expr(columns.SALES[name])).otherwise(expr(columns.INVENTORY[name])).alias(name)


def _locations(elsewhere: Elsewhere) -> Column:
    own = array("location_id")
    if not elsewhere:
        return own
    pairs = ((lit("|".join(store)), array(*map(lit, places))) for store, places in elsewhere.items())
    others = create_map(*(part for pair in pairs for part in pair))[concat("source", lit("|"), "location_id")]
    return when(col("kind") == VOID, concat(own, coalesce(others, expr("array()")))).otherwise(own)


def _shelves() -> Column:
    every = sequence(lit(0), lit(columns.SHELVES - 1))
    own = array(pmod(crc32(col("product_id").cast("binary")), lit(columns.SHELVES)).cast("int"))
    return when(col("kind") == VOID, every).otherwise(own)
