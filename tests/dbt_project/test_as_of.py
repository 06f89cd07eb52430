"""The models' only clock."""

from datetime import timedelta

import pytest

from contracts.events import Damage, OpeningBalance, StockCount
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.shop import DAY, NOON, cost, days, moved, product, sale, void
from tests.dbt_project.warehouse_build import WarehouseBuild

FACTS = ("run", "--select", "+fact_sales", "+fact_inventory", "+mart_sales_daily")
MODELS = ("run", "--select", "+int_sources_dated", "+dim_product")


def _current_names(build: WarehouseBuild) -> list[tuple]:
    return build.rows("select product_name from core.dim_product where source = 'shop' and is_current")


def test_now_is_the_latest_valid_event_of_each_source(build: WarehouseBuild) -> None:
    """Each source has its own now; a product version of its future is not current; a set as_of goes before."""
    log = RawLog()
    announced = product(product_name="new", valid_from=NOON + days(30), event_time=NOON)
    events = [sale(), sale(source="other", event_time=NOON + days(3)), product(product_name="old"), announced]
    land(build.client, [log.append(event) for event in events])
    build.dbt(*MODELS)
    query = "select source, as_of from intermediate.int_sources_dated order by source"
    assert [(source, at.replace(tzinfo=NOON.tzinfo)) for source, at in build.rows(query)] == [
        ("other", NOON + days(3)),
        ("shop", NOON),
    ]
    assert _current_names(build) == [("old",)]
    build.dbt(*MODELS, RETAIL_AS_OF=(NOON + timedelta(days=31)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert _current_names(build) == [("new",)]


def test_a_wrong_as_of_is_refused(build: WarehouseBuild) -> None:
    """The message says what to write."""
    with pytest.raises(AssertionError, match="write a UTC instant such as 2026-01-31T09:30:00Z"):
        build.dbt(*MODELS, RETAIL_AS_OF="yesterday")


def test_what_happens_after_a_past_as_of_has_not_happened(build: WarehouseBuild) -> None:
    """Neither sales nor movements, counts or voids of later, in a run over the full facts as in one from nothing."""
    later = {"event_time": NOON + days(2), "business_date": DAY + days(2)}
    counted = {"quantity": 4, "count_id": "k1", "scope": "full", "counted_at": NOON + days(2)}
    events = [
        cost(),
        moved(OpeningBalance, event_time=NOON - days(1)),
        sale(),
        void(event_time=NOON + days(2)),
        sale(transaction_id="t2", **later),
        moved(Damage, quantity=1, event_time=NOON + days(1)),
        moved(StockCount, event_time=NOON + days(2), **counted),
    ]
    log = RawLog()
    land(build.client, [log.append(event) for event in events])
    as_of = {"RETAIL_AS_OF": (NOON + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")}
    build.dbt(*FACTS)
    # 10, damaged 1, t1 taken back by the void, t2 sold 2: 7, of which 4 were there when they were counted.
    assert _told(build) == ([("t2", 2)], [("2026-01-04", 10), ("2026-01-05", 10), ("2026-01-06", 9), ("2026-01-07", 4)])
    build.dbt(*FACTS, **as_of)
    past = _told(build)
    assert past == ([("t1", 2)], [("2026-01-04", 10), ("2026-01-05", 8)])
    assert build.rows("select sum(units_sold) from kpi.mart_sales_daily") == [(2,)]
    hashes = build.hashes()
    build.dbt(*FACTS, "--full-refresh", **as_of)
    assert (_told(build), build.hashes()) == (past, hashes)


def _told(build: WarehouseBuild) -> tuple[list[tuple], list[tuple]]:
    sales = "select transaction_id, quantity from core.fact_sales order by 1"
    stock = "select toString(date_key), closing_units from core.fact_inventory order by 1"
    return build.rows(sales), build.rows(stock)
