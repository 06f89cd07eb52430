"""What a day's report reads: the marts' rows of the day and of the same weekday a week before, over Arrow."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from clickhouse_connect.driver.client import Client
from pyspark.sql import DataFrame, SparkSession

from contracts.problems import Problem

WEEK = timedelta(days=7)
_TREND_DAYS = 27
_DAYS = "source = {source:String} AND date_key IN ({day:Date32}, {before:Date32})"
_QUERIES = {
    "sales": """
        SELECT toString(store_id) AS store_id, toString(product_id) AS product_id, toString(currency) AS currency,
            date_key, units_sold, gross_amount, discount_amount, returns_amount, net_revenue, other_income,
            cogs_amount, cost_tracked_revenue
        FROM {kpi}.mart_sales_daily WHERE {days}
    """,
    "baskets": """
        SELECT toString(store_id) AS store_id, toString(currency) AS currency, date_key, transactions, sales_amount
        FROM {kpi}.mart_baskets WHERE {days}
    """,
    "stock": """
        SELECT toString(store_id) AS store_id, toString(category) AS category, date_key,
            closing_value, open_minutes, out_of_stock_minutes
        FROM {kpi}.mart_inventory_daily WHERE {days}
    """,
    "lost": """
        SELECT toString(store_id) AS store_id, toString(product_id) AS product_id, date_key,
            estimated_lost_units, estimated_lost_margin
        FROM {kpi}.mart_lost_sales_daily WHERE {days}
    """,
    "losses": """
        SELECT toString(store_id) AS store_id, toString(product_id) AS product_id, date_key, loss_amount
        FROM {kpi}.mart_known_losses_daily WHERE {days}
    """,
    "suppliers": """
        SELECT toString(supply_source_id) AS entity_id,
            order_lines, due_lines, on_time_in_full_lines, due_units, due_units_on_time, overdue_lines, open_lines
        FROM {kpi}.mart_supplier_performance WHERE source = {source:String}
    """,
    "stores": """
        SELECT toString(store_id) AS store_id, toString(store_name) AS store_name,
            ifNull(toString(store_type), '') AS store_type, ifNull(toString(currency), '') AS currency
        FROM {core}.dim_store WHERE is_current AND source = {source:String}
    """,
    "products": """
        SELECT toString(product_id) AS product_id, toString(product_name) AS product_name,
            toString(category) AS category
        FROM {core}.dim_product WHERE is_current AND source = {source:String}
    """,
    "supplier_names": """
        SELECT toString(supplier_id) AS entity_id, toString(supplier_name) AS entity_name
        FROM {core}.dim_supplier WHERE is_current AND source = {source:String}
    """,
    "closings": """
        SELECT toString(store_id) AS store_id, toString(currency) AS currency, control_tickets, known_tickets,
            cast(is_closed, 'Bool') AS is_closed, cast(is_complete, 'Bool') AS is_complete
        FROM {monitoring}.completeness WHERE source = {source:String} AND date_key = {day:Date32}
    """,
    "trend": """
        SELECT date_key, toString(currency) AS currency, net_revenue
        FROM {kpi}.mart_sales_daily
        WHERE source = {source:String} AND date_key BETWEEN {first:Date32} AND {day:Date32}
    """,
}


@dataclass(frozen=True)
class Slices:
    """Frames of one source and day, by name of the query."""

    source: str
    day: date
    frames: dict[str, DataFrame]
    is_stock_tracked: bool

    @property
    def before(self) -> date:
        """The same weekday a week before."""
        return self.day - WEEK

    def __getitem__(self, name: str) -> DataFrame:
        return self.frames[name]


def read_slices(spark: SparkSession, client: Client, source: str, day: date, prefix: str = "") -> Slices:
    """Everything that the reports of one day read. Raises Problem where nothing was sold that day."""
    parameters = {"source": source, "day": day, "before": day - WEEK, "first": day - timedelta(days=_TREND_DAYS)}
    tables = {
        name: client.query_arrow(_named(query, prefix), parameters, use_strings=True)
        for name, query in _QUERIES.items()
    }
    if day not in set(tables["sales"]["date_key"].to_pylist()):
        raise Problem(f"{source} has no sales on {day}.", "Give another day with --date.")
    frames = {name: spark.createDataFrame(table) for name, table in tables.items()}
    return Slices(source, day, frames, is_stock_tracked=tables["stock"].num_rows > 0)


def tables_read(prefix: str = "") -> list[str]:
    """Tables that `read_slices` asks, `database.table`."""
    named = " ".join(_named(query, prefix) for query in _QUERIES.values())
    return sorted(set(re.findall(r"\b(?:FROM|JOIN) (\w+\.\w+)", named)))


def last_days(client: Client, prefix: str = "") -> dict[str, date]:
    """Each source that sells, with its last day that is over everywhere."""
    query = """
        SELECT source, max(date_key)
        FROM {kpi}.mart_sales_daily INNER JOIN {intermediate}.int_source_days_completed AS days USING (source)
        WHERE date_key <= days.last_whole_day GROUP BY source ORDER BY source
    """
    return dict(client.query(_named(query, prefix)).result_rows)


def _named(query: str, prefix: str) -> str:
    query = query.replace("{days}", _DAYS)
    for database in ("kpi", "core", "monitoring", "intermediate"):
        query = query.replace(f"{{{database}}}", f"{prefix}{database}")
    return query
