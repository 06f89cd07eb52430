"""What the figures are of and whether they may be trusted: retailers, days, freshness, completeness."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from dashboard.figures.filters import Choice, Filters
from dashboard.figures.reading import Reader
from dashboard.figures.windows import window_named
from dashboard.figures.words import ago, utc

STALE_AFTER = timedelta(hours=26)  # a day without news and the two hours that a morning's first build may take
_LOOKED_BACK = 7  # days in which the last whole one is looked for; what closes later never closes

SOURCES = "select * from reporting.publication_status order by source"
CURRENCIES = """
    select source, currency, count() as places from reporting.stores
    where is_current and store_id != '' and currency != 'not stated' group by source, currency order by places desc
"""
STORES = """
    select distinct store_id, store_name from reporting.stores
    where source = {retailer:String} and is_current and store_id != '' order by store_name, store_id
"""
CATEGORIES = """
    select distinct category from reporting.products
    where source = {retailer:String} and product_id != '' order by category
"""
LAST_DAYS = """
    select date_key, countIf(status = 'not closed') as not_closed, count() as places from reporting.store_days
    where source = {retailer:String} group by date_key order by date_key desc limit 10
"""
COMPLETENESS = """
    select count() as days, countIf(status = 'incomplete') as incomplete, countIf(status = 'not closed') as not_closed,
           countIf(is_closed) as closed
    from reporting.store_days where {condition}
"""


@dataclass(frozen=True)
class Source:
    """A retailer, as of when its figures are, and whether they passed their checks."""

    name: str
    as_of: datetime
    status: str
    reason: str
    checked_at: datetime

    @property
    def version(self) -> str:
        """Changes when figures may have changed."""
        return f"{self.name} {self.as_of:%s} {self.checked_at:%s}"


@dataclass(frozen=True)
class Chip:
    """The stamp in the header; amber where figures are old or may not be trusted."""

    text: str
    is_amber: bool
    why: str


def sources(reader: Reader) -> list[Source]:
    """The retailers that have figures; none before the first build."""
    found = reader.rows(SOURCES, {})
    return [
        Source(row.source, utc(row.shown_as_of), row.status, row.reason, utc(row.checked_at))
        for row in found.itertuples()
    ]


def chosen_source(found: list[Source], wanted: str) -> Source:
    """The wanted retailer, else the one with the latest figures."""
    named = [source for source in found if source.name == wanted]
    return named[0] if named else max(found, key=lambda source: source.as_of)


def currencies(reader: Reader, retailer: str) -> list[str]:
    """Currencies of a retailer's places, the commonest first."""
    found = reader.rows(CURRENCIES, {})
    return found.loc[found["source"] == retailer, "currency"].tolist() or ["not stated"]


def stores(reader: Reader, retailer: str) -> dict[str, str]:
    """Names of places by id."""
    found = reader.rows(STORES, {"retailer": retailer})
    return dict(zip(found["store_id"], found["store_name"], strict=True))


def categories(reader: Reader, retailer: str) -> list[str]:
    """Categories that products have now."""
    return reader.rows(CATEGORIES, {"retailer": retailer})["category"].tolist()


def last_whole_day(reader: Reader, source: Source) -> date:
    """The last business day that is over: every store has closed it, or it lies before the latest event's day."""
    days = reader.rows(LAST_DAYS, {"retailer": source.name})
    return whole_day_of(days, source.as_of.date())


def whole_day_of(days: pd.DataFrame, today: date) -> date:
    """Of days with how many stores have not closed them, newest first, the last whole one."""
    for row in days.itertuples():
        if not row.not_closed or row.date_key < today - timedelta(days=_LOOKED_BACK):
            return min(row.date_key, today)
    return today - timedelta(days=1)


def filters_of(choice: Choice, source: Source, currency: str, whole_last: date) -> Filters:
    """What is in view."""
    return Filters(window_named(choice.days, whole_last), source.name, currency, choice.stores, choice.categories)


def chip(source: Source, now: datetime) -> Chip:
    """The stamp of a retailer's figures at an instant."""
    age = now - source.as_of
    stamp = f"as of {source.as_of:%d %b %Y %H:%M} UTC"
    if source.status == "amber":
        return Chip(stamp, True, f"Checks failed: {source.reason}. Look with ./retail quality reporting.")
    if age > STALE_AFTER:
        return Chip(stamp, True, f"No news for {ago(source.as_of, now)}. Look with ./retail status.")
    if source.status != "ok":
        return Chip(stamp, True, "Nobody has checked these figures yet. Check with ./retail quality reporting.")
    return Chip(stamp, False, f"Checks passed {ago(source.checked_at, now)} ago.")


def completeness(reader: Reader, filters: Filters) -> str:
    """Whether all tickets of the closed days in view have arrived, in a few words."""
    sql = COMPLETENESS.replace("{condition}", filters.condition(day="date_key"))
    row = reader.rows(sql, filters.parameters()).iloc[0]
    if not row.closed:
        return "completeness not tracked"
    said = [f"{row[name]} of {row.days:,} store days {word}" for name, word in _LACKS if row[name]]
    return f"⚠ {', '.join(said)}" if said else f"all {row.closed:,} store days complete"


_LACKS = (("incomplete", "incomplete"), ("not_closed", "not closed"))


def now() -> datetime:
    """The clock, in one place."""
    return datetime.now(UTC)
