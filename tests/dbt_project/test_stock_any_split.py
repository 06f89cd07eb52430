"""The stock ledger, whatever the order of arrival: as one full build says, and as a plain Python ledger says."""

import random
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from contracts.events import INVENTORY, SALES
from tests.dbt_project import reference
from tests.dbt_project.random_stock import random_stock_log
from tests.dbt_project.raw_log import Message, land
from tests.dbt_project.warehouse_build import WarehouseBuild

LOADS = 3
LEDGER = "+fact_stock_counts +fact_inventory"
SIGNS = {"transfer_out": -1, "damage": -1, "expired": -1, "theft_report": -1, "own_use": -1}
STATED = ("opening_balance", "receipt", "transfer_in", "stock_count")
Pair = tuple[str, str, str]


@pytest.mark.parametrize("seed", [7, pytest.param(8, marks=pytest.mark.long), pytest.param(9, marks=pytest.mark.long)])
def test_stock_loaded_in_any_order_is_stock_built_at_once(build: WarehouseBuild, seed: int) -> None:
    """Incremental builds over random loads end where a full build ends; each evening's book is the plain ledger's."""
    log = random_stock_log(worlds=60, messages=24, seed=seed)
    rng = random.Random(seed)
    loads: list[list[Message]] = [[] for _ in range(LOADS)]
    for message in log:
        loads[rng.randrange(LOADS)].append(message)
    for load in loads:
        land(build.client, load)
        build.dbt("run", "--select", *LEDGER.split())
    incremental = build.hashes()
    build.dbt("run", "--full-refresh", "--select", *LEDGER.split())
    full = build.hashes()
    assert {model for model in full if full[model] != incremental[model]} == set()
    assert corrections(build) == expected_corrections(log)


def corrections(build: WarehouseBuild, database: str = "core", like: str = "%") -> dict[tuple, Decimal]:
    """What the ledger says each count corrected, of the sources whose name is like that."""
    query = f"""
        select source, event_id, units from {database}.fact_inventory_movements
        where movement_type = 'count_correction' and source like '{like}'
    """
    return {(source, event_id): units for source, event_id, units in build.rows(query)}


def expected_corrections(log: list[Message]) -> dict[tuple, Decimal]:
    """Counted minus book, walking each pair's events in time; what moved before anything was stated does not count."""
    goods = [event for event in _standing(log, SALES) if event["event_type"] in ("sale", "return")]
    voided = {_line(event) for event in _standing(log, SALES) if event["event_type"] == "void"}
    steps: dict[Pair, list[tuple]] = defaultdict(list)
    for event in goods:
        if _line(event) in voided or (event["event_type"] == "return" and event["disposition"] != "resell"):
            continue
        place = event.get("fulfilment_location_id", event["store_id"])
        sign = 1 if event["event_type"] == "return" else -1
        steps[event["source"], place, event["product_id"]].append((_time(event["event_time"]), 0, event, sign))
    for event in _standing(log, INVENTORY):
        kind = event["event_type"]
        pair = event["source"], event["location_id"], event["product_id"]
        if kind == "stock_count":
            steps[pair].append((_time(event["counted_at"]), 1, event, 0))
        elif not kind.startswith("purchase_order_"):
            steps[pair].append((_time(event["event_time"]), 0, event, SIGNS.get(kind, 1)))
    zones = _zones(log)
    return {key: value for pair, of_pair in steps.items() for key, value in _walk(pair, of_pair, zones).items()}


def _walk(pair: Pair, steps: list[tuple], zones: dict[tuple, str]) -> dict[tuple, Decimal]:
    zone = ZoneInfo(zones.get(pair[:2], "UTC"))

    def day(instant: datetime, event: dict) -> date:
        stated = event.get("business_date")
        return date.fromisoformat(stated) if stated else instant.astimezone(zone).date()

    stated = [instant for instant, _, event, _ in steps if event["event_type"] in STATED]
    if not stated:
        return {}
    first_day = min(stated).astimezone(zone).date()
    book, found = Decimal(0), {}
    for instant, rank, event, sign in sorted(steps, key=lambda step: (step[0], step[1], step[2]["event_id"])):
        quantity = Decimal(str(event["quantity"]))
        if rank == 1:
            found[pair[0], event["event_id"]] = quantity - book
            book = quantity
        elif day(instant, event) >= first_day:
            book += sign * quantity
    return found


def _zones(log: list[Message]) -> dict[tuple, str]:
    """The time zone of each place: that of its version that begins last."""
    places: dict[tuple, list[dict]] = defaultdict(list)
    for event in _standing(log, "catalog_events"):
        if event["event_type"] == "location":
            places[event["source"], event["location_id"]].append(event)
    far = "2200-01-01T00:00:00Z"
    return {place: reference.version_at(versions, far)["time_zone"] for place, versions in places.items()}


def _standing(log: list[Message], topic: str) -> list[dict]:
    return reference.standing([message for message in log if message.topic == topic])


def _line(event: dict) -> tuple:
    return event["source"], event["store_id"], event["transaction_id"], event["line_number"]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_stock_is_conserved(build: WarehouseBuild) -> None:
    """Opening plus what moved is closing, closing is the next opening, and no tracked day is missing."""
    land(build.client, random_stock_log(worlds=40, messages=24, seed=1))
    build.dbt("run", "--select", *LEDGER.split())
    moved = "opening_balance_units + received_units + transferred_in_units + transferred_out_units + sold_units"
    lost = "returned_units + adjusted_units + damaged_units + expired_units + stolen_units + own_use_units"
    broken = build.rows(f"""
        select count() from (
            select *, leadInFrame(opening_units, 1, closing_units) over w as next_opening,
                leadInFrame(date_key, 1, addDays(date_key, 1)) over w as next_day
            from core.fact_inventory
            window w as (partition by source, store_id, product_id order by date_key
                rows between unbounded preceding and unbounded following)
        )
        where opening_units + {moved} + {lost} + count_correction_units != closing_units
            or next_opening != closing_units or next_day != addDays(date_key, 1)
    """)
    assert broken == [(0,)]
    assert build.rows("select count() > 100 from core.fact_inventory") == [(True,)]
