"""Tables that Spark jobs write and dbt reads: databases `ml`, `realtime` and `batch`, and in `monitoring`.

Columns are declared here once. Rows are appended; of several with one key the newest counts (ReplacingMergeTree, and
staging takes the last one itself, because a merge may be long in coming).
"""

from typing import NamedTuple

from contracts.tables import (
    ALERT_ACKNOWLEDGEMENTS,
    BATCH_PROCESSING_RESULTS,
    CUSTOMER_VALUES,
    ML_MODEL_RESULTS,
    PANELS,
    PREDICTIONS,
    REALTIME_INVENTORY_ALERTS,
    REALTIME_LATE_EVENTS,
    REALTIME_SALES_ANOMALIES,
    REALTIME_SALES_METRICS,
    REALTIME_STOCK,
    RECOMMENDATIONS,
    RELEASES,
    STOCK_DRIFT,
)

_WORD = "LowCardinality(String)"
_INSTANT = "DateTime64(3, 'UTC')"
_MONEY = "Decimal(18, 4)"
_UNITS = "Decimal(18, 3)"


class WrittenTable(NamedTuple):
    """Columns by name, the key of a row, the column whose largest value counts, what to partition by ('': not), and
    the instant until which a row is kept ('': for good).
    """

    columns: dict[str, str]
    key: tuple[str, ...]
    version: str
    partition_by: str = ""
    kept_until: str = ""


