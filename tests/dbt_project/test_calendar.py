"""Days that calendars get wrong, by hand."""

from datetime import date

import pytest

from tests.dbt_project.calendar_days import HOLIDAYS, RETAIL_DAYS, WEEKDAYS, calendar_events
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild


@pytest.fixture(scope="module")
def calendar(built_once: WarehouseBuild) -> WarehouseBuild:
    """A calendar around sales of 2020 and 2024."""
    built_once.empty()
    log = RawLog()
    land(built_once.client, [log.append(event) for event in calendar_events()])
    built_once.dbt("run", "--select", "+dim_date")
    return built_once


def _day(calendar: WarehouseBuild, day: str, columns: str) -> tuple:
    return calendar.rows(f"select {columns} from core.dim_date where date_key = '{day}'")[0]


def test_days_follow_without_a_gap(calendar: WarehouseBuild) -> None:
    """From the year before the first sale to the year after the last, each day once."""
    query = "select min(date_key), max(date_key), count(), uniqExact(date_key) from core.dim_date"
    days = (date(2025, 12, 31) - date(2019, 1, 1)).days + 1
    assert calendar.rows(query) == [(date(2019, 1, 1), date(2025, 12, 31), days, days)]


@pytest.mark.parametrize(("day", "year", "month", "week"), RETAIL_DAYS)
def test_retail_weeks_are_those_of_the_trade(
    calendar: WarehouseBuild, day: str, year: int, month: int, week: int
) -> None:
    """Years, months and weeks of the 4-5-4 calendar as the National Retail Federation prints it."""
    assert _day(calendar, day, "retail_year, retail_month, retail_week") == (year, month, week)


def test_iso_weeks_cross_the_year(calendar: WarehouseBuild) -> None:
    """1 January 2021 lies in week 53 of 2020, which began on Monday, 28 December."""
    columns = "iso_year, iso_week, iso_week_start_date, iso_weekday, weekday_name, is_weekend"
    assert _day(calendar, "2021-01-01", columns) == (2020, 53, date(2020, 12, 28), 5, "Friday", False)


@pytest.mark.parametrize(("day", "weekday", "is_weekend", "last_year", "month"), WEEKDAYS)
def test_last_year_is_compared_by_weekday(
    calendar: WarehouseBuild, day: str, weekday: int, is_weekend: bool, last_year: str, month: str
) -> None:
    """Friday, 1 March 2024 is compared with Friday, 3 March 2023; Saturday and Sunday are the weekend."""
    columns = "iso_weekday, is_weekend, toString(same_weekday_last_year), toString(month_start_date)"
    assert _day(calendar, day, columns) == (weekday, is_weekend, last_year, month)


@pytest.mark.parametrize(("day", "is_holiday", "names", "regions", "is_closed"), HOLIDAYS)
def test_holidays_of_regions_are_joined(
    calendar: WarehouseBuild, day: str, is_holiday: bool, names: str, regions: str, is_closed: bool
) -> None:
    """A day names the holidays of all regions, sorted; a day without has none."""
    columns = "is_holiday, holiday_name, holiday_regions, is_closed_somewhere"
    assert _day(calendar, day, columns) == (is_holiday, names, regions, is_closed)
