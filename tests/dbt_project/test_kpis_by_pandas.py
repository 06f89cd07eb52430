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
from tests.dbt_project import replenishment_by_pandas as replenishment
from tests.dbt_project import sales_by_pandas as sales
from tests.dbt_project import stock_by_pandas as stock
from tests.dbt_project import suppliers_by_pandas as suppliers
from tests.dbt_project.damage import broken, turns_red
from tests.dbt_project.kpis_by_hand import EVENTS, SOURCE
from tests.dbt_project.raw_log import Message, RawLog, land
from tests.dbt_project.told_events import Told
from tests.dbt_project.warehouse_build import WarehouseBuild

SEED = random.randrange(10_000)
MONTH, YEARS = 40, 420
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
Computed = Callable[[Told], pd.DataFrame]
COMPUTED: dict[str, tuple[Computed, str]] = {
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
    "mart_inventory_daily": (stock.inventory_by_day, "store_id, date_key, category"),
    "mart_inventory_health": (stock.inventory_health, "store_id, product_id"),
    "inventory_turnover_analysis": (stock.inventory_turnover, "store_id, category, month_start_date"),
    "int_stock_positions_taken": (replenishment.positions, "store_id, product_id"),
    "mart_shrinkage": (stock.shrinkage, "store_id, product_id, date_key"),
    "mart_record_accuracy": (stock.record_accuracy, "month, store_id, category, scope"),
    "mart_known_losses_daily": (stock.known_losses, "store_id, product_id, date_key, loss_type"),
    "fact_purchase_order_lines": (suppliers.order_lines_told, "purchase_order_id, purchase_order_line"),
    "mart_supplier_deliveries_monthly": (suppliers.deliveries_by_month, "month, supply_source_id, store_id"),
    "mart_supplier_performance": (suppliers.supplier_performance, "supply_source_id"),
}
ZERO = Decimal(0)
# What a product brought above its price of last year is cut after four decimals, product by product.
TOLERANCES = {"mart_like_for_like": Decimal("0.005")}
ONLY: dict[str, Callable[[Told], str]] = {
    "mart_promotions": lambda told: "promoted_units != 0",
    # On such a day the hour of the change may be off by one.
    "mart_sales_hourly": lambda told: f"not has({sorted(map(str, told.clock_changes))}, toString(date_key))",
}
EMPTY = {  # until models run, planners know better, and somebody brings a panel
    "core.fact_ml_predictions",
    "features.feat_panel_daily",
    "intermediate.int_panel_series_arrayed",
    "kpi.experiments",
    "kpi.mart_demand_forecasts",
    "kpi.policy_overrides",
    "monitoring.feature_drift",  # too few series
    "staging.stg_ml__customer_values",
    "staging.stg_ml__releases",
}


def _messages() -> list[Message]:
    """A month of three small chains and more than a year of a fourth, with every fault, and the week on paper."""
    log = RawLog(partitions=4)
    found = [log.append(event) for event in EVENTS]
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

    def rows(self, model: str, columns: list[str], told: Told) -> list[tuple[Any, ...]]:
        """Rows of a model, of one source."""
        where = f"source = '{told.source}'" + (f" and {ONLY[model](told)}" if model in ONLY else "")
        return self.build.rows(f"select {', '.join(columns)} from {self.relation(model)} where {where}")

    def relation(self, model: str) -> str:
        """A model with its database."""
        [(database,)] = self.build.rows(f"select database from system.tables where name = '{model}'")
        return f"{database}.{model}"


@pytest.fixture(scope="module")
def months(built_once: WarehouseBuild) -> Months:
    """The months landed, and everything built over them."""
    print(f"seed {SEED}")  # noqa: T201 pytest shows it where a test fails
    built_once.empty()
    messages = _messages()
    land(built_once.client, messages)
    built_once.dbt("build", *WITHOUT_TESTS)
    return Months(built_once, [Told(name, messages) for name in [*world_names(), SOURCE]])


@pytest.mark.long
@pytest.mark.parametrize("model", COMPUTED)
def test_pandas_says_the_same(months: Months, model: str) -> None:
    """Each row of the model is what pandas makes of the events, and no row is more or less."""
    _compare(months, model, *COMPUTED[model])


PLANS = """
    select
        policies.estimated_safety_stock_units as safety_stock, policies.estimated_reorder_point_units as reorder_point,
        policies.estimated_order_up_to_units as order_up_to, policies.service_level as service_level,
        policies.estimated_daily_error_variance as error_variance, policies.protection_days as protection_days,
        policies.review_days as review_days, policies.lead_time_deviation_days as lead_time_deviation_days,
        policies.minimum_presentation_units as minimum_presentation_units,
        terms.is_ranged as is_ranged, terms.is_closed as is_closed, terms.pack_units as pack_units,
        terms.minimum_order_units as minimum_order_units, cumulated_units, period_units,
        plans.position_units as position_units, plans.on_hand_units as on_hand_units,
        plans.estimated_reorder_point_units as reorder_point_units,
        plans.estimated_order_up_to_units as order_up_to_units,
        plans.suggested_units as suggested_units, plans.capped_by as capped_by,
        plans.estimated_days_of_cover as days_of_cover, plans.estimated_days_of_cover_with_orders as with_orders,
        plans.estimated_uncovered_units as uncovered_units, plans.estimated_money_at_risk as money_at_risk,
        plans.product_id as product_id, plans.store_id as store_id, plans.source as source
    from kpi.mart_replenishment as plans
    inner join kpi.mart_replenishment_policies as policies using (source, store_id, product_id)
    inner join intermediate.int_replenishment_terms_joined as terms using (source, store_id, product_id)
    left join intermediate.int_demand_expected using (source, store_id, product_id)
    left join intermediate.int_demand_periods_summed using (source, store_id, product_id)
"""


