"""Local hours and UTC instants, both as milliseconds since 1970 UTC; days are proleptic ordinals (`date.toordinal`)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000
EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=512)
def hour_starts(zone: str, day: int) -> tuple[int, ...]:
    """When the local hours 0 to 24 of a day begin. An hour skipped in spring has no length, one in autumn has two."""
    return tuple(_local(zone, day, hour) for hour in range(25))


@lru_cache(maxsize=8192)
def midnight(zone: str, day: int) -> int:
    """When a local day begins."""
    return _local(zone, day, 0)


def _local(zone: str, day: int, hour: int) -> int:
    wall = datetime.combine(date.fromordinal(day), datetime.min.time()) + timedelta(hours=hour)
    return int(wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp()) * 1000


@lru_cache(maxsize=4096)
def instant(milliseconds: int) -> str:
    """An instant as the contract writes it."""
    day, rest = divmod(milliseconds, DAY)
    seconds, milli = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{day_text(day + EPOCH)}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"


@lru_cache(maxsize=4096)
def day_text(day: int) -> str:
    """A day as 2026-01-31."""
    return date.fromordinal(day).isoformat()


@lru_cache(maxsize=4096)
def short_day(day: int) -> str:
    """A day as 260131, for ids."""
    return date.fromordinal(day).strftime("%y%m%d")


def weekday(day: int) -> int:
    """0 for Monday to 6 for Sunday."""
    return (day - 1) % 7
