"""Figures as people read them."""

from datetime import UTC, date, datetime

NONE = "–"
_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "CHF": "CHF ", "JPY": "¥"}
_MILLION, _LONG_THOUSANDS = 1e6, 1e5


def figure(value: float | None, unit: str, currency: str = "") -> str:
    """A figure with its unit, short enough for a card."""
    if value is None or value != value:
        return NONE
    if unit == "money":
        return money(value, currency)
    if unit == "ratio":
        return f"{100 * value:.1f} %"
    if unit == "times":
        return f"{value:,.2f}"
    if unit == "days":
        return f"{value:,.1f} d"
    return _short(value, 0)


def money(value: float, currency: str) -> str:
    """£1,234 or £1.23 m; pence where it is little."""
    sign = "−" if value < 0 else ""
    symbol = _SYMBOLS.get(currency, f"{currency} " if currency else "")
    return f"{sign}{symbol}{_short(abs(value), 2 if abs(value) < 100 else 0)}"


def _short(value: float, places: int) -> str:
    if abs(value) >= _MILLION:
        return f"{value / _MILLION:,.2f} m"
    return f"{value:,.{places}f}"


def day(of: date) -> str:
    """21 Nov, with the year where it is not this decade's news."""
    return f"{of.day} {of:%b %Y}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in one unit."""
    return duration((now - moment).total_seconds())


def duration(seconds: float) -> str:
    """Seconds in the largest unit that keeps two digits."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{max(0, seconds):.0f} s"


def utc(moment: datetime) -> datetime:
    """With its zone, whichever way the driver gave it."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def spoken(name: str) -> str:
    """`promotion_under_ordered` as words."""
    return name.replace("_", " ")
