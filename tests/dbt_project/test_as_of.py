"""The models' only clock."""

from datetime import timedelta

import pytest

from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.shop import NOON, days, product, sale
from tests.dbt_project.warehouse_build import WarehouseBuild

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
