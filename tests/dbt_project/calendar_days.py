"""Days that calendars get wrong, from print, and what they are made of: sales of 2020 and 2024, a holiday."""

from collections.abc import Iterator
from datetime import date

from contracts.events import Event, Holiday
from tests.dbt_project.shop import at, sale

# Year, month and week of the 4-5-4 calendar of the trade (National Retail Federation)
RETAIL_DAYS = [
    ("2023-01-29", 2023, 1, 1),  # 2023 begins
    ("2024-01-28", 2023, 12, 53),  # its 53rd week
    ("2024-02-03", 2023, 12, 53),
    ("2024-02-04", 2024, 1, 1),
    ("2024-03-02", 2024, 1, 4),  # 4 weeks,
    ("2024-03-03", 2024, 2, 5),
    ("2024-04-06", 2024, 2, 9),  # 5 weeks,
    ("2024-04-07", 2024, 3, 10),
    ("2024-05-04", 2024, 3, 13),  # 4 weeks
    ("2024-05-05", 2024, 4, 14),
    ("2025-02-01", 2024, 12, 52),
    ("2025-02-02", 2025, 1, 1),
]
# Day, weekday from Monday, weekend, the same weekday of the year before, first of its month
WEEKDAYS = [
    ("2024-03-01", 5, False, "2023-03-03", "2024-03-01"),
    ("2024-03-02", 6, True, "2023-03-04", "2024-03-01"),
    ("2024-03-03", 7, True, "2023-03-05", "2024-03-01"),
    ("2024-03-04", 1, False, "2023-03-06", "2024-03-01"),
]
# Whether it is a holiday anywhere, its names, its regions, whether shops are closed anywhere
HOLIDAYS = [
    ("2024-01-01", True, "Neujahr, New Year's Day", "DE, GB", True),
    ("2024-01-02", False, "", "", False),
]


def calendar_events() -> Iterator[Event]:
    """What the calendar of these days is made of."""
    for day in (date(2020, 6, 1), date(2024, 6, 1)):
        yield sale(transaction_id=str(day), business_date=day, event_time=at(day))
    yield _holiday("DE", "Neujahr", is_closed=True)
    yield _holiday("GB", "New Year's Day", is_closed=False)


def _holiday(region: str, name: str, *, is_closed: bool) -> Holiday:
    day = {"region": region, "holiday_date": date(2024, 1, 1), "holiday_name": name, "is_closed": is_closed}
    envelope = {"event_id": f"holiday-{region}", "event_type": "holiday", "schema_version": 1, "source": "shop"}
    said = at(date(2019, 12, 1))
    return Holiday(**day, **envelope, event_time=said, valid_from=said)
