"""What the seed asks the warehouse for. Units in thousandths, instants in milliseconds, days since 1970."""

# ruff: noqa: S608  every name is ours, and values from outside are parameters

from contracts.events import INVENTORY, SALES
from contracts.tables import REALTIME_INVENTORY_ALERTS, WITH_ARCHIVE
from spark_jobs.stock import columns
from spark_jobs.stock.state import REMEMBERED, WINDOW_DAYS

_MS = "toUnixTimestamp64Milli"


def _units(column: str) -> str:
    return f"toInt64({column} * 1000)"


RAW_ENDS = "\nUNION ALL\n".join(
    f"SELECT toString(_topic), _partition, max(_offset) + 1 FROM {WITH_ARCHIVE[topic]} GROUP BY _topic, _partition"
    for topic in (SALES, INVENTORY)
)

# How many valid messages raw has up to there tells whether a run of dbt is between its delete and its insert.
BUILT_ENDS = "\nUNION ALL\n".join(
    f"""
    SELECT toString(staged._topic), staged._partition, staged.ended, staged.messages, countIf(raw._offset < ended)
    FROM {WITH_ARCHIVE[f"{name}_events"]} AS raw
    INNER JOIN (
        SELECT _topic, _partition, max(_offset) + 1 AS ended, count() AS messages
        FROM staging.stg_events__{name}_messages
        GROUP BY _topic, _partition
    ) AS staged ON raw._topic = staged._topic AND raw._partition = staged._partition
    WHERE raw._error = ''
    GROUP BY staged._topic, staged._partition, staged.ended, staged.messages"""
    for name in ("sales", "inventory")
)

# A run that built only some models may have built none of ours; then there is nothing new, which does no harm.
LAST_BUILD = """
SELECT argMax(invocation_id, started_at)
FROM monitoring.dbt_invocations
WHERE command IN ('build', 'run')"""

ALIVE = f"""
SELECT source
FROM (
    SELECT toString(source) AS source, max(event_time) AS last FROM {WITH_ARCHIVE[SALES]}
    WHERE _error = ''
    GROUP BY source
    UNION ALL
    SELECT toString(source), max(event_time) FROM {WITH_ARCHIVE[INVENTORY]} WHERE _error = '' GROUP BY source
)
GROUP BY source
HAVING max(last) >= (
    SELECT max(last) - toIntervalHour({{hours:UInt32}})
    FROM (
        SELECT max(event_time) AS last FROM {WITH_ARCHIVE[SALES]} WHERE _error = ''
        UNION ALL
        SELECT max(event_time) FROM {WITH_ARCHIVE[INVENTORY]} WHERE _error = ''
    )
)"""

# A void names the till's store; the goods may have left elsewhere, as a web shop's do.
ELSEWHERE = f"""
SELECT DISTINCT toString(source), toString(store_id), assumeNotNull(toString(fulfilment_location_id))
FROM {WITH_ARCHIVE[SALES]}
WHERE _error = '' AND isNotNull(fulfilment_location_id) AND fulfilment_location_id != store_id
ORDER BY ALL"""

PLACES = f"""
SELECT
    toString(places.source) AS source, toString(places.store_id) AS location_id,
    {_MS}(sources.as_of) AS as_of, argMax(time_zone, date_key) AS time_zone
FROM intermediate.int_store_days_started AS places
INNER JOIN intermediate.int_sources_dated AS sources ON places.source = sources.source
WHERE places.source IN {{sources:Array(String)}}
GROUP BY ALL"""

# Worked out from the messages that are staged, so that it is whole whatever else is being built; the closing of
# `fact_inventory` is the same figure by another way.
STOCK = f"""
WITH tracked AS (
    SELECT source, store_id, product_id, tracked_from
    FROM intermediate.int_stock_pairs_tracked
    WHERE source IN {{sources:Array(String)}}
),

counts AS (
    SELECT source, location_id AS store_id, product_id, max((counted_at, event_id, counted_units)) AS last
    FROM staging.stg_events__stock_counts
    GROUP BY source, store_id, product_id
),

newest AS (
    SELECT source, as_of FROM intermediate.int_sources_dated
),

books AS (
    SELECT
        tracked.source AS source, tracked.store_id AS store_id, tracked.product_id AS product_id,
        any(counts.last.3) AS counted_units,
        any(counts.last.1) AS counted_at,
        sumIf(
            moves.units,
            moves.date_key >= tracked_from AND (isNull(counts.last.1) OR moves.moved_at > counts.last.1)
        ) AS moved_units,
        max(moves.moved_at) AS moved_at,
        maxIf(moves.moved_at, moves.movement_type IN ('sale', 'transfer_out')) AS left_at,
        avgIf(-moves.units, moves.movement_type IN ('sale', 'transfer_out')) AS usual_units,
        groupArrayIf(
            (
                {_MS}(assumeNotNull(moves.moved_at)), assumeNotNull(toString(moves.movement_type)),
                {_units("assumeNotNull(moves.units)")}, assumeNotNull(moves.event_id),
                if(
                    isNull(moves.transaction_id), '',
                    concat(
                        assumeNotNull(moves.store_id), '|', assumeNotNull(moves.transaction_id), '|',
                        toString(assumeNotNull(moves.line_number))
                    )
                )
            ),
            moves.moved_at > newest.as_of - toIntervalMillisecond({REMEMBERED})
        ) AS recent
    FROM tracked
    INNER JOIN newest ON tracked.source = newest.source
    LEFT JOIN counts
        ON tracked.source = counts.source AND tracked.store_id = counts.store_id
        AND tracked.product_id = counts.product_id
    LEFT JOIN intermediate.int_stock_movements_signed AS moves
        ON tracked.source = moves.source AND tracked.store_id = moves.store_id
        AND tracked.product_id = moves.product_id
    GROUP BY source, store_id, product_id
),

days AS (
    SELECT
        source, store_id, product_id,
        groupArray((
            toInt64(toInt32(date_key)), {_units("-(sold_units + transferred_out_units)")}, {_units("closing_units")}
        )) AS days
    FROM core.fact_inventory
    WHERE date_key > (SELECT toDate32(max(as_of)) - {WINDOW_DAYS} FROM newest)
    GROUP BY source, store_id, product_id
)

SELECT
    toString(books.source) AS source, toString(books.store_id) AS location_id,
    toString(books.product_id) AS product_id,
    {_units("ifNull(counted_units, 0)")} + {_units("ifNull(moved_units, 0)")} AS on_hand,
    ifNull({_MS}(counted_at), 0) AS counted_at,
    ifNull({_MS}(moved_at), 0) AS moved_at,
    ifNull({_MS}(left_at), 0) AS silent_since,
    if(isFinite(usual_units), toFloat64(usual_units) * 1000, 0.) AS usual_size,
    recent, days
FROM books
LEFT JOIN days USING (source, store_id, product_id)"""

