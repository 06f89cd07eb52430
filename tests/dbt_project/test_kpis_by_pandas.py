"""KPIs of random simulated months, computed once more in pandas from the events: the models say the same."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import pandas as pd
import pytest

from ingestion.simulation.faults import read_faults
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth
from ingestion.simulation.world import world_names
from tests.dbt_project import sales_by_pandas as sales
from tests.dbt_project import stock_by_pandas as stock
from tests.dbt_project.raw_log import Message, RawLog, land
from tests.dbt_project.told_events import Told
from tests.dbt_project.warehouse_build import WarehouseBuild

SEED = random.randrange(10_000)
MONTH, YEARS = 40, 420
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
Computed = Callable[[Told], pd.DataFrame]
SALES: dict[str, tuple[Computed, str]] = {
    "mart_sales_daily": (sales.daily_sales, "store_id, date_key, product_id, channel, currency"),
    "mart_baskets": (sales.baskets, "store_id, date_key, channel, currency"),
    "mart_sales_hourly": (sales.hours, "store_id, date_key, local_hour, channel, currency"),
    "mart_returns_dated": (
        sales.returns,
        "date_key, channel, store_id, product_id, currency, reference, return_reason, return_disposition",
    ),
    "mart_product_abc": (sales.abc_classes, "product_id"),
    "mart_product_affinity": (sales.affinity, "product_id, other_product_id"),
    "mart_customers": (sales.customers, "customer_id"),
    "mart_customer_cohorts": (sales.cohorts, "cohort_month, activity_month"),
    "mart_like_for_like": (sales.like_for_like, "store_id, date_key, category"),
    "mart_promotions": (sales.promotions, "promotion_id, product_id, store_id"),
    "completeness": (sales.completeness, "store_id, date_key"),
}
ONLY = {"mart_promotions": "promoted_units != 0"}
STOCK: dict[str, tuple[Computed, str]] = {
    "mart_inventory_daily": (stock.inventory_by_day, "store_id, date_key, category"),
    "mart_inventory_health": (stock.inventory_health, "store_id, product_id"),
    "inventory_turnover_analysis": (stock.inventory_turnover, "store_id, category, month_start_date"),
    "mart_shrinkage": (stock.shrinkage, "store_id, product_id, date_key"),
    "mart_record_accuracy": (stock.record_accuracy, "month, store_id, category, scope"),
    "mart_known_losses_daily": (stock.known_losses, "store_id, product_id, date_key, loss_type"),
}
SUPPLIERS: dict[str, tuple[Computed, str]] = {
    "fact_purchase_order_lines": (stock.order_lines_told, "purchase_order_id, purchase_order_line"),
    "mart_supplier_deliveries_monthly": (stock.deliveries_by_month, "month, supply_source_id, store_id"),
    "mart_supplier_performance": (stock.supplier_performance, "supply_source_id"),
}


def _messages() -> list[Message]:
    """A month of three small chains and more than a year of a fourth, with every fault; each a source."""
    log, found = RawLog(partitions=4), []
    rng = random.Random(SEED)
    names = rng.sample(world_names(), 4)
    for number, name in enumerate(names):
        start = date(2025, 1, 1) + timedelta(days=rng.randrange(365))
        run = Run(name, "tiny", rng.randrange(10_000), name, start, read_faults("all"))
        last = start + timedelta(days=(MONTH if number else YEARS) - 1)
        for _, messages in simulate(run, last, Truth()):
            found += [log.append_payload(m.topic, m.value, m.key.decode(), seconds=0.001) for m in messages]
    return found


class Months:
    """The warehouse over the months, and what their sources told."""

    def __init__(self, build: WarehouseBuild, told: list[Told]) -> None:
        self.build, self.told = build, told

    def rows(self, model: str, columns: list[str], source: str) -> list[tuple[Any, ...]]:
        """Rows of a model."""
        [(database,)] = self.build.rows(f"select database from system.tables where name = '{model}'")
        where = f"source = '{source}' and {ONLY.get(model, 'true')}"
        return self.build.rows(f"select {', '.join(columns)} from {database}.{model} where {where}")


@pytest.fixture(scope="module")
def months(built_once: WarehouseBuild) -> Months:
    """The months landed, and everything built over them."""
    print(f"seed {SEED}")  # noqa: T201 pytest shows it where a test fails
    built_once.empty()
    messages = _messages()
    land(built_once.client, messages)
    built_once.dbt("build", *WITHOUT_TESTS)
    return Months(built_once, [Told(name, messages) for name in world_names()])


@pytest.mark.long
@pytest.mark.parametrize("model", SALES)
def test_sales(months: Months, model: str) -> None:
    """What was sold: each row of the model is what pandas makes of the events, and no row is more or less."""
    _compare(months, model, *SALES[model])


@pytest.mark.long
@pytest.mark.parametrize("model", STOCK)
def test_stock(months: Months, model: str) -> None:
    """What lay on the shelves, what was lost and found: the same, walking each book movement by movement."""
    _compare(months, model, *STOCK[model])


@pytest.mark.long
@pytest.mark.parametrize("model", SUPPLIERS)
def test_suppliers(months: Months, model: str) -> None:
    """What was ordered and came, in full, on time, and how long it took: the same, following each line."""
    _compare(months, model, *SUPPLIERS[model])


def _compare(months: Months, model: str, computed: Computed, keys: str) -> None:
    for told in months.told:
        expected = computed(told)
        names = keys.split(", ")
        measures = [column for column in expected.columns if column not in names]
        columns = names + measures
        found = _by_key(months.rows(model, columns, told.source), len(names))
        wanted = _by_key(expected[columns].itertuples(index=False, name=None), len(names))
        wrong = {
            key: dict(zip(measures, _pairs(found.get(key), wanted.get(key)), strict=False))
            for key in found.keys() | wanted.keys()
            if not _alike(found.get(key), wanted.get(key))
        }
        assert wrong == {}, f"{model} of {told.source}, seed {SEED}: {len(wrong)} of {len(wanted)}: {_some(wrong)}"


def _pairs(found: tuple | None, wanted: tuple | None) -> Any:
    return zip_longest(found or (), wanted or ())


def _some(wrong: dict) -> str:
    return str(dict(list(wrong.items())[:4]))


def _by_key(rows: Any, width: int) -> dict[tuple, tuple]:
    found: dict[tuple, tuple] = {}
    for row in rows:
        key = tuple(str(value) for value in row[:width])
        assert key not in found, f"twice: {key}"
        found[key] = tuple(row[width:])
    return found


def _alike(found: tuple | None, wanted: tuple | None) -> bool:
    return found is not None and wanted is not None and all(map(_equal, found, wanted))


def _equal(found: Any, wanted: Any) -> bool:
    if found is None or wanted is None:
        return found is wanted or (found is None and wanted != wanted)
    if isinstance(found, float) or isinstance(wanted, float):
        return float(found) == pytest.approx(float(wanted), rel=1e-9, abs=1e-9)
    if isinstance(found, Decimal):
        return abs(found - wanted) <= TOLERANCE
    if isinstance(found, datetime | date):
        return str(found) == str(wanted)
    return bool(found == wanted)


TOLERANCE = Decimal("0.00011")  # a fraction of a price is cut after four decimals by one, rounded by the other
