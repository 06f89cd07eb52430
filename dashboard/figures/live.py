"""What happens now: sales of the last hour, alerts, and whether streams and stores keep up."""

from datetime import datetime, timedelta

import pandas as pd

from dashboard.figures.filters import Filters
from dashboard.figures.kpis import Card
from dashboard.figures.reading import Reader
from dashboard.figures.words import NONE, ago, duration, money, utc

STREAM_STALE_S = 900  # streams that run speak every few seconds
_NEVER = pd.Timestamp(1971, 1, 1, tz="UTC")
Z = 1.96  # 95 % of a normal distribution

MINUTES = """
    select window_starts_at as minute, sum(sale_lines) as lines, sum(revenue) as revenue, sum(tickets) as tickets
    from reporting.realtime_dashboard
    where {condition} and grain = 'store' and window_minutes = 1
    group by minute order by minute
"""
HEARTBEAT = """
    select store_id, max(store_name) as store, min(seconds_since_window) as seconds
    from reporting.realtime_dashboard where {condition} and grain = 'store'
    group by store_id order by seconds desc
"""
TODAY = """
    with (select max(sold_at) from reporting.sales where source = {retailer:String}) as known,
         (select max(date_key) from reporting.sales where source = {retailer:String}) as today
    select hour_starts_at as hour, sum(sale_lines) as lines, sum(estimated_sale_lines) as expected,
           sum(estimated_lower_lines) as lower, sum(estimated_upper_lines) as upper,
           sum(pow((estimated_upper_lines - estimated_sale_lines) / 1.96, 2)) as variance,
           hour_starts_at <= known as is_known
    from reporting.expected_sales where {condition} and date_key = today
    group by hour, is_known order by hour
"""
EXPECTED = """
    select hour_starts_at as hour, sum(estimated_sale_lines) as expected,
           sum(pow((estimated_upper_lines - estimated_sale_lines) / 1.96, 2)) as variance
    from reporting.expected_sales
    where {condition} and hour_starts_at between {from:DateTime('UTC')} and {until:DateTime('UTC')}
    group by hour
"""
ALERTS = """
    select severity as "Severity", opened_at as "Since (UTC)", store_name as "Store", product_name as "Product",
           replaceAll(cause, '_', ' ') as "Cause", estimated_money_at_risk as "At risk (est.)",
           is_acknowledged as "Seen", message as "Message"
    from reporting.active_alerts where {condition}
    order by indexOf(['high', 'medium', 'low'], severity), opened_at desc, estimated_money_at_risk desc
"""
OUT_OF_STOCK = """
    select count() as pairs, countIf(h.abc_class = 'A') as a_pairs
    from reporting.live_stock as l
    left join reporting.inventory_health as h on l.place = h.place and l.item = h.item
    where {condition} and l.is_out_of_stock
"""
ANOMALIES = """
    select opened_at as "Since (UTC)", store_name as "Store", kind as "Kind", message as "Message", is_open as "Open"
    from reporting.sales_anomalies where {condition} order by opened_at desc
"""
STREAMS = "select * from reporting.stream_health order by stream"
LATE_STORES = """
    select s.store_name as "Store", d.date_key as "Day", d.status as "Status",
           d.control_tickets as "Counted", d.known_tickets as "Known"
    from reporting.store_days as d
    inner join (select source, store_id, max(store_name) as store_name from reporting.stores
                where is_current group by source, store_id) as s
        on d.source = s.source and d.store_id = s.store_id
    where {condition} and d.status in ('incomplete', 'not closed')
    order by d.date_key desc, s.store_name
"""
QUARANTINE = """
    select reason, sum(events) as events from reporting.quarantine_summary group by reason order by events desc, reason
"""


def by_minute(reader: Reader, built: Reader, filters: Filters) -> pd.DataFrame:
    """The last hour the stream knows: `minute`, `lines`, `revenue`, `tickets`, and `expected`, `lower`, `upper`.

    What was to be expected is as of the last build, so `built` is asked.
    """
    found = reader.rows(_of(MINUTES, filters), filters.parameters())
    if found.empty:
        return found
    minutes = pd.date_range(found["minute"].max() - pd.Timedelta(minutes=59), found["minute"].max(), freq="min")
    found = found.set_index("minute").reindex(minutes).fillna(0).rename_axis("minute").reset_index()
    return _with_band(found, _expected_hours(built, filters, found["minute"]))


def _expected_hours(reader: Reader, filters: Filters, minutes: pd.Series) -> pd.DataFrame:
    hours = {"from": minutes.min().floor("h").to_pydatetime(), "until": minutes.max().to_pydatetime()}
    return reader.rows(_of(EXPECTED, filters), filters.parameters() | hours)


def _with_band(minutes: pd.DataFrame, hours: pd.DataFrame) -> pd.DataFrame:
    """A sixtieth of its hour is expected of a minute; its band is chance, and the hour's spread beyond chance."""
    found = minutes.assign(hour=minutes["minute"].dt.floor("h")).merge(hours, on="hour", how="left")
    expected = found["expected"] / 60
    beyond = (found["variance"] - found["expected"]).clip(lower=0) / 3600
    spread = Z * (expected + beyond) ** 0.5
    return found.assign(expected=expected, lower=(expected - spread).clip(lower=0), upper=expected + spread)


def by_hour(reader: Reader, filters: Filters) -> pd.DataFrame:
    """The last day with sales by hour: `hour`, `lines` (none of hours not known yet), `expected`, `lower`, `upper`."""
    found = reader.rows(_of(TODAY, filters), filters.parameters())
    found["lines"] = found["lines"].where(found["is_known"].astype(bool))
    spread = Z * found["variance"] ** 0.5
    found["lower"], found["upper"] = (found["expected"] - spread).clip(lower=0), found["expected"] + spread
    return found


