"""A handful of rows in the tables that the scorecard reads, in databases of the tests' own, and the real engine."""

from collections.abc import Iterable
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.tables import REALTIME_INVENTORY_ALERTS
from quality.scorecard.grading import MODELS, Grade, grade
from quality.scorecard.subjects import read_subjects
from warehouse.truth_tables import TRUTH_COLUMNS, truth_table
from warehouse.written_tables import written_table

PREFIX = "graded_"
ID, DAY, UNITS, MONEY, INSTANT = (
    "String",
    "Date32",
    "Decimal(18, 3)",
    "Nullable(Decimal(18, 4))",
    "DateTime64(3, 'UTC')",
)
PAIR = {"store_id": ID, "product_id": ID}

# The columns that the scorecard reads, as dbt makes them.
COLUMNS: dict[str, dict[str, str]] = {
    "core.dim_product": {"product_id": ID, "category": ID, "is_current": "Bool"},
    "core.dim_promotion": {
        "promotion_id": ID, "product_id": ID, "promotion_type": ID, "discount_rate": "Nullable(Decimal(9, 6))",
    },
    "core.fact_inventory": PAIR | {"date_key": DAY, "open_minutes": "Int32", "out_of_stock_minutes": "Int32"},
    "core.fact_inventory_movements": PAIR | {"movement_type": ID, "moved_at": INSTANT, "units": UNITS},
    "core.fact_purchase_order_lines": {"date_key": DAY},
    "intermediate.int_demand_days_indexed": {
        "store_id": ID, "category": ID, "date_key": DAY, "demand_index": "Float64",
    },
    "intermediate.int_demand_days_measured": PAIR
    | {"category": ID, "date_key": DAY, "units_sold": UNITS, "promotion_id": ID},
    "intermediate.int_demand_weeks_settled": PAIR | {"week_start_date": DAY, "units_per_day": "Float64"},
    "intermediate.int_promotions_uplifted": {"promotion_id": ID, "product_id": ID, "uplift": "Float64"},
    "intermediate.int_selling_pairs_stocked": PAIR | {"stock_store_id": ID},
    "intermediate.int_shelf_silence_days_expected": PAIR
    | {"silent_from": INSTANT, "date_key": DAY, "expected_units": "Float64"},
    "intermediate.int_shelf_silences_judged": PAIR
    | {"stock_store_id": ID, "silent_from": INSTANT, "silent_until": INSTANT}
    | {"phantom_probability": "Nullable(Float64)"}
    | dict.fromkeys(("empty_rate", "expected_units", "no_sale_probability"), "Float64"),
    "intermediate.int_store_days_opened": {"store_id": ID, "date_key": DAY, "starts_at": INSTANT, "ends_at": INSTANT},
    "kpi.mart_customers": {"customer_id": ID, "last_purchase_date": "Nullable(Date32)"},
    "kpi.mart_price_elasticities": {
        "product_id": ID, "category": ID, "estimated_category_elasticity": "Float64",
    },
    "kpi.mart_lost_sales_daily": PAIR
    | {"date_key": DAY, "cause": ID, "estimated_lost_units": "Decimal(18, 6)", "estimated_lost_margin": MONEY},
    "kpi.mart_promotions": {
        "promotion_id": ID, "product_id": ID, "units_sold": UNITS, "estimated_base_units": "Nullable(Decimal(18, 3))",
    },
    "kpi.mart_purchase_sizes": {
        "product_id": ID, "month_start_date": DAY, "estimated_large_units": UNITS,
    },
    "kpi.mart_sales_expected_hourly": {
        "store_id": ID, "category": ID, "date_key": DAY, "starts_at": INSTANT, "estimated_dispersion": "Float64",
        "estimated_sale_lines": "Array(Float64)",
    },
    "kpi.mart_stockouts": PAIR | {"root_cause": ID, "started_at": INSTANT, "ended_at": INSTANT},
    "kpi.mart_supplier_performance": {
        "supply_source_id": ID, "lead_time_lines": "Int64", "lead_time_days_sum": "Int64",
        "estimated_lead_time_p90_days": "Nullable(Int32)",
    },
    "kpi.mart_unknown_loss_estimated": PAIR
    | {"month_start_date": DAY, "counts": "Int64", "estimated_loss_units": "Nullable(Decimal(18, 6))"}
    | {"estimated_loss_amount": MONEY},
    "staging.stg_ml__customer_values": {"customer_id": ID, "chance_alive": "Float64", "made_date": DAY},
    "staging.stg_realtime__sales_anomalies": PAIR
    | dict.fromkeys(("found_in", "anomaly_id", "kind", "category"), ID)
    | {"opened_at": INSTANT, "ended_at": f"Nullable({INSTANT})", "is_withdrawn": "Bool"},
    "monitoring.completeness": {"store_id": ID, "date_key": DAY, "is_complete": "UInt8"},
    **{
        f"staging.stg_events__{kind}_messages": {"_topic": ID, "event_id": ID, "verdict": ID, "event_time": INSTANT}
        for kind in ("sales", "inventory", "catalog")
    },
}  # fmt: skip
SOURCE = "by hand"
SYNC = {"mutations_sync": 1}


class Lab:
    """The tables, empty; what is given is graded as one source."""

    def __init__(self, client: Client) -> None:
        self.client = client
        for database in ("truth", *(PREFIX + name for name in MODELS)):
            client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
        for name in TRUTH_COLUMNS:
            client.command(truth_table(name))
            client.command(f"ALTER TABLE truth.{name} DROP PARTITION '{SOURCE}'")
        for table, columns in COLUMNS.items():
            typed = ", ".join(f"{column} {kind}" for column, kind in ({"source": ID} | columns).items())
            client.command(f"CREATE TABLE IF NOT EXISTS {PREFIX}{table} ({typed}) ENGINE = MergeTree ORDER BY ()")
            client.command(f"TRUNCATE TABLE {PREFIX}{table}")
        client.command("CREATE DATABASE IF NOT EXISTS realtime")
        client.command(written_table(REALTIME_INVENTORY_ALERTS))
        client.command(f"ALTER TABLE {REALTIME_INVENTORY_ALERTS} DELETE WHERE source = '{SOURCE}'", settings=SYNC)

    def given(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Put rows into a table; columns that are not named keep their default."""
        name = table if table.startswith(("truth.", "realtime.")) else PREFIX + table
        same: dict[str, list[str]] = {}
        for row in rows:
            values = ", ".join(f"'{value}'" for value in (SOURCE, *row.values()))
            same.setdefault(", ".join(("source", *row)), []).append(f"({values})")
        for columns, lines in same.items():
            self.client.command(f"INSERT INTO {name} ({columns}) VALUES {', '.join(lines)}")

    def history(self, first_day: str, last_day: str) -> None:
        """The days that the truth spans, on a pair that nothing else is said of."""
        days = [{"business_date": day, "store_id": "-", "product_id": "-"} for day in (first_day, last_day)]
        self.given("truth.demand", days)

    def grade(self, name: str) -> Grade:
        """What comes of one subject."""
        (found,) = grade(self.client, SOURCE, PREFIX, [subject for subject in read_subjects() if subject.name == name])
        return found

    def rows(self, subject: str) -> dict[tuple[str, str], dict[str, Any]]:
        """A subject's rows by part and measure, without the columns that are empty; numbers to nine digits."""
        return {(row["part"], row["measure"]): _plain(row) for row in self.grade(subject).rows}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: value for name, value in row.items() if name not in ("part", "measure") and value is not None}
    return {name: round(float(value), 9) for name, value in numbers.items()}