ORDERS = f"""
SELECT
    toString(source) AS source, toString(store_id) AS location_id, toString(product_id) AS product_id,
    concat(purchase_order_id, '/', toString(purchase_order_line)) AS order_line,
    {_units("ordered_units")} AS ordered, {_units("cancelled_units")} AS cancelled,
    {_units("received_units")} AS received,
    toInt32(ifNull(confirmed_date, promised_date)) AS promised,
    {_MS}(placed_at) AS touched
FROM core.fact_purchase_order_lines
WHERE source IN {{sources:Array(String)}} AND open_units > 0
    AND (NOT is_ghost_candidate)
"""

TERMS = f"""
WITH prices AS (
    SELECT source, store_id, product_id, regular_price
    FROM intermediate.int_regular_prices_versioned AS prices
    INNER JOIN intermediate.int_sources_dated AS sources ON prices.source = sources.source
    WHERE sources.as_of >= valid_from AND sources.as_of < valid_to
)

SELECT
    toString(list.source) AS source, toString(list.store_id) AS location_id, toString(list.product_id) AS product_id,
    {_units("estimated_reorder_point_units")} AS reorder_point,
    {_units("estimated_order_up_to_units")} AS order_up_to,
    estimated_units_per_day * 1000 AS units_per_day,
    greatest(lead_time_days, 0.) AS lead_days,
    toFloat64(ifNull(coalesce(own.regular_price, common.regular_price) - costs.unit_cost, 0)) AS margin,
    toFloat64(ifNull(costs.unit_cost, 0)) AS cost,
    toBool(list.is_ranged) AS is_ranged
FROM kpi.mart_replenishment AS list
LEFT JOIN intermediate.int_stock_positions_taken AS costs
    ON list.source = costs.source AND list.store_id = costs.store_id AND list.product_id = costs.product_id
LEFT JOIN (SELECT * FROM prices WHERE store_id != '') AS own
    ON list.source = own.source AND list.store_id = own.store_id AND list.product_id = own.product_id
LEFT JOIN (SELECT * FROM prices WHERE store_id = '') AS common
    ON list.source = common.source AND list.product_id = common.product_id
WHERE list.source IN {{sources:Array(String)}}"""

EPISODES = f"""
SELECT
    toString(source) AS source, toString(store_id) AS location_id, toString(product_id) AS product_id,
    toString(cause) AS cause, {_MS}(opened_at) AS opened_at, toString(severity) AS severity,
    toFloat64(estimated_money_at_risk) AS money
FROM (
    SELECT * FROM {REALTIME_INVENTORY_ALERTS}
    ORDER BY written_at DESC, isNotNull(resolved_at) DESC
    LIMIT 1 BY source, alert_id
)
WHERE isNull(resolved_at)
ORDER BY opened_at"""


def tail(topic: str, after: dict[int, int], until: dict[int, int]) -> str:
    """Valid events of a topic from offsets on, up to before others: source, location, product, then `StockEvent`."""
    names, condition = (
        (columns.SALES, columns.SALES_CONDITION) if topic == SALES else (columns.INVENTORY, columns.INVENTORY_CONDITION)
    )
    happened = "event_time" if topic == SALES else "coalesce(counted_at, event_time)"
    promised = "0" if topic == SALES else "toInt64(ifNull(toInt32(promised_date), 0))"
    parts = [
        f"(_partition = {partition} AND _offset >= {after.get(partition, 0)} AND _offset < {end})"
        for partition, end in until.items()
    ]
    return f"""
SELECT
    toString(source), assumeNotNull(toString({names["location_id"]})), assumeNotNull(toString({names["product_id"]})),
    {_MS}(assumeNotNull({happened})), toString(event_type), {columns.UNITS}, event_id,
    ifNull(corrects_event_id, ''), assumeNotNull({names["document"]}), assumeNotNull({names["order_line"]}), {promised}
FROM {WITH_ARCHIVE[topic]}
WHERE _error = '' AND ({" OR ".join(parts) or "false"}) AND ({condition})
ORDER BY _kafka_timestamp, _partition, _offset
SETTINGS cast_keep_nullable = 1"""
