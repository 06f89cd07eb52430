"""The registry that the YAML gives, and what it refuses."""

import copy
import subprocess
import sys
from typing import Any

import pytest

from contracts.problems import Problem
from contracts.settings import PROJECT
from warehouse.metrics.definitions import load_registry, registry_of
from warehouse.metrics.dimensions import dimensions_of
from warehouse.metrics.write_kpis import PAGE as PAGE_OF_KPIS
from warehouse.metrics.write_kpis import kpi_page

PAGE: dict[str, Any] = {
    "semantic_models": [
        {
            "name": "lines",
            "model": "ref('fact_sales')",
            "defaults": {"agg_time_dimension": "date_key"},
            "entities": [{"name": "store", "type": "foreign", "expr": "(source, store_id)"}],
            "dimensions": [{"name": "date_key", "type": "time", "type_params": {"time_granularity": "day"}}],
            "measures": [{"name": "amount", "agg": "sum", "expr": "net_amount"}],
        }
    ],
    "metrics": [
        {
            "name": "revenue",
            "label": "Revenue",
            "description": "What was sold.",
            "type": "simple",
            "type_params": {"measure": "amount"},
            "config": {"meta": {"kpi": "Total revenue", "unit": "money", "better": "up"}},
        }
    ],
}


def _page(part: str, **changes: Any) -> dict[str, Any]:
    page = copy.deepcopy(PAGE)
    page[part][0] |= changes
    return page


def test_a_page_gives_its_metrics() -> None:
    """Label, unit, direction and format, and the table its rows are in."""
    registry = registry_of([PAGE])
    metric = registry.metrics["revenue"]
    assert (metric.label, metric.unit, metric.better, metric.format) == ("Revenue", "money", "up", "#,0.00")
    [model] = registry.models_of(metric)
    assert (model.layer, model.table, model.time) == ("core", "fact_sales", "date_key")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (_page("semantic_models", model="ref('fact_nothing')"), "no model"),
        (_page("semantic_models", measures=[{"name": "amount", "agg": "median"}]), "median"),
        (_page("metrics", type="cumulative"), "cumulative"),
        (_page("metrics", filter="{{ Dimension('x') }} = 1"), "filter"),
        (_page("metrics", type="derived", type_params={"expr": "exp(revenue)"}), "exp"),
        (
            _page(
                "semantic_models",
                dimensions=[{"name": "date_key", "type": "time", "type_params": {"time_granularity": "month"}}],
            ),
            "not by day",
        ),
    ],
)
def test_what_cannot_be_compiled_is_refused(page: dict[str, Any], said: str) -> None:
    """When it is read, not when it is asked for, and by name."""
    with pytest.raises(Problem, match=said):
        registry_of([page])


def test_each_metric_of_the_project_says_which_way_is_better_and_can_be_split() -> None:
    """Every formula ends in measures, every metric is by source, and its direction is one of three."""
    registry = load_registry()
    for metric in registry.metrics.values():
        assert metric.better in ("up", "down", "none"), metric.name
        assert metric.format, metric.name
        assert registry.measures_of(metric), metric.name
        assert "source" in dimensions_of(registry, metric), metric.name


def test_stock_is_never_added_over_days() -> None:
    """What is a level in the fact is taken at the window's end or begin, or summed to be divided by days only."""
    registry = load_registry()
    levels = [
        m for m in registry.measures.values() if m.expression in ("closing_value", "closing_units", "opening_units")
    ]
    assert {measure.name: measure.at for measure in levels} == {
        "closing_value_at_end": "max",
        "closing_value_days": "",
        "units_at_start": "min",
        "units_at_end": "max",
    }


def test_the_compiler_imports_neither_settings_nor_drivers() -> None:
    """A page of a dashboard has its SQL at once: what takes a second to import stays out."""
    code = "import sys, warehouse.metrics.compiler; print(*sorted(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert not {"pydantic", "clickhouse_connect", "pandas", "numpy", "dbt"} & set(found.stdout.split())


def test_the_list_of_kpis_is_that_of_the_registry() -> None:
    """`docs/kpis.md` says what `python -m warehouse.metrics.write_kpis` would write."""
    assert PAGE_OF_KPIS.read_text() == kpi_page(load_registry())