WRITTEN_TABLES: dict[str, WrittenTable] = {
    # One row per panel, series and day: demand brought as a file. A panel loaded anew replaces itself.
    PANELS: WrittenTable(
        {
            "source": _WORD,  # name of the panel
            "series_id": "String",
            "date_key": "Date32",
            "units": "Float64",
            "loaded_at": _INSTANT,
        },
        ("source", "series_id", "date_key"),
        "loaded_at",
        "source",
    ),
    # One row per model, day made, location, product and day predicted; a day made again replaces itself.
    PREDICTIONS: WrittenTable(
        {
            "run_id": "String",
            "source": _WORD,
            "store_id": _WORD,
            "product_id": _WORD,
            "model": _WORD,
            "demand_class": _WORD,
            "made_date": "Date32",  # the origin: the last day known
            "target_date": "Date32",
            "horizon_days": "Int32",  # target_date - made_date, 1 to 28
            "predicted_units": "Float64",
            "lower_units": "Float64",  # interval of 90 %
            "upper_units": "Float64",
            "is_champion": "Bool",
            "made_at": _INSTANT,
        },
        ("source", "store_id", "product_id", "target_date", "made_date", "model"),
        "made_at",
        "toYYYYMM(target_date)",
    ),
    # One row per run, model, demand class, horizon week, origin and measure.
    ML_MODEL_RESULTS: WrittenTable(
        {
            "run_id": "String",
            "source": _WORD,
            "task": _WORD,  # forecast, stock policy
            "model": _WORD,
            "demand_class": _WORD,  # '' for all
            "horizon_week": "Int32",  # 0 for all
            "origin_date": "Date32",  # last day the model saw
            "measure": _WORD,  # rmsse, mase7, wape, bias, coverage_90, cost_per_unit, importance: ..., seconds, ...
            "value": "Float64",
            "observations": "Int64",  # what the value was computed over
            "trained_from": "Date32",
            "trained_to": "Date32",
            "parameters": "String",  # JSON
            "code_version": "String",
            "seed": "Int64",
            "is_champion": "Bool",
            "run_at": _INSTANT,
        },
        ("source", "task", "model", "demand_class", "horizon_week", "origin_date", "measure", "run_id"),
        "run_at",
    ),
    # One row per action on a release (made, pinned, …) and class of demand: what is in it, and what serves since.
    RELEASES: WrittenTable(
        {
            "source": _WORD,
            "acted_at": _INSTANT,
            "action": _WORD,  # released; held (trained while another was pinned); pinned; unpinned; rolled back
            "release_id": "String",
            "demand_class": _WORD,
            "model": _WORD,
            "serving_reason": "String",  # why this model and no other is in the release for the class
            "parameters": "String",  # JSON
            "trained_from": "Date32",
            "trained_to": "Date32",
            "code_version": "String",
            "seed": "Int64",
            "run_id": "String",  # of the backtest that chose
            "location": "String",  # of the artefacts
            "serving_release_id": "String",  # what serves after the action
            "is_pinned": "Bool",  # whether it stays when another is trained
            "acted_by": "String",
            "acted_reason": "String",
        },
        ("source", "acted_at", "release_id", "demand_class"),
        "acted_at",
    ),
    # One row per day made, location and product: the parameters that the released policy advises.
    RECOMMENDATIONS: WrittenTable(
        {
            "run_id": "String",
            "source": _WORD,
            "store_id": _WORD,
            "product_id": _WORD,
            "made_date": "Date32",
            "policy": _WORD,
            "driver": _WORD,  # demand, its spread, presentation minimum, shelf capacity, shelf life
            "service_level": "Float64",  # share of lost and over costs that the item's money asks for
            "safety_stock_units": _UNITS,
            "reorder_point_units": _UNITS,  # order when the position is below
            "order_up_to_units": _UNITS,
            "parameters": "String",  # JSON
            "reason": "String",
            "made_at": _INSTANT,
        },
        ("source", "store_id", "product_id", "made_date"),
        "made_at",
        "toYYYYMM(made_date)",
    ),
    # One row per day made and customer who ever bought: what the next twelve months are expected to bring.
    CUSTOMER_VALUES: WrittenTable(
        {
            "run_id": "String",
            "source": _WORD,
            "customer_id": "String",
            "currency": _WORD,
            "made_date": "Date32",  # the last day known
            "model": _WORD,  # of purchases: BG/NBD, exponential/NBD
            "chance_alive": "Float64",  # that the customer has not left for good
            "expected_purchases": "Float64",  # days with a purchase in the twelve months after made_date
            "expected_spend": "Float64",  # sales amount of such a day
            "margin_rate": "Float64",  # margin left of a sales amount, after returns
            "discount_rate": "Float64",  # per year
            "estimated_value": _MONEY,  # margin of the twelve months, discounted
            "made_at": _INSTANT,
        },
        ("source", "customer_id", "made_date"),
        "made_at",
        "toYYYYMM(made_date)",
    ),
    # One row per source, business date, report, subject and measure. Of several runs of one date only the last
    # counts, whole: what no longer ranks has no newer row to replace it.
    BATCH_PROCESSING_RESULTS: WrittenTable(
        {
            "run_id": "String",
            "source": _WORD,
            "business_date": "Date32",
            "report": _WORD,  # daily_kpis, store_ranking, category_ranking, product_ranking, supplier_ranking, ...
            "currency": _WORD,  # '' where nothing is money
            "rank": "Int32",  # 0 where nothing is ranked
            "entity_id": "String",  # 'chain', or of a store, a category, a product, a supplier
            "entity_name": "String",
            "measure": _WORD,
            "unit": _WORD,  # money, count, units, share
            "value": "Nullable(Decimal(18, 6))",  # NULL: not tracked
            "comparison_date": "Nullable(Date32)",  # the same weekday of the week before; NULL: not compared
            "comparison_value": "Nullable(Decimal(18, 6))",
            "comparison_rank": "Nullable(Int32)",
            "made_at": _INSTANT,
        },
        ("source", "business_date", "report", "currency", "measure", "entity_id", "run_id"),
        "made_at",
        "toYYYYMM(business_date)",
    ),
    # One row per computation, store (or part of it: category and channel), currency and window.
    REALTIME_SALES_METRICS: WrittenTable(
        {
            "source": _WORD,
            "store_id": _WORD,
            "grain": _WORD,  # store: category and channel are 'all'; category
            "category": _WORD,
            "channel": _WORD,
            "currency": _WORD,
            "window_minutes": "Int32",  # length: 1 or 5
            "slide_minutes": "Int32",  # equal to the length where windows tumble
            "window_start": _INSTANT,
            "window_end": _INSTANT,
            "revenue": _MONEY,
            "sales_amount": _MONEY,  # of sale lines alone
            "units": _UNITS,
            "tickets": "Int64",
            "events": "Int64",
            "sale_lines": "Int64",
            "return_lines": "Int64",
            "unreferenced_returns": "Int64",
            "computation": _WORD,  # all that was computed from one checkpoint; a new one begins where that is lost
            "batch": "Int64",  # of the computation; the last counts
            "written_at": _INSTANT,
        },
        (
            *("source", "window_minutes", "slide_minutes", "window_start", "store_id"),
            *("grain", "category", "channel", "currency", "computation"),
        ),
        "batch",
        "toYYYYMM(window_start)",
    ),
    # One row per computation and sale or return that came after its windows were closed.
    REALTIME_LATE_EVENTS: WrittenTable(
        {
            "source": _WORD,
            "event_id": "String",
            "event_type": _WORD,
            "store_id": _WORD,
            "category": _WORD,
            "channel": _WORD,
            "currency": _WORD,
            "event_at": _INSTANT,
            "sent_at": _INSTANT,  # Kafka's time of the message
            "window_start": _INSTANT,  # of its minute
            "net_amount": _MONEY,
            "computation": _WORD,
            "batch": "Int64",
            "written_at": _INSTANT,
        },
        ("source", "window_start", "store_id", "event_id", "computation"),
        "batch",
        "toYYYYMM(window_start)",
    ),
    # One row per anomaly of a store's day, as it was last seen; found live, or by judging the whole history.
    REALTIME_SALES_ANOMALIES: WrittenTable(
        {
            "source": _WORD,
            "found_in": _WORD,  # live, history
            "anomaly_id": "String",
            "kind": _WORD,  # spike, drop, silence, refund_burst, price_outlier, quantity_outlier
            "store_id": _WORD,
            "category": _WORD,  # 'all': of the whole store
            "product_id": _WORD,  # '' unless of one product
            "opened_at": _INSTANT,
            "ended_at": f"Nullable({_INSTANT})",
            "score": "Float64",  # of counts -log10 of their chance, of prices and sizes a ratio
            "expected": "Float64",
            "observed": "Float64",
            "message": "String",
            "is_withdrawn": "Bool",  # more events came, and it is none any more
            "written_at": _INSTANT,
        },
        ("source", "found_in", "anomaly_id"),
        "written_at",
    ),
    # One row per alert and change of its state: an episode with one cause, opened once and resolved once.
    REALTIME_INVENTORY_ALERTS: WrittenTable(
        {
            "alert_id": "String",
            "source": _WORD,
            "store_id": _WORD,
            "product_id": _WORD,
            "cause": _WORD,  # low_stock, stock_out, rapid_depletion, overstock, negative_book, no_movement, overdue
            "severity": _WORD,  # low, medium, high
            "opened_at": _INSTANT,
            "resolved_at": f"Nullable({_INSTANT})",
            "units_on_hand": _UNITS,
            "threshold_units": _UNITS,
            "estimated_money_at_risk": _MONEY,
            "message": "String",
            "written_at": _INSTANT,
        },
        ("source", "alert_id"),
        "written_at",
    ),
    # One row per alert that somebody took note of; a table of its own, because the stream writes alerts as a whole.
    ALERT_ACKNOWLEDGEMENTS: WrittenTable(
        {
            "source": _WORD,
            "alert_id": "String",
            "acknowledged_at": _INSTANT,
            "acknowledged_by": "String",
            "written_at": _INSTANT,
        },
        ("source", "alert_id"),
        "written_at",
    ),
    # One row per location and product, as it was when something was last heard of it.
    REALTIME_STOCK: WrittenTable(
        {
            "source": _WORD,
            "store_id": _WORD,
            "product_id": _WORD,
            "units_on_hand": _UNITS,  # by every event that has arrived
            "units_on_order": _UNITS,
            "estimated_units_per_day": "Float64",
            "estimated_days_of_cover": "Nullable(Float64)",
            "estimated_turnover": "Nullable(Float64)",
            "counted_at": f"Nullable({_INSTANT})",
            "moved_at": _INSTANT,
            "evaluated_at": _INSTANT,  # alerts are judged up to here
            "written_at": _INSTANT,
        },
        ("source", "store_id", "product_id"),
        "written_at",
    ),
    # One row per source and reconcile pass: how far the stock of the stream had drifted from the warehouse.
    STOCK_DRIFT: WrittenTable(
        {
            "source": _WORD,
            "passed_at": _INSTANT,
            "build": "String",  # invocation of dbt that the new state stands on
            "pairs": "Int64",
            "drifted_pairs": "Int64",
            "drifted_units": _UNITS,  # without sign
            "examples": "String",
            "written_at": _INSTANT,
        },
        ("source", "passed_at"),
        "written_at",
        "toYYYYMM(passed_at)",
    ),
}


def written_table(name: str, table: WrittenTable | None = None) -> str:
    """CREATE TABLE of one table, named with its database; without `table` one of WRITTEN_TABLES."""
    table = table or WRITTEN_TABLES[name]
    columns = ",\n".join(f"    `{column}` {kind}" for column, kind in table.columns.items())
    partition = f"\nPARTITION BY {table.partition_by}" if table.partition_by else ""
    kept = f"\nTTL {table.kept_until}" if table.kept_until else ""
    return f"""\
CREATE TABLE IF NOT EXISTS {name}
(
{columns}
)
ENGINE = ReplacingMergeTree({table.version}){partition}
ORDER BY ({", ".join(table.key)}){kept}"""