def _plans(months: Months) -> list[dict[str, Any]]:
    found = months.build.client.query(PLANS)
    rows = [dict(zip(found.column_names, row, strict=True)) for row in found.result_rows]
    numbers = [{name: float(v) if isinstance(v, Decimal) else v for name, v in row.items()} for row in rows]
    return [row | {name: list(row[name] or []) for name in ("cumulated_units", "period_units")} for row in numbers]


@pytest.mark.long
def test_replenishment_is_the_arithmetic_of_its_terms(months: Months) -> None:
    """Safety stock, reorder point, order-up-to level and order follow from what is expected, quantiles to 0.1 %."""
    plans = _plans(months)
    assert len(plans) > 100
    for plan in plans:
        wanted = replenishment.policy(plan)
        for figure, value in wanted.items():
            assert plan[figure] == pytest.approx(value, rel=1e-3, abs=2e-3), (figure, plan)
        units = replenishment.packs_wanted(plan) * plan["pack_units"]
        if plan["capped_by"]:
            assert plan["suggested_units"] < max(units, 1e-9) or units == 0, plan
        else:
            assert plan["suggested_units"] == pytest.approx(units), plan
    assert any(plan["suggested_units"] for plan in plans)


@pytest.mark.long
def test_cover_is_when_expected_demand_exceeds_stock(months: Months) -> None:
    """Days until cumulated demand exceeds what is on hand; a second figure with what is to come."""
    for plan in _plans(months):
        for figure, units in (("days_of_cover", "on_hand_units"), ("with_orders", "position_units")):
            wanted = replenishment.days_of_cover(plan[units], plan["cumulated_units"])
            assert plan[figure] == (None if wanted is None else pytest.approx(wanted, rel=1e-6)), (figure, plan)


@pytest.mark.long
def test_money_at_risk_is_margin_of_what_is_not_covered(months: Months) -> None:
    """Uncovered units at regular price less cost, both as they are now."""
    told = {of_source.source: of_source for of_source in months.told}
    at_risk = [plan for plan in _plans(months) if plan["money_at_risk"]]
    assert at_risk
    for plan in at_risk:
        margin = replenishment.unit_margin(told[plan["source"]], plan["store_id"], plan["product_id"])
        assert plan["money_at_risk"] == pytest.approx(plan["uncovered_units"] * float(margin), abs=1e-4), plan


@pytest.mark.long
def test_every_rule_can_turn_red(months: Months, manifest: dict[str, Any]) -> None:
    """A rule of `holds` is true of the months, and false once some column that it names is wrong."""
    rules = {
        node["name"]: (months.relation(manifest["nodes"][node["attached_node"]]["name"]), said["kwargs"]["rule"])
        for node in manifest["nodes"].values()
        if (said := node.get("test_metadata") or {}).get("name") == "holds"
    }
    filled = {name: rule for name, rule in rules.items() if months.build.rows(f"select 1 from {rule[0]} limit 1")}
    assert {rules[name][0] for name in rules.keys() - filled} <= EMPTY
    assert {name for name, rule in filled.items() if broken(months.build, *rule)} == set()
    assert {name for name, rule in filled.items() if not turns_red(months.build, *rule)} == set()


def _compare(months: Months, model: str, computed: Computed, keys: str) -> None:
    for told in months.told:
        expected = computed(told)
        names = keys.split(", ")
        measures = [column for column in expected.columns if column not in names]
        columns = names + measures
        found = _by_key(months.rows(model, columns, told), len(names))
        wanted = _by_key(expected[columns].itertuples(index=False, name=None), len(names))
        wrong = {
            key: dict(zip(measures, _pairs(found.get(key), wanted.get(key)), strict=False))
            for key in found.keys() | wanted.keys()
            if not _alike(found.get(key), wanted.get(key), TOLERANCES.get(model, ZERO))
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


def _alike(found: tuple | None, wanted: tuple | None, tolerance: Decimal) -> bool:
    if found is None or wanted is None:
        return False
    return all(_equal(*pair, tolerance) for pair in zip(found, wanted, strict=True))


def _equal(found: Any, wanted: Any, tolerance: Decimal) -> bool:
    if found is None or wanted is None:
        return found is wanted or (found is None and wanted != wanted)
    if isinstance(found, float) or isinstance(wanted, float):
        return float(found) == pytest.approx(float(wanted), rel=1e-9, abs=1e-9)
    if isinstance(found, Decimal):
        return abs(found - wanted) <= tolerance
    if isinstance(found, datetime | date):
        return str(found) == str(wanted)
    return bool(found == wanted)
