"""Figures and changes as a reader wants them."""

from decimal import Decimal

from spark_jobs.batch.measures import COUNT, MONEY, SHARE

NOT_TRACKED = "not tracked"
_THOUSANDS = "\u202f"


def figure(value: Decimal | None, unit: str, currency: str = "") -> str:
    """A value with its unit: `EUR 12 345`, `31.4 %`; below a hundred money has its cents."""
    if value is None:
        return NOT_TRACKED
    if unit == SHARE:
        return f"{value * 100:.1f}{_THOUSANDS}%".replace("-", "−")
    if unit == MONEY:
        return f"{currency} {_grouped(value, 2 if abs(value) < 100 else 0)}".strip()
    whole = unit == COUNT or value == value.to_integral_value() or abs(value) >= 100
    return _grouped(value, 0 if whole else 1)


def change(value: Decimal | None, before: Decimal | None, unit: str) -> str:
    """From the week before: in percent, a share in points; '' where there is nothing to compare with."""
    if value is None or before is None:
        return ""
    if unit == SHARE:
        return f"{_signed((value - before) * 100)} points"
    return f"{_signed((value / before - 1) * 100)}{_THOUSANDS}%" if before > 0 else ""


def direction(value: Decimal | None, before: Decimal | None, better: int) -> str:
    """good, bad or '' (as before, neither, or nothing to compare with)."""
    if value is None or before is None or value == before or not better:
        return ""
    return "good" if (value > before) == (better > 0) else "bad"


def _grouped(value: Decimal, places: int) -> str:
    return f"{value:,.{places}f}".replace(",", _THOUSANDS).replace("-", "−")


def _signed(value: Decimal) -> str:
    text = f"{value:+.1f}".replace("-", "−")
    return "±0.0" if text in ("+0.0", "−0.0") else text
