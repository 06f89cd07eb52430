"""The gate of what people read: suites over the views of `reporting` before a report is refreshed."""

from datetime import UTC, datetime, timedelta

import pandas as pd
from clickhouse_connect.driver.client import Client

from quality.gates.figures import frame, query_text
from quality.gates.suites import CRITICAL, WARNING, Suite, any_rows, at_least, at_most, none_of, not_above, not_below

GATE = "reporting"
_SENDING_DAYS = 40
_LARGEST = 1e12  # money of a cell; more is a mistake in a unit
_TESTED_BY_DBT = {("supplier_scorecard", "fill_rate"), ("supplier_scorecard", "otif_rate")}
# Of revenue, which returns make negative: a shop that took back more than it sold is rare, not wrong.
_OF_REVENUE = {"revenue_share", "known_customer_share", "revenue_share_52_weeks"}
_BELOW_ZERO = {"margin_rate"}
_KEYS = ("source", "store_id", "product_id", "category")
# Dimensions have a row of nothing for facts that name nothing, rows of the summary may be of no source, and forecasts'
# totals name no store or no category.
_WITHOUT_KEYS = {
    *("products", "stores", "customers", "suppliers", "promotions", "dates"),
    *("warehouse_summary", "demand_forecasts"),
}
_NO_GATE = {"publication_status"}


def reporting_suites(client: Client, prefix: str = "", now: datetime | None = None) -> list[Suite]:
    """What is expected of the views."""
    since = (now or datetime.now(UTC)) - timedelta(days=_SENDING_DAYS)

    def measured(name: str) -> pd.DataFrame:
        return frame(client, query_text(GATE, name).replace("{prefix}", prefix), {"since": since})

    return [
        Suite(
            "reporting_views",
            ("view",),
            lambda: _views(client, prefix),
            (
                any_rows(CRITICAL, "There are views to read"),
                none_of("empty_keys", CRITICAL, "Rows say of which source, store, product and category they are"),
            ),
        ),
        Suite(
            "reporting_rows",
            ("view", "source"),
            lambda: measured("rows"),
            (at_least("found", 1, CRITICAL, "A source that sells is in every view of sales"),),
        ),
        _numbers("reporting_rates", "Rates lie between", CRITICAL, lambda: _rates(client, prefix, of_revenue=False)),
        _numbers("reporting_shares", "Shares of revenue lie between", WARNING, lambda: _rates(client, prefix, True)),
        Suite(
            "reporting_amounts",
            ("view", "column"),
            lambda: _amounts(client, prefix),
            (
                none_of("not_finite", CRITICAL, "Figures are numbers"),
                at_most("largest", _LARGEST, CRITICAL, "Amounts and units are of this world"),
            ),
        ),
        Suite(
            "reporting_freshness",
            ("source",),
            lambda: measured("freshness"),
            (
                at_most("hours_behind", 2, WARNING, "Views are of the last hours"),
                at_most("hours_behind", 26, CRITICAL, "Views are not older than a day"),
            ),
        ),
        Suite(
            "reporting_completeness",
            ("source",),
            lambda: measured("completeness"),
            (
                at_least("complete_share", 0.98, WARNING, "Closed days of the last weeks are complete"),
                at_least("complete_share", 0.8, CRITICAL, "Most closed days of the last weeks are complete"),
            ),
        ),
        Suite(
            "reporting_totals",
            ("figure", "source", "currency"),
            lambda: measured("totals"),
            (not_above("difference", "tolerance", CRITICAL, "Views that show the same total agree"),),
        ),
    ]


def _numbers(name: str, says: str, severity: str, measure) -> Suite:
    return Suite(
        name,
        ("view", "column"),
        measure,
        (
            not_below("least", "floor", severity, f"{says} 0 and 1: none is below"),
            not_above("most", "ceiling", severity, f"{says} 0 and 1: none is above"),
        ),
    )


def _columns(client: Client, prefix: str) -> dict[str, dict[str, str]]:
    """Columns of each view, with their types."""
    found: dict[str, dict[str, str]] = {}
    query = """
        SELECT table, name, type FROM system.columns
        WHERE database = {database:String} ORDER BY table, position
    """
    for table, name, kind in client.query(query, {"database": f"{prefix}{GATE}"}).result_rows:
        if table not in _NO_GATE:
            found.setdefault(table, {})[name] = kind
    return found


def _views(client: Client, prefix: str) -> pd.DataFrame:
    rows = []
    for view, columns in _columns(client, prefix).items():
        keys = [] if view in _WITHOUT_KEYS else [key for key in _KEYS if columns.get(key) == "String"]
        empty = " OR ".join(f"{key} = ''" for key in keys) or "false"
        query = f"SELECT count(), countIf({empty}) FROM {prefix}{GATE}.{view}"  # noqa: S608 - names of our own
        rows += [(view, *row) for row in client.query(query).result_rows]
    return pd.DataFrame(rows, columns=["view", "found", "empty_keys"])


def _is_rate(view: str, column: str, of_revenue: bool) -> bool:
    named = column.endswith(("_rate", "_share")) or column in _OF_REVENUE
    return named and (column in _OF_REVENUE) == of_revenue and (view, column) not in _TESTED_BY_DBT


def _rates(client: Client, prefix: str, of_revenue: bool) -> pd.DataFrame:
    rows = []
    for view, columns in _columns(client, prefix).items():
        rates = [name for name in columns if _is_rate(view, name, of_revenue)]
        found = _extremes(client, f"{prefix}{GATE}.{view}", rates)
        rows += [(view, name, *found[name], -1e9 if name in _BELOW_ZERO else 0.0, 1.0) for name in found]
    return pd.DataFrame(rows, columns=["view", "column", "least", "most", "floor", "ceiling"])


def _extremes(client: Client, view: str, columns: list[str]) -> dict[str, tuple[float, float]]:
    """Smallest and largest value by column, rounded so that sums of floats are what they were meant to be."""
    return _pairs(client, view, columns, "round(min(toFloat64({0})), 9), round(max(toFloat64({0})), 9)")


def _amounts(client: Client, prefix: str) -> pd.DataFrame:
    each = "countIf(NOT isFinite(toFloat64({0}))), max(if(isFinite(toFloat64({0})), abs(toFloat64({0})), 0))"
    rows = []
    for view, columns in _columns(client, prefix).items():
        numbers = [name for name, kind in columns.items() if kind.startswith(("Float", "Decimal"))]
        found = _pairs(client, f"{prefix}{GATE}.{view}", numbers, each)
        rows += [(view, name, *found[name]) for name in found]
    return pd.DataFrame(rows, columns=["view", "column", "not_finite", "largest"])


def _pairs(client: Client, view: str, columns: list[str], each: str) -> dict[str, tuple[float, float]]:
    """Two aggregates of every column, in one pass over the view."""
    if not columns:
        return {}
    query = f"SELECT {', '.join(each.format(name) for name in columns)} FROM {view}"  # noqa: S608 - names of our own
    [row] = client.query(query).result_rows
    return {name: (row[2 * place], row[2 * place + 1]) for place, name in enumerate(columns)}
