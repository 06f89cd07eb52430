"""Reports as rows of one shape: the chain's figures, rankings with last week's, and what stands out."""

from decimal import Decimal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - Spark's own convention

from spark_jobs.batch.measures import CHAIN, SUPPLIER_MEASURES, VALUE, long, measured
from spark_jobs.batch.slices import Slices

KPIS, EXCEPTIONS = "daily_kpis", "exceptions"
STORES, CATEGORIES, PRODUCTS, SUPPLIERS = "store_ranking", "category_ranking", "product_ranking", "supplier_ranking"
REPORTS = (KPIS, STORES, CATEGORIES, PRODUCTS, SUPPLIERS, EXCEPTIONS)
COLUMNS = (
    *("report", "currency", "rank", "entity_id", "entity_name", "measure", "unit", "value"),
    *("comparison_date", "comparison_value", "comparison_rank"),
)
TOP_PRODUCTS = 20
FELL_TO, IN_STOCK_BELOW, LOSING_SHOWN = Decimal("0.75"), Decimal("0.9"), 5
_LEADING = "total_revenue"
_ON = ("entity_id", "currency", "measure")


def reports(slices: Slices) -> DataFrame:
    """Every report of the day, columns COLUMNS."""
    stores, products = compared(slices, "store").cache(), compared(slices, "product").cache()
    top_products = ranked(products).where(F.col("rank") <= TOP_PRODUCTS)
    parts = [
        _chain(slices),
        _named(ranked(stores).withColumn("report", F.lit(STORES)), slices["stores"], "store"),
        ranked(compared(slices, "category")).withColumns(
            {"report": F.lit(CATEGORIES), "entity_name": F.col("entity_id")}
        ),
        _named(top_products.withColumn("report", F.lit(PRODUCTS)), slices["products"], "product"),
        _suppliers(slices),
        _named(_falling(stores), slices["stores"], "store"),
        _named(_losing(products), slices["products"], "product"),
        _named(_incomplete(slices), slices["stores"], "store"),
    ]
    union = parts[0].select(*COLUMNS)
    for part in parts[1:]:
        union = union.unionByName(part.select(*COLUMNS))
    return union


def compared(slices: Slices, entity: str) -> DataFrame:
    """Measures of the day beside those of the same weekday a week before; NULL where nothing was known."""
    values = measured(slices, entity)
    is_today, is_before = (F.col("date_key") == F.lit(day) for day in (slices.day, slices.before))
    return values.groupBy(*_ON, "unit").agg(
        F.max(F.when(is_today, F.col("value"))).alias("value"),
        F.max(F.when(is_before, F.col("value"))).alias("comparison_value"),
        F.max(F.when(is_before, F.col("date_key"))).alias("comparison_date"),
    )


def ranked(values: DataFrame) -> DataFrame:
    """What had revenue that day, with its rank by it and that of a week before; equal revenue ranks by id."""
    leading = values.where(F.col("measure") == _LEADING)
    ranks = leading.where(F.col("value").isNotNull()).select(
        "entity_id", "currency", F.row_number().over(_descending("value")).alias("rank")
    )
    before = leading.where(F.col("comparison_value").isNotNull()).select(
        "entity_id", "currency", F.row_number().over(_descending("comparison_value")).alias("comparison_rank")
    )
    return values.join(ranks, ["entity_id", "currency"]).join(before, ["entity_id", "currency"], how="left")


def _descending(value: str):
    return Window.partitionBy("currency").orderBy(F.col(value).desc(), "entity_id")


def _chain(slices: Slices) -> DataFrame:
    nothing = {"rank": F.lit(0), "comparison_rank": F.lit(None).cast("int"), "report": F.lit(KPIS)}
    return compared(slices, CHAIN).withColumns(nothing | {"entity_name": F.lit("Chain")})


def _named(values: DataFrame, names: DataFrame, entity: str) -> DataFrame:
    wanted = names.select(F.col(f"{entity}_id").alias("entity_id"), F.col(f"{entity}_name").alias("entity_name"))
    joined = values.join(F.broadcast(wanted), "entity_id", how="left")
    return joined.withColumn("entity_name", F.coalesce("entity_name", "entity_id"))


def _suppliers(slices: Slices) -> DataFrame:
    """Those that had something due within the window that the mart judges, the most punctual first."""
    due = slices["suppliers"].where(F.col("due_lines") > 0)
    order = Window.orderBy(F.expr("on_time_in_full_lines / due_lines").desc(), F.col("due_lines").desc(), "entity_id")
    values = long(due.withColumn("rank", F.row_number().over(order)), SUPPLIER_MEASURES, ("entity_id", "rank"))
    named = values.join(F.broadcast(slices["supplier_names"]), "entity_id", how="left")
    return named.withColumns(
        _uncompared(SUPPLIERS) | {"currency": F.lit(""), "entity_name": F.coalesce("entity_name", "entity_id")}
    )


def _uncompared(report: str) -> dict:
    return {
        "report": F.lit(report),
        "comparison_date": F.lit(None).cast("date"),
        "comparison_value": F.lit(None).cast(VALUE),
        "comparison_rank": F.lit(None).cast("int"),
    }


def _falling(stores: DataFrame) -> DataFrame:
    """Stores whose revenue fell by more than a quarter, or that were out of stock for more than a tenth of the time."""
    revenue, before = F.coalesce("value", F.lit(0)), F.col("comparison_value")
    fell = (F.col("measure") == _LEADING) & (revenue < before * F.lit(FELL_TO))
    out = (F.col("measure") == "in_stock_rate") & (F.col("value") < F.lit(IN_STOCK_BELOW))
    return _listed(stores.where(fell | out), revenue - F.coalesce(before, F.lit(0)))


def _losing(products: DataFrame) -> DataFrame:
    """The products whose empty shelves cost the most margin, by estimate."""
    lost = products.where((F.col("measure") == "estimated_lost_margin") & (F.col("value") > 0))
    return _listed(lost, -F.col("value")).where(F.col("rank") <= LOSING_SHOWN)


def _listed(found: DataFrame, order: Column) -> DataFrame:
    """As exceptions, the worst of each measure first."""
    rank = F.row_number().over(Window.partitionBy("measure", "currency").orderBy(order, "entity_id"))
    unranked = {"comparison_rank": F.lit(None).cast("int"), "report": F.lit(EXCEPTIONS)}
    return found.withColumns(unranked | {"rank": rank})


def _incomplete(slices: Slices) -> DataFrame:
    """Stores that have not closed the day, or of whose day something is missing: known tickets beside the counted."""
    found = slices["closings"].where(~F.col("is_complete"))
    order = Window.orderBy("entity_id")
    return found.select(
        F.col("store_id").alias("entity_id"),
        "currency",
        F.when(F.col("is_closed"), F.lit("incomplete_day")).otherwise(F.lit("day_not_closed")).alias("measure"),
        F.lit("count").alias("unit"),
        F.col("known_tickets").cast(VALUE).alias("value"),
        F.col("control_tickets").cast(VALUE).alias("comparison_value"),
        F.lit(None).cast("date").alias("comparison_date"),
        F.lit(None).cast("int").alias("comparison_rank"),
        F.lit(EXCEPTIONS).alias("report"),
    ).withColumn("rank", F.row_number().over(order))
