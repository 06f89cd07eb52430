"""Writes `docs/kpis.md`: every metric with its formula, unit, direction and dimensions.

python -m warehouse.metrics.write_kpis
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from warehouse.metrics.definitions import Measure, Metric, Registry, load_registry
from warehouse.metrics.dimensions import dimensions_of, periods_of
from warehouse.metrics.formulas import MeasureName, as_text

PAGE = Path(__file__).resolve().parents[2] / "docs" / "kpis.md"
_HEAD = """# KPIs

Written by `python -m warehouse.metrics.write_kpis` from `dbt_project/models/metrics`; [how to add one](recipes/kpi.md).
↑ more is better, ↓ less is better. "By" leaves out periods (day, week, month, quarter, year, weekday), which all have
but those that are as of now, and what goes with an id: names, region, city and country of stores, department and brand
of products, name and country of suppliers.
"""
_BETTER = {"up": "↑", "down": "↓", "none": ""}
_ARE = {
    "sum": "sum of",
    "count_distinct": "number of different",
    "average": "mean of",
    "min": "least",
    "max": "greatest",
}
_AT = {"": "", "min": ", of the window's first day", "max": ", of the window's last day"}
_GO_WITH_AN_ID = {
    *("store_name", "store_type", "region", "city", "country", "product_name", "department", "brand"),
    *("supplier_name", "supplier_country", "customer_city", "customer_country"),
}


def kpi_page(registry: Registry) -> str:
    """The page's text."""
    kpis = dict.fromkeys(metric.kpi for metric in registry.metrics.values())
    parts = [f"\n## {kpi}\n\n" + "\n".join(_table(registry, kpi)) + "\n" for kpi in sorted(kpis)]
    return _HEAD + "".join(parts)


def _table(registry: Registry, kpi: str) -> Iterator[str]:
    yield "| name | label | is | formula | unit | | by |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for metric in registry.metrics.values():
        if metric.kpi == kpi:
            cells = (f"`{metric.name}`", metric.label, metric.description, _formula(registry, metric))
            yield f"| {' | '.join(cells)} | {metric.unit} | {_BETTER[metric.better]} | {_by(registry, metric)} |"


def _formula(registry: Registry, metric: Metric) -> str:
    if isinstance(metric.formula, MeasureName):
        return _measured(registry, registry.measures[metric.formula.name])
    return as_text(metric.formula, lambda name: registry.metrics[name].label)


def _measured(registry: Registry, measure: Measure) -> str:
    model = registry.models[measure.model]
    return f"{_ARE[measure.aggregation]} `{measure.expression}` in `{model.layer}.{model.table}`{_AT[measure.at]}"


def _by(registry: Registry, metric: Metric) -> str:
    periods = periods_of(registry, metric)
    shown = [name for name in dimensions_of(registry, metric) if name not in _GO_WITH_AN_ID and name not in periods]
    return ", ".join(shown) + ("" if periods else "; as of now")


def main() -> int:
    """Exit code 0."""
    PAGE.write_text(kpi_page(load_registry()))
    sys.stderr.write(f"Written: {PAGE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
