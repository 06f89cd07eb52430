"""The events that judge mistakes: every world the tests of the models have, side by side in one warehouse."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

from ingestion.simulation.truth import Truth
from tests.dbt_project import reference
from tests.dbt_project.calendar_days import HOLIDAYS, RETAIL_DAYS, WEEKDAYS, calendar_events
from tests.dbt_project.kpis_by_hand import EVENTS, EXPECTED, differences
from tests.dbt_project.random_stock import random_stock_log
from tests.dbt_project.random_worlds import random_log
from tests.dbt_project.raw_log import Message, RawLog, land
from tests.dbt_project.scenarios import scenarios
from tests.dbt_project.test_any_split import expected_facts, facts
from tests.dbt_project.test_restatements import SECONDS_APART, days_restated, restated
from tests.dbt_project.test_stock_any_split import corrections, expected_corrections
from tests.dbt_project.test_twin import simulated_messages
from tests.dbt_project.warehouse_build import WarehouseBuild

_APART = 10  # so many partitions lie between two worlds: the place of a message is its own
_TOPICS = {"stg_events__sales_messages": "sales_events", "stg_events__catalog_messages": "catalog_events"}
DatabaseOf = Callable[[str], str]


def land_worlds(build: WarehouseBuild) -> None:
    """Land the scenarios, the random quarrels, the random ledgers, the simulated shop, the week on paper, odd days."""
    for world in (_told(), _quarrels(), _ledgers(), _apart(3, simulated_messages(Truth())), *_weeks()):
        land(build.client, world)


def differences_known(build: WarehouseBuild, model: str, database_of: DatabaseOf) -> set[str]:
    """What a model says otherwise than the week on paper, or than plain Python says of the random worlds."""
    found = set(differences(build.client, database_of, model)) if model in EXPECTED else set()
    if model in ("fact_sales", "dim_product", "dim_store"):
        said = {str(fact) for fact in facts(build, database_of, "world-%")}
        found |= {f"{model}, by plain Python: {fact}" for fact in said ^ _facts()}
    if model == "fact_inventory_movements":
        said = {str(one) for one in corrections(build, database_of(model), "stock-%").items()}
        found |= {f"{model}, by plain Python: {one}" for one in said ^ _corrections()}
    if model in _TOPICS:
        query = f"select _topic, _partition, _offset, verdict from {database_of(model)}.{model}"
        said = {str(row) for row in build.rows(f"{query} where intDiv(_partition, {_APART}) = 1")}
        found |= {f"{model}, by plain Python: {row}" for row in said ^ _verdicts(_TOPICS[model])}
    if model == "restatements":
        said = set(days_restated(build, database_of(model), "world-%").items())
        found |= {f"restatements, by plain Python: {day}" for day in said ^ _restated()}
    if model == "dim_date":
        found |= {f"dim_date: {day}" for day in _days(build, database_of(model))}
    return found


def _days(build: WarehouseBuild, database: str) -> set[str]:
    """Days of which the calendar says otherwise than print does, and the ends it should not have."""
    of_day = (
        "retail_year, retail_month, retail_week",
        "iso_weekday, is_weekend, toString(same_weekday_last_year), toString(month_start_date)",
        "is_holiday, holiday_name, holiday_regions, is_closed_somewhere",
    )
    queries = [f"select toString(date_key), {columns} from {database}.dim_date" for columns in of_day]
    said = {str(row) for query in queries for row in build.rows(query)}
    printed = {str(day) for day in (*RETAIL_DAYS, *WEEKDAYS, *HOLIDAYS)}
    ends = build.rows(f"select toString(min(date_key)), toString(max(date_key)) from {database}.dim_date")
    return (printed - said) | ({str(ends)} - {"[('2019-01-01', '2027-12-31')]"})


@cache
def _facts() -> set[str]:
    return {str(fact) for fact in expected_facts(_quarrels())}


@cache
def _corrections() -> set[str]:
    return {str(one) for one in expected_corrections(_ledgers()).items()}


@cache
def _restated() -> set[tuple]:
    return set(restated(_quarrels()).items())


@cache
def _verdicts(topic: str) -> set[str]:
    found = reference.verdicts([message for message in _quarrels() if message.topic == topic])
    return {str((*place, verdict)) for place, verdict in found.items()}


def _told() -> list[Message]:
    log = RawLog()
    return [log.append(event) for scenario in scenarios() for event in (*scenario.first, *scenario.later)]


@cache
def _quarrels() -> list[Message]:
    return _apart(1, random_log(worlds=40, messages=20, seed=7, seconds=SECONDS_APART))


@cache
def _ledgers() -> list[Message]:
    log = random_stock_log(worlds=40, messages=24, seed=7)
    return _apart(2, (replace(one, payload=one.payload.replace(b'"world-', b'"stock-')) for one in log))


def _weeks() -> list[list[Message]]:
    paper, calendar = RawLog(), RawLog()
    return [
        _apart(4, (paper.append(event) for event in EVENTS)),
        _apart(5, (calendar.append(event) for event in calendar_events())),
    ]


def _apart(number: int, messages: Iterable[Message]) -> list[Message]:
    return [replace(message, partition=message.partition + number * _APART) for message in messages]
