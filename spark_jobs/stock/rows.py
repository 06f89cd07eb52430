"""What the state writes: lines of JSON for tables of the warehouse."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal

from contracts.tables import REALTIME_INVENTORY_ALERTS, REALTIME_STOCK
from spark_jobs.stock.alerts import Change
from spark_jobs.stock.state import WINDOW_DAYS, Stock

Line = tuple[str, str]  # table, JSON without written_at


def stock_line(source: str, location_id: str, product_id: str, stock: Stock, at: int) -> Line:
    """The stock of a pair by everything that has arrived, with rate, cover and turnover of the window."""
    rate, book = stock.rate(), stock.book
    return REALTIME_STOCK, _json(
        source=source,
        store_id=location_id,
        product_id=product_id,
        units_on_hand=_units(book),
        units_on_order=_units(stock.on_order(at)),
        estimated_units_per_day=round(rate / 1000, 6),
        estimated_days_of_cover=round(max(book, 0) / rate, 3) if rate > 0 else None,
        estimated_turnover=_turnover(stock),
        counted_at=instant(stock.counted_at) if stock.counted_at else None,
        moved_at=instant(max([stock.moved_at, *(event.at for event in stock.pending)])),
        evaluated_at=instant(at),
    )


def alert_line(source: str, location_id: str, product_id: str, change: Change) -> Line:
    """An episode as it is now."""
    return REALTIME_INVENTORY_ALERTS, _json(
        alert_id=alert_id(source, change.cause, location_id, product_id, change.opened_at),
        source=source,
        store_id=location_id,
        product_id=product_id,
        cause=change.cause,
        severity=change.severity,
        opened_at=instant(change.opened_at),
        resolved_at=instant(change.resolved_at) if change.resolved_at else None,
        units_on_hand=_units(change.on_hand),
        threshold_units=_units(round(change.threshold)),
        estimated_money_at_risk=f"{change.money:.4f}",
        message=change.says,
    )


def alert_id(source: str, cause: str, location_id: str, product_id: str, opened_at: int) -> str:
    """The id of an episode: the same whoever works it out, and however often."""
    text = json.dumps([source, cause, location_id, product_id, opened_at])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def instant(milliseconds: int) -> str:
    """An instant as ClickHouse reads it."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None):%F %T.%f}"[:-3]


def _turnover(stock: Stock) -> float | None:
    """Units that left in a year at the window's rate ÷ mean units at the days' ends (unit cost cancels)."""
    days = stock.days.values()
    mean = sum(max(closing, 0) for _, closing in days) / len(days) if days else 0
    left = sum(left for left, _ in days)
    return round(left * 365 / min(len(days), WINDOW_DAYS) / mean, 4) if mean > 0 else None


def _units(thousandths: int) -> str:
    return str(Decimal(thousandths).scaleb(-3))


def _json(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False)