def alerts(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Open alerts, the most severe and newest first."""
    return reader.rows(_of(ALERTS, filters, category="category"), filters.parameters())


def anomalies(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Unusual sales, the newest first."""
    return reader.rows(_of(ANOMALIES, filters), filters.parameters())


def heartbeat(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Stores and how long ago their last window closed, the longest first."""
    found = reader.rows(_of(HEARTBEAT, filters), filters.parameters())
    return pd.DataFrame({"Store": found["store"], "Silent for": found["seconds"].map(duration)})


def late_stores(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Store days that are not closed, or whose tickets are not all there; all days, not only those in view."""
    return reader.rows(LATE_STORES.replace("{condition}", filters.condition(of="d.")), filters.parameters())


def streams(reader: Reader) -> pd.DataFrame:
    """Each stream with what it lags behind; latency only where it was measured."""
    found = reader.rows(STREAMS, {})
    return found.assign(
        p95_seconds=found["p95_seconds"].where(pd.to_datetime(found["latency_measured_for"], utc=True) > _NEVER)
    )


def quarantine(reader: Reader) -> pd.DataFrame:
    """`reason`, `events`: what breaks its contract, of all retailers."""
    return reader.rows(QUARANTINE, {})


def out_of_stock(reader: Reader, filters: Filters) -> tuple[int, int]:
    """Pairs without stock by what has arrived so far, and those of them with an A item."""
    sql = OUT_OF_STOCK.replace("{condition}", filters.condition(category="category", of="l."))
    row = reader.rows(sql, filters.parameters()).iloc[0]
    return int(row.pairs), int(row.a_pairs)


def today_card(hours: pd.DataFrame) -> Card:
    """Lines sold on the last day with sales against what was to be expected by the same hour."""
    known = hours[hours["lines"].notna()] if len(hours) else hours
    if known.empty:
        return Card("Lines sold today", NONE, note="no sales yet")
    sold, expected = known["lines"].sum(), known["expected"].sum()
    day = pd.Timestamp(known["hour"].iloc[-1])
    return Card(
        f"Lines sold, {day.day} {day:%b}",
        f"{sold:,.0f}",
        help="Sale lines of the last day with sales, to the hour that is known, as of the last build.",
        beside=(("Expected by then (est.)", f"{expected:,.0f}"),),
    )


def last_hour_card(minutes: pd.DataFrame, filters: Filters, clock: datetime) -> Card:
    """Revenue of the last 60 minutes that the stream knows."""
    if minutes.empty:
        return Card("Last hour", NONE, note="no live sales: ./retail up streaming live")
    until = utc(minutes["minute"].max().to_pydatetime()) + timedelta(minutes=1)
    is_recent = (clock - until).total_seconds() < STREAM_STALE_S
    return Card(
        f"Last hour, to {until:%H:%M} UTC",
        money(float(minutes["revenue"].sum()), filters.currency),
        help="Revenue of the last 60 minutes the stream knows; returns negative.",
        beside=(("Lines", f"{minutes['lines'].sum():,.0f}"),),
        note="" if is_recent else f"{ago(until, clock)} ago",
        tone="" if is_recent else "warn",
        course=tuple(minutes["lines"].rolling(5, min_periods=1).sum()),
    )


def alert_card(alerts: pd.DataFrame, filters: Filters) -> Card:
    """Open alerts, the severe ones, and the margin at risk by all."""
    high = int((alerts["Severity"] == "high").sum())
    return Card(
        "Open alerts",
        f"{len(alerts):,}",
        beside=(
            ("High", str(high)),
            ("At risk (est.)", money(float(alerts["At risk (est.)"].sum()), filters.currency)),
        ),
        tone="bad" if high else "",
    )


def stream_card(found: pd.DataFrame, clock: datetime) -> Card:
    """How far the slowest stream is behind, and when any was heard."""
    if found.empty:
        return Card("Streams", "not running", note="start them: ./retail up streaming live", tone="warn")
    silent = (clock - utc(found["last_heard_at"].max().to_pydatetime())).total_seconds()
    stale = silent > STREAM_STALE_S
    measured = found["p95_seconds"].max()
    return Card(
        "Streams",
        f"silent {duration(silent)}" if stale else f"{found['lag_events'].sum():,.0f} behind",
        help="Events not read yet; how long 95 % of events take, of the slowest stream.",
        beside=(("95 % within", f"{measured:.1f} s" if measured == measured else "not measured"),),
        note="start them: ./retail up streaming live" if stale else "",
        tone="warn" if stale else "",
    )


def stock_card(pairs: int, a_pairs: int) -> Card:
    """Shelves that are empty by the book as the stream has it."""
    return Card(
        "Out of stock now, A items",
        f"{a_pairs:,}",
        help="Locations and A items without stock by what has arrived so far.",
        beside=(("All items", f"{pairs:,}"),),
    )


def completeness_card(late: pd.DataFrame, quarantined: pd.DataFrame) -> Card:
    """Store days to look after, and what was set aside."""
    counts = late["Status"].value_counts()
    incomplete, not_closed = int(counts.get("incomplete", 0)), int(counts.get("not closed", 0))
    return Card(
        "Store days incomplete",
        f"{incomplete:,}",
        beside=(("Not closed", f"{not_closed:,}"), ("Quarantined", f"{quarantined['events'].sum():,.0f}")),
        tone="warn" if incomplete else "",
    )


def _of(sql: str, filters: Filters, category: str = "") -> str:
    return sql.replace("{condition}", filters.condition(category=category))
