"""A week of a little retailer on paper, every KPI of it worked by hand: `by_hand/ledger.md` and the pages beside it.

`EVENTS` is the week, in order of arrival; `EXPECTED` what the models must say of it, by model, as rows of the columns
that are checked; `differences` compares. An expected cell shows its working: `2 × 5.00 + 8.00 = 18.00`.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.events import TOPICS, Event
from tests.dbt_project.worked_tables import Table, figure, tables

SOURCE = "corner-shop"
PAGES = Path(__file__).with_name("by_hand")
_KINDS = {name: kind for kinds in TOPICS.values() for name, kind in kinds.items()}
_SINCE = date(2025, 1, 1)
_LINE = {
    "register_id": "till 1",
    "line_type": "merchandise",
    "discount_amount": "0",
    "tax_amount": "0",
    "channel": "store",
}
_DEFAULTS: dict[str, dict[str, str]] = {
    "sale": _LINE,
    "return": _LINE,
    "void": {"register_id": "till 1"},
    "product": {"line_type": "merchandise", "status": "active"},
    "location": {"time_zone": "Europe/London"},
    "purchase_order_placed": {"pack_size": "6"},
}
_WHERE = re.compile(r"^Where (.*)\.$", re.MULTILINE)


def _events() -> Iterator[Event]:
    said: dict[str, Event] = {}
    for table in tables(PAGES / "ledger.md"):
        for number, row in enumerate(table.rows, start=1):
            if table.name == "again":
                yield said[row["event_id"]]
                continue
            for event in _events_of(table.name, f"{table.name} {number}", row):
                said[event.event_id] = event
                yield event


def _events_of(kind: str, name: str, row: dict[str, str]) -> Iterator[Event]:
    stated = {column: cell for column, cell in row.items() if cell and column not in ("day", "at", "valid_from")}
    envelope = {"event_id": name, "event_type": kind, "schema_version": "1", "source": SOURCE, "currency": "EUR"}
    fields = envelope | _DEFAULTS.get(kind, {}) | _dated(kind, row) | stated
    for ticket in _tickets(row.get("transaction_id", "")):
        named = {"transaction_id": ticket, "event_id": f"{fields['event_id']} {ticket}"} if ticket else {}
        yield _KINDS[kind](**(fields | named))


def _dated(kind: str, row: dict[str, str]) -> dict[str, Any]:
    if "day" not in row:
        since = date.fromisoformat(row.get("valid_from") or str(_SINCE))
        return {"event_time": _instant(_SINCE), "valid_from": _instant(since)}
    day, (hour, minute) = date.fromisoformat(row["day"]), map(int, row["at"].split(":"))
    instant = _instant(day) + timedelta(hours=hour, minutes=minute)
    return {"event_time": instant, "business_date": day} | ({"counted_at": instant} if kind == "stock_count" else {})


def _instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _tickets(cell: str) -> list[str]:
    """`b01–b10` is ten tickets; one ticket, or none, is itself."""
    first, several, last = cell.partition("–")
    if not several:
        return [""]
    letter = first[0]
    return [f"{letter}{number:02}" for number in range(int(first[1:]), int(last[1:]) + 1)]


def _pages() -> list[Table]:
    return [table for page in sorted(PAGES.glob("*.md")) if page.name != "ledger.md" for table in tables(page)]


EVENTS: list[Event] = list(_events())
MODELS: dict[str, Table] = {table.name: table for table in _pages() if not table.name.startswith("metrics")}
METRICS: list[dict[str, str]] = [row for table in _pages() if table.name.startswith("metrics") for row in table.rows]
EXPECTED: dict[str, list[dict[str, str]]] = {
    name: [{column: figure(cell) for column, cell in row.items()} for row in table.rows]
    for name, table in MODELS.items()
}


def layer_of(client: Client, model: str) -> str:
    """The database that a model was built into."""
    return client.command("select database from system.tables where name = {model:String}", {"model": model})


def differences(client: Client, database_of: Callable[[str], str], *models: str) -> list[str]:
    """What the models (all of `EXPECTED`, or those named) say otherwise than the pages, a sentence each.

    `database_of` gives the database of a model; rows of the source that are not on the page are differences too, unless
    the page says `Where <condition>.` under the model's name.
    """
    return [sentence for model in models or EXPECTED for sentence in _differences(client, database_of(model), model)]


def _differences(client: Client, database: str, model: str) -> list[str]:
    expected = EXPECTED[model]
    columns = list(expected[0])
    where = _WHERE.search(MODELS[model].text)
    query = f"""
        select {", ".join(f"`{column}`" for column in columns)} from `{database}`.`{model}`
        where source = '{SOURCE}' {f"and ({where.group(1)})" if where else ""}
    """
    found = [dict(zip(columns, row, strict=True)) for row in client.query(query).result_rows]
    missing = [row for row in expected if not any(_agree(row, other) for other in found)]
    surplus = [row for row in found if not any(_agree(other, row) for other in expected)]
    number = [f"{model} has {len(found)} rows, the page {len(expected)}"] if len(found) != len(expected) else []
    return number + _sentences(model, missing, surplus)


def _sentences(model: str, missing: list[dict[str, str]], surplus: list[dict[str, Any]]) -> list[str]:
    """Each missing row beside the row that comes closest to it."""
    said = []
    for row in missing:
        if not surplus:
            said.append(f"{model} lacks {row}")
            continue
        closest = min(surplus, key=lambda other: len(_disagreeing(row, other)))
        surplus = [other for other in surplus if other is not closest]
        wrong = [f"{column} is {closest[column]}, not {row[column]}" for column in _disagreeing(row, closest)]
        said.append(f"{model}, {_named(row)}: " + ", ".join(wrong))
    return said + [f"{model} has too much: {_named(row)}" for row in surplus]


def _named(row: dict[str, Any]) -> str:
    """The row's first texts and dates: what it is about."""
    texts = [str(value) for value in row.values() if not _is_number(str(value))]
    return " ".join(texts[:4])


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9.]*|yes|no|True|False|None", text) is not None


def _agree(expected: dict[str, str], found: dict[str, Any]) -> bool:
    return not _disagreeing(expected, found)


def _disagreeing(expected: dict[str, str], found: dict[str, Any]) -> list[str]:
    return [column for column, cell in expected.items() if not is_as_said(cell, found[column])]


def is_as_said(cell: str, value: Any) -> bool:
    """Whether a value is what the page says: money and units to the last digit, floats to the digits written."""
    if value is None or isinstance(value, bool):
        return cell == {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        places = len(cell.partition(".")[2])
        return bool(cell) and abs(Decimal(cell) - Decimal(value)) <= Decimal("0.5000001") / 10**places
    if isinstance(value, int | Decimal):
        return bool(cell) and Decimal(cell) == value
    return cell == str(value)
