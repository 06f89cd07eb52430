"""What anomalies are judged from: expected days, live counts, and prices and sizes out of line."""

from collections import defaultdict
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from contracts.events import SALES
from contracts.tables import WITH_ARCHIVE
from spark_jobs.sales_anomalies import ALL, HOURS, Anomaly, PartDay, anomaly_id

PRICE_RATIO, SIZE_RATIO = 4, 4
_EXPECTED = """
SELECT source, store_id, category, starts_at, sale_lines, estimated_sale_lines, estimated_dispersion,
    unreferenced_returns, estimated_unreferenced_returns, ends_at
FROM {prefix}kpi.mart_sales_expected_hourly
WHERE {{since:DateTime64(3, 'UTC')}} < ends_at AND starts_at <= {{until:DateTime64(3, 'UTC')}}
    AND ({{source:String}} = '' OR source = {{source:String}})
ORDER BY source, store_id, starts_at, category
"""
_COUNTED = """
SELECT source, store_id, if(grain = 'store', 'all', category) AS part,
    toStartOfInterval(window_starts_at, INTERVAL 15 MINUTE) AS at, sum(sale_lines), sum(unreferenced_returns)
FROM {prefix}staging.stg_realtime__sales_metrics
WHERE source = {{source:String}} AND window_minutes = 5 AND slide_minutes = 5
    AND window_starts_at >= {{since:DateTime64(3, 'UTC')}}
GROUP BY ALL
"""
# A price against the regular one on the same line; a size against what is large for the product.
_OUT_OF_LINE = """
WITH lines AS (
    SELECT source, store_id, assumeNotNull(product_id) AS product_id, business_date, event_time,
        toFloat64(assumeNotNull(quantity)) AS units, toFloat64(assumeNotNull(unit_price)) AS price,
        toFloat64(ifNull(regular_price, 0)) AS regular
    FROM {raw}
    WHERE _error = '' AND event_type = 'sale' AND line_type = 'merchandise'
        AND event_time >= {{since:DateTime64(3, 'UTC')}} AND ({{source:String}} = '' OR source = {{source:String}})
), judged AS (
    SELECT *, toFloat64(ifNull(large.estimated_large_units, 0)) AS usual
    FROM lines
    LEFT JOIN {prefix}kpi.mart_purchase_sizes AS large
        ON lines.source = large.source AND lines.product_id = large.product_id
        AND toStartOfMonth(lines.business_date) = large.month_start_date
)
SELECT source, store_id, product_id, business_date, finding.1 AS kind, min(event_time), max(event_time),
    max(finding.4) AS ratio, argMax(finding.2, (finding.4, event_time)), argMax(finding.3, (finding.4, event_time))
FROM (
    SELECT *, arrayJoin([
        ('price_outlier', regular, price, if(regular > 0 AND price > 0, greatest(price / regular, regular / price), 0)),
        ('quantity_outlier', usual, units, if(usual > 0, units / usual, 0))
    ]) AS finding
    FROM judged
)
WHERE (kind = 'price_outlier' AND finding.4 >= {price})
    OR (kind = 'quantity_outlier' AND usual > 0 AND units > {size} * (usual + 2))
GROUP BY source, store_id, product_id, business_date, kind
"""
_SAYS = {
    "price_outlier": "{store} sold {product} for {observed:.2f}; its regular price is {expected:.2f}.",
    "quantity_outlier": "{store} sold {observed:g} units of {product} in one line; {expected:g} are many.",
}


class ExpectedDay(NamedTuple):
    """A store's day: what was sold according to the marts, and until when it lasts."""

    part: PartDay
    ends_at: datetime


def expected_days(client: Client, prefix: str, since: datetime, until: datetime, source: str = "") -> list[ExpectedDay]:
    """Days of stores and their categories that lie between the two instants, even in part; of all sources, or one."""
    between = {"since": since, "until": until, "source": source}
    rows = client.query(_EXPECTED.format(prefix=prefix), parameters=between).result_rows
    return [ExpectedDay(PartDay(*row[:3], _utc(row[3]), *row[4:9]), _utc(row[9])) for row in rows]


def live_days(
    client: Client, prefix: str, source: str, since: datetime, until: datetime
) -> tuple[list[PartDay], datetime | None]:
    """The source's days with the stream's counts instead of the marts', and how far its stores have come."""
    between = {"source": source, "since": since}
    counted: dict[tuple[str, str, str], list[tuple[datetime, float, float]]] = defaultdict(list)
    reached: dict[str, datetime] = {}
    for _, store, part, at, lines, refunds in client.query(
        _COUNTED.format(prefix=prefix), parameters=between
    ).result_rows:
        counted[source, store, part].append((_utc(at), float(lines), float(refunds)))
        reached[store] = max(_utc(at), reached.get(store, _utc(at)))
    days = expected_days(client, prefix, since, until, source)
    return (
        [_with_counts(day.part, counted.get(day.part[:3], [])) for day in days],
        _in_the_middle(list(reached.values())) if reached else None,
    )


def _in_the_middle(instants: list[datetime]) -> datetime:
    """The median store's progress, so that neither a silent nor a fast one tells the time."""
    return datetime.fromtimestamp(median(instant.timestamp() for instant in instants), UTC)


def _with_counts(day: PartDay, counted: list[tuple[datetime, float, float]]) -> PartDay:
    lines, refunds = [0.0] * HOURS, [0.0] * HOURS
    for at, sold, returned in counted:
        hour = int((at - day.starts_at).total_seconds() // 3600)
        if 0 <= hour < HOURS:
            lines[hour] += sold
            refunds[hour] += returned
    return day._replace(lines=lines, unreferenced=refunds)


def out_of_line(client: Client, prefix: str, since: datetime, source: str = "") -> list[Anomaly]:
    """Prices and sizes out of line since that instant, one per store, product and day; of all sources, or one."""
    query = _OUT_OF_LINE.format(raw=WITH_ARCHIVE[SALES], prefix=prefix, price=PRICE_RATIO, size=SIZE_RATIO)
    return [_outlier(*row) for row in client.query(query, parameters={"since": since, "source": source}).result_rows]


def _outlier(
    source: str, store: str, product: str, day, kind: str, first: datetime, last: datetime, ratio, expected, observed
) -> Anomaly:
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Anomaly(
        source,
        anomaly_id(source, kind, store, ALL, product, begins),
        kind,
        store,
        ALL,
        product,
        _utc(first),
        _utc(last),
        round(ratio, 2),
        expected,
        observed,
        _SAYS[kind].format(store=store, product=product, expected=expected, observed=observed),
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
