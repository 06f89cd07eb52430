"""Valid events as rows of the stock state, in Spark."""

from pyspark.sql import DataFrame
from pyspark.sql.functions import array, col, crc32, explode, expr, lit, pmod, sequence, when

from spark_jobs.stock import columns
from spark_jobs.stock.events import VOID

KEY = ("source", "location_id", "shelf")
DELAY = "2 minutes"  # so long an event waits for others that happened before it


def stock_events(events: DataFrame) -> DataFrame:
    """What moves, counts or orders stock, of `valid_events` of sales and inventory events.

    Columns: the key, `product_id`, then those of `StockEvent`. A void, which names no product, goes to every shelf of
    its store.
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
        .withColumn("shelf", explode(_shelves()))
    )


def _of_either(name: str):
    of_sales = col("store_id").isNotNull()
    return when(of_sales, expr(columns.SALES[name])).otherwise(expr(columns.INVENTORY[name])).alias(name)


def _shelves():
    every = sequence(lit(0), lit(columns.SHELVES - 1))
    own = array(pmod(crc32(col("product_id").cast("binary")), lit(columns.SHELVES)).cast("int"))
    return when(col("kind") == VOID, every).otherwise(own)
