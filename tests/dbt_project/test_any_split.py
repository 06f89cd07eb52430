"""Whatever the order in which messages land, and in however many builds, the models say the same, and the truth."""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from contracts.events import CATALOG, SALES
from tests.dbt_project import reference
from tests.dbt_project.random_worlds import random_log
from tests.dbt_project.raw_log import Message, land
from tests.dbt_project.warehouse_build import WarehouseBuild

LOADS = 3


def _split(log: list[Message], seed: int) -> list[list[Message]]:
    rng = random.Random(seed)
    loads: list[list[Message]] = [[] for _ in range(LOADS)]
    for message in log:
        loads[rng.randrange(LOADS)].append(message)
    return loads


def _verdicts(build: WarehouseBuild) -> dict[tuple, str]:
    query = "select _topic, _partition, _offset, verdict from staging.stg_events__{}_messages"
    return {row[:3]: row[3] for kind in ("sales", "catalog") for row in build.rows(query.format(kind))}


@pytest.mark.parametrize("seed", [7, pytest.param(8, marks=pytest.mark.long), pytest.param(9, marks=pytest.mark.long)])
def test_loads_in_any_order_end_where_one_full_build_ends(build: WarehouseBuild, seed: int) -> None:
    """Incremental builds over random loads give the content of a full build, model by model, and that is right."""
    log = random_log(worlds=80, messages=14, seed=seed)
    for load in _split(log, seed):
        land(build.client, load)
        build.dbt("run")
    incremental = build.hashes()
    build.dbt("run", "--full-refresh")
    full = build.hashes()
    assert {model for model in full if full[model] != incremental[model]} == set()
    _assert_verdicts(build, log)
    _assert_facts(build, log)


def _assert_verdicts(build: WarehouseBuild, log: list[Message]) -> None:
    expected = {}
    for topic in (SALES, CATALOG):
        expected |= reference.verdicts([message for message in log if message.topic == topic])
    assert _verdicts(build) == expected
    assert set(Counter(expected.values())) == {
        "stands", "duplicate", "conflicting_id", "corrected", "duplicate_document", "conflicting_document"
    }  # fmt: skip


def _assert_facts(build: WarehouseBuild, log: list[Message]) -> None:
    rows = facts(build)
    assert sorted(rows, key=str) == sorted(expected_facts(log), key=str)


def facts(build: WarehouseBuild, database_of: Callable[[str], str] = lambda _: "core", like: str = "%") -> list[tuple]:
    """What the sales facts and their dimensions say of the sources whose name is like that."""
    return build.rows(f"""
        select sales.source, sales.store_id, transaction_id, line_number, event_type, toString(date_key),
            sales.product_id, toInt32(quantity), toInt32(net_amount), product_name, store_name, toInt32(unit_cost),
            toInt32(cost_amount)
        from {database_of("fact_sales")}.fact_sales as sales
        left join {database_of("dim_product")}.dim_product as products on sales.product_key = products.product_key
        left join {database_of("dim_store")}.dim_store as stores on sales.store_key = stores.store_key
        where sales.source like '{like}'
    """)


def expected_facts(log: list[Message]) -> list[tuple]:
    """Each unvoided line with the product, store and cost of its instant; a return with the cost of its sale."""
    sales = reference.standing([message for message in log if message.topic == SALES])
    catalogue = reference.standing([message for message in log if message.topic == CATALOG])
    voided = {_line(event) for event in sales if event["event_type"] == "void"}
    lines = {_line(event): event for event in sales if event["event_type"] in ("sale", "return")}
    return [_fact(event, lines, catalogue) for line, event in lines.items() if line not in voided]


def _line(event: dict) -> tuple:
    return event["source"], event["store_id"], event["transaction_id"], event["line_number"]


def _fact(event: dict, lines: dict[tuple, dict], catalogue: list[dict]) -> tuple:
    sold = _sale_of(event, lines) or event
    quantity, price = int(event["quantity"]), int(float(event["unit_price"]))
    sign = 1 if event["event_type"] == "sale" else -1
    product = _known(catalogue, "product", "product_id", event, event["event_time"])
    at_store = event | {"location_id": event["store_id"]}
    store = _known(catalogue, "location", "location_id", at_store, event["event_time"])
    cost = _known(catalogue, "supplier_product", "product_id", event, sold["event_time"])
    unit_cost = int(float(cost["unit_cost"])) if cost else None
    counts = sign if event["event_type"] == "sale" or event["disposition"] == "resell" else 0
    return (
        *_line(event), event["event_type"], event["business_date"], event["product_id"], sign * quantity,
        sign * quantity * price,
        product["product_name"] if product else "Unknown product",
        store["location_name"] if store else "Unknown store",
        unit_cost, None if unit_cost is None else counts * quantity * unit_cost,
    )  # fmt: skip


def _sale_of(event: dict, lines: dict[tuple, dict]) -> dict | None:
    named = event.get("returned_transaction_id"), event.get("returned_line_number")
    sold = lines.get((event["source"], event["store_id"], *named))
    return sold if sold and sold["event_type"] == "sale" else None


def _known(catalogue: list[dict], kind: str, name: str, event: dict, instant: str) -> dict | None:
    of_entity = [
        said
        for said in catalogue
        if said["event_type"] == kind and said["source"] == event["source"] and said[name] == event[name]
    ]
    return reference.version_at(of_entity, instant)
