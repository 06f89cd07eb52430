"""The measures of a report: the marts' sums, and ratios of them as the metrics of the dbt project define them."""

from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - Spark's own convention
from pyspark.sql.types import DecimalType

from spark_jobs.batch.slices import Slices

MONEY, COUNT, UNITS, SHARE = "money", "count", "units", "share"
VALUE = DecimalType(18, 6)
CHAIN = "chain"
_NO_PRODUCT, _NO_CURRENCY = "not stated", ""


class Measure(NamedTuple):
    """A figure by its metric's name: an expression over sums. `better` is 1 where more is good, -1 where less is."""

    name: str
    label: str
    unit: str
    better: int
    of: str


MEASURES = (
    Measure("total_revenue", "Revenue", MONEY, 1, "net_revenue"),
    Measure("transactions", "Transactions", COUNT, 1, "transactions"),
    Measure("average_transaction_value", "Average ticket", MONEY, 1, "try_divide(sales_amount, transactions)"),
    Measure("units_sold", "Units sold", UNITS, 1, "units_sold"),
    Measure("gross_margin", "Gross margin", MONEY, 1, "if(cost_tracked_revenue = 0, null, gross_margin)"),
    Measure("profit_margin", "Profit margin", SHARE, 1, "try_divide(gross_margin, cost_tracked_revenue)"),
    Measure("markdown_rate", "Markdown rate", SHARE, -1, "try_divide(discount_amount, gross_amount)"),
    Measure("returns_amount", "Returns", MONEY, -1, "returns_amount"),
    Measure("other_income", "Other income", MONEY, 0, "other_income"),
    Measure("in_stock_rate", "In stock while open", SHARE, 1, "1 - try_divide(out_of_stock_minutes, open_minutes)"),
    Measure("stock_value", "Stock at cost", MONEY, 0, "closing_value"),
    Measure("estimated_lost_units", "Lost units, estimated", UNITS, -1, "estimated_lost_units"),
    Measure("estimated_lost_margin", "Lost margin, estimated", MONEY, -1, "estimated_lost_margin"),
    Measure("known_loss", "Known loss", MONEY, -1, "loss_amount"),
)
SUPPLIER_MEASURES = (
    Measure("otif_rate", "On time in full", SHARE, 1, "try_divide(on_time_in_full_lines, due_lines)"),
    Measure("supplier_fill_rate", "Fill rate", SHARE, 1, "try_divide(due_units_on_time, due_units)"),
    Measure("due_lines", "Lines due", COUNT, 0, "due_lines"),
    Measure("open_lines", "Lines open", COUNT, 0, "open_lines"),
    Measure("overdue_lines", "Lines overdue", COUNT, -1, "overdue_lines"),
)
BY_NAME = {measure.name: measure for measure in (*MEASURES, *SUPPLIER_MEASURES)}
_FROM_STOCK = ("estimated_lost_units", "estimated_lost_margin", "loss_amount")
_KEY = ("entity_id", "currency", "date_key")


def measured(slices: Slices, entity: str) -> DataFrame:
    """Columns entity_id, currency, date_key, measure, unit, value: of the chain, or by store, category or product.

    A value is NULL where nothing is known of it (no cost, no stock). `entity` is chain, store, category or product.
    """
    parts = [part for part in _parts(slices, entity) if part is not None]
    union = parts[0]
    for part in parts[1:]:
        union = union.unionByName(part, allowMissingColumns=True)
    numbers = [name for name in union.columns if name not in _KEY]
    sums = union.groupBy(*_KEY).agg(*(F.sum(name).alias(name) for name in numbers))
    if slices.is_stock_tracked:
        sums = sums.fillna(0, list(_FROM_STOCK))
    wide = sums.withColumn("gross_margin", F.expr("cost_tracked_revenue - cogs_amount"))
    return long(_with_all(wide), MEASURES, _KEY)


def long(wide: DataFrame, measures: tuple[Measure, ...], keep: tuple[str, ...]) -> DataFrame:
    """A row per measure instead of a column per sum."""
    cells = [
        F.struct(
            F.lit(one.name).alias("measure"), F.lit(one.unit).alias("unit"), F.expr(one.of).cast(VALUE).alias("value")
        )
        for one in measures
    ]
    return wide.select(*keep, F.explode(F.array(*cells)).alias("cell")).select(*keep, "cell.*")


def _with_all(wide: DataFrame) -> DataFrame:
    """Sums that this kind of entity does not have are unknown."""
    missing = [name for name in ("transactions", "sales_amount", *_STOCK_SUMS) if name not in wide.columns]
    return wide.withColumns({name: F.lit(None).cast(VALUE) for name in missing})


_STOCK_SUMS = ("closing_value", "open_minutes", "out_of_stock_minutes")


def _parts(slices: Slices, entity: str) -> list[DataFrame | None]:
    stores = slices["stores"]
    currencies = stores.select("store_id", "currency", (F.col("store_type") == "dc").alias("is_depot"))
    products = slices["products"].select("product_id", "category")
    by_product = {"product", "category"}
    return [
        _keyed(_named(slices["sales"], products), entity),
        None if entity in by_product else _keyed(slices["baskets"], entity),
        None if entity == "product" else _keyed(_of_shops(_valued(slices["stock"], currencies)), entity),
        _keyed(_valued(_named(slices["lost"], products), currencies).drop("is_depot"), entity),
        _keyed(_valued(_named(slices["losses"], products), currencies).drop("is_depot"), entity),
    ]


def _named(frame: DataFrame, products: DataFrame) -> DataFrame:
    """With the category of each product."""
    joined = frame.join(F.broadcast(products), "product_id", how="left")
    return joined.withColumn("category", F.coalesce("category", F.lit(_NO_PRODUCT)))


def _valued(frame: DataFrame, stores: DataFrame) -> DataFrame:
    """In the currency of the store."""
    joined = frame.join(F.broadcast(stores), "store_id", how="left")
    return joined.withColumn("currency", F.coalesce("currency", F.lit(_NO_CURRENCY)))


def _of_shops(stock: DataFrame) -> DataFrame:
    """A depot has stock, but no customers to turn away: its minutes do not count."""
    is_shop = ~F.coalesce("is_depot", F.lit(False))
    minutes = {name: F.when(is_shop, F.col(name)) for name in ("open_minutes", "out_of_stock_minutes")}
    return stock.withColumns(minutes).drop("is_depot")


def _keyed(frame: DataFrame, entity: str) -> DataFrame:
    keys = {CHAIN: F.lit(CHAIN), "store": F.col("store_id"), "category": F.col("category")}
    entity_id: Column = F.col("product_id") if entity == "product" else keys[entity]
    others = [name for name in frame.columns if name not in ("store_id", "product_id", "category", *_KEY)]
    return frame.select(entity_id.alias("entity_id"), "currency", "date_key", *others)
