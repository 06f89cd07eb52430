"""The week on paper as questions: what the page says, what the compiler says, what marts say where nobody reckons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from quality.power_bi.agreement import Selection
from quality.power_bi.evaluation import Rows, read_rows
from quality.power_bi.model import PowerBiModel, model_folders, parsed_model, read_model
from tests.dbt_project.kpis_by_hand import METRICS, SOURCE, is_as_said
from tests.dbt_project.worked_tables import figure
from warehouse.metrics.answers import ask
from warehouse.metrics.definitions import Registry
from warehouse.metrics.dimensions import dimensions_of
from warehouse.metrics.questions import Question

NOT_KNOWN = "–"
_TUESDAY, _SUNDAY = date(2026, 1, 6), date(2026, 1, 11)
SELECTIONS = {
    selection.name: selection
    for selection in (
        Selection("everything"),
        Selection("s1", store="s1"),
        Selection("drinks", category="drinks"),
        Selection("the week", first=date(2026, 1, 5), last=_SUNDAY),
        Selection("s1 from Tuesday", store="s1", first=_TUESDAY, last=_SUNDAY),
        Selection("s1's drinks from Tuesday", store="s1", category="drinks", first=_TUESDAY, last=_SUNDAY),
    )
}
SMALL_MODEL = Path(__file__).parents[1] / "quality" / "power_bi" / "small_model.tmdl"


def worked_out(selection: Selection) -> dict[str, str]:
    """What the page says of the selection, by metric."""
    cells = {row["metric"]: row.get(selection.name, NOT_KNOWN) for row in METRICS}
    return {name: figure(cell) for name, cell in cells.items() if cell != NOT_KNOWN}


def compiled_figures(
    client: Client, selection: Selection, metrics: Sequence[str], registry: Registry
) -> dict[str, Any]:
    """What the compiler says of those that the selection's filters are known for, all in one question."""
    wanted = {f"{name}_id" if name == "store" else name for name in selection.wheres()}
    known = [name for name in metrics if wanted <= set(dimensions_of(registry, registry.metrics[name]))]
    where = selection.wheres() | {"source": [SOURCE]}
    question = Question(known, (), where, selection.first, selection.last)
    return ask(client, question, registry=registry).records()[0]


def missed_by_hand(
    client: Client, selection: Selection, registry: Registry, only: Collection[str] | None = None
) -> list[str]:
    """Metrics (all, or only these) of which the compiler says something else than the page, a sentence each."""
    said = {name: cell for name, cell in worked_out(selection).items() if only is None or name in only}
    if not said:
        return []
    found = compiled_figures(client, selection, list(said), registry)
    return [
        f"{name}, {selection.name}: {found.get(name)}, by hand {cell}"
        for name, cell in said.items()
        if not is_as_said(cell, found.get(name, "nothing"))
    ]


@dataclass(frozen=True)
class Guess:
    """A sum over a mart, in SQL that nobody compiled; an expression over several for a ratio."""

    table: str
    expression: str
    by_day: bool = False
    by_store: bool = True

    def is_known_by(self, selection: Selection) -> bool:
        """Whether the mart knows the selection's store and category."""
        return self.by_store or not selection.wheres()

    def said(self, client: Client, selection: Selection) -> float | None:
        """What the mart's rows add up to."""
        conditions = [f"source = '{SOURCE}'"]
        conditions += [f"store_id = '{selection.store}'"] if selection.store else []
        conditions += [f"category = '{selection.category}'"] if selection.category else []
        if self.by_day and selection.first and selection.last:
            conditions.append(f"date_key between '{selection.first}' and '{selection.last}'")
        [(value,)] = client.query(
            f"select {self.expression} from {self.table} where {' and '.join(conditions)}"
        ).result_rows
        return None if value is None else float(value)


_LOST = "kpi.mart_lost_sales_daily"
_SOLD_AND_LOST = f"""(
    select source, store_id, category, date_key, units_sold as sold, 0 as lost, 0 as lost_without_stock
    from kpi.mart_sales_daily left join (
        select source, product_id, category from core.dim_product where is_current
    ) as products using (source, product_id)
    union all
    select source, store_id, category, date_key, 0, estimated_lost_units,
        if(cause = 'no_stock', estimated_lost_units, 0)
    from {_LOST}
)"""
_HEALTH = "kpi.mart_inventory_health"
_BELOW, _ABOVE = "('out of stock', 'low')", "('excess', 'dead')"
GUESSES = {
    "estimated_lost_units": Guess(_LOST, "sum(estimated_lost_units)", by_day=True),
    "estimated_lost_margin": Guess(_LOST, "sum(ifNull(estimated_lost_margin, 0))", by_day=True),
    "estimated_fill_rate": Guess(_SOLD_AND_LOST, "sum(sold) / toFloat64(sum(sold) + sum(lost))", by_day=True),
    "estimated_units_lost_without_stock": Guess(_LOST, "sumIf(estimated_lost_units, cause = 'no_stock')", by_day=True),
    "estimated_in_stock_rate_by_demand": Guess(
        _SOLD_AND_LOST, "sum(sold) / toFloat64(sum(sold) + sum(lost_without_stock))", by_day=True
    ),
    "estimated_customer_lifetime_value": Guess(
        "kpi.mart_customers", "sum(ifNull(estimated_lifetime_value, 0))", by_store=False
    ),
    "estimated_excess_value": Guess(_HEALTH, "sum(ifNull(estimated_excess_value, 0))"),
    "estimated_excess_share": Guess(
        _HEALTH, "toFloat64(sum(ifNull(estimated_excess_value, 0))) / sum(ifNull(on_hand_value, 0))"
    ),
    "estimated_pairs_below_target": Guess(_HEALTH, f"countIf(is_ranged and estimated_status in {_BELOW})"),
    "estimated_pairs_above_target": Guess(_HEALTH, f"countIf(is_ranged and estimated_status in {_ABOVE})"),
    "estimated_share_below_target": Guess(
        _HEALTH, f"countIf(is_ranged and estimated_status in {_BELOW}) / countIf(is_ranged)"
    ),
    "estimated_share_above_target": Guess(
        _HEALTH, f"countIf(is_ranged and estimated_status in {_ABOVE}) / countIf(is_ranged)"
    ),
    "phantom_suspects": Guess("kpi.mart_phantom_stock", "countIf(is_suspected)"),
    "estimated_phantom_pairs": Guess("kpi.mart_phantom_stock", "sum(estimated_phantom_probability)"),
    "estimated_phantom_weekly_loss": Guess("kpi.mart_phantom_stock", "sum(ifNull(estimated_weekly_loss, 0))"),
}


def golden_model(client: Client) -> tuple[PowerBiModel, Rows]:
    """The project's Power BI model (a small one where there is none yet), and its rows of the week.

    Skips where the DAX engine is not installed.
    """
    pytest.importorskip("pbix_mcp")
    folders = model_folders()
    model = read_model(folders[0]) if folders else parsed_model([SMALL_MODEL.read_text()])
    return model, read_rows(client, model)
