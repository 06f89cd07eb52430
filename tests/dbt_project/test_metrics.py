"""The metrics of the semantic layer: one for every KPI that is a measure, computable, and of known units."""

from typing import Any

import pytest

from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.shop import DAY, cost, returned, sale
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.metrics.definitions import load_registry

KPIS = {
    "Total revenue",
    "Transactions",
    "Customers",
    "Average transaction value",
    "Cost of goods sold",
    "Profit margin (gross)",
    "Inventory turnover",
    "GMROI",
    "Days of cover",
    "In-stock rate",
    "Lost sales (estimated)",
    "Fill rate, customers (estimated)",
    "Fill rate, suppliers; OTIF",
    "Shrinkage (unknown loss)",
    "Waste",
    "Markdown",
    "Return rate",
    "Sell-through",
    "Stock value",
    "Excess",
    "Dead stock",
    "Ageing",
    "Record accuracy",
    "Phantom stock",
    "Customer lifetime value",
    "Like-for-like",
}
UNITS = {"money", "ratio", "units", "count", "days", "minutes", "times"}


def test_every_kpi_that_is_a_measure_has_a_metric(manifest: dict[str, Any]) -> None:
    """Each metric says which KPI it belongs to and what it is measured in; estimates are named so."""
    metrics = list(manifest["metrics"].values())
    assert {metric["config"]["meta"]["kpi"] for metric in metrics} == KPIS
    assert {metric["config"]["meta"]["unit"] for metric in metrics} <= UNITS
    estimated = {metric["name"] for metric in metrics if "estimated" in metric["label"]}
    assert {name for name in estimated if not name.startswith("estimated_")} == set()


def test_ratios_are_ratios_of_sums(manifest: dict[str, Any]) -> None:
    """A measure is a sum or a distinct count: no mean of ratios can come of it."""
    measures = [m for model in _semantic_models(manifest) for m in model["measures"]]
    assert {measure["agg"] for measure in measures} == {"sum", "count_distinct"}


def test_the_registry_is_what_dbt_reads(manifest: dict[str, Any]) -> None:
    """What the compiler reads from the YAML is what dbt made of it: metrics, measures and the table of each model."""
    registry = load_registry()
    assert set(registry.metrics) == {metric["name"] for metric in manifest["metrics"].values()}
    found = {model["name"]: model["node_relation"] for model in _semantic_models(manifest)}
    assert {name: (node["schema_name"], node["alias"]) for name, node in found.items()} == {
        name: (model.layer, model.table) for name, model in registry.models.items()
    }
    measured = {measure["name"] for model in _semantic_models(manifest) for measure in model["measures"]}
    assert set(registry.measures) == measured


@pytest.fixture(scope="module")
def measures(built_once: WarehouseBuild, manifest: dict[str, Any]) -> dict[str, Any]:
    """Each measure of a small shop: a sale of 2 at 5.00 for a known customer, postage, and 1 returned and resold."""
    built_once.empty()
    log = RawLog()
    fee = {"line_number": 2, "line_type": "postage", "quantity": 1, "unit_price": 4}
    events = [sale(customer_id="c1"), sale(**fee), returned(unit_price=5, business_date=DAY), cost(unit_cost=3)]
    land(built_once.client, [log.append(event) for event in events])
    models = [f"+{name.split('.')[-1]}" for m in _semantic_models(manifest) for name in m["depends_on"]["nodes"]]
    without = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    built_once.dbt("build", "--select", *models, *without)
    found = {}
    for model in _semantic_models(manifest):
        relation = model["node_relation"]["relation_name"]
        for measure in model["measures"]:
            function = "sum" if measure["agg"] == "sum" else "uniqExact"
            [[found[measure["name"]]]] = built_once.rows(f"select {function}({measure['expr']}) from {relation}")
    return found


def test_measures_of_sales_equal_what_is_worked_out_by_hand(measures: dict[str, Any]) -> None:
    """Revenue 10 - 5, other income 4, one ticket, one customer, cost 6 - 3."""
    assert (measures["line_revenue"], measures["line_other_income"], measures["line_sales_amount"]) == (5, 4, 10)
    assert (measures["line_transactions"], measures["line_customers"]) == (1, 1)
    assert (measures["line_cogs"], measures["line_cost_tracked_revenue"], measures["line_units_sold"]) == (3, 5, 2)
    # Nobody is named on the return.
    assert (measures["margin_so_far"], measures["lifetime_value"]) == (10 - 6, 0)


def test_measures_without_stock_are_nothing(measures: dict[str, Any]) -> None:
    """Where nothing says how much there is, no measure of stock has a value."""
    assert (measures["closing_value_days"], measures["days_of_stock"], measures["units_at_start"]) == (0, 0, 0)
    assert (measures["value_on_hand"], measures["pairs_in_range"], measures["phantoms_suspected"]) == (0, 0, 0)


def _semantic_models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return list(manifest["semantic_models"].values())
