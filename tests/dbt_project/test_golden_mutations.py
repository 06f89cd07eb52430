"""The golden test turns red: measures, formulas, views and DAX broken one at a time."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from quality.power_bi.agreement import compare
from quality.power_bi.evaluation import read_rows
from quality.power_bi.model import PowerBiModel
from tests.dbt_project.golden import GUESSES, SELECTIONS, compiled_figures, golden_model, missed_by_hand
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.metrics.definitions import Measure, Registry, load_registry
from warehouse.metrics.formulas import Calculation, Formula, as_text

pytestmark = pytest.mark.long
_OTHER_SIGN = {"+": "-", "-": "+", "*": "/", "/": "*"}


def _is_red(week: WarehouseBuild, registry: Registry, names: set[str]) -> bool:
    """Whether the page or a mart says otherwise of one of these metrics, under some filter."""
    sound = load_registry()
    for selection in SELECTIONS.values():
        if missed_by_hand(week.client, selection, registry, names):
            return True
        guessed = [name for name in GUESSES if name in names]
        if guessed and compiled_figures(week.client, selection, guessed, registry) != compiled_figures(
            week.client, selection, guessed, sound
        ):
            return True
    return False


def _users(registry: Registry, measure: Measure) -> set[str]:
    return {name for name, metric in registry.metrics.items() if measure in registry.measures_of(metric)}


def _mutated_measures(registry: Registry) -> Iterator[tuple[str, Measure]]:
    for measure in registry.measures.values():
        other = "date_key" if measure.aggregation == "count_distinct" else f"({measure.expression}) + 1"
        if measure.expression == "date_key":
            other = "store_id"
        yield f"{measure.name} is {other}", replace(measure, expression=other)
        if measure.at:
            yield f"{measure.name} is added up over days", replace(measure, at="")
            at = {"min": "max", "max": "min"}[measure.at]
            yield f"{measure.name} is that of the other end", replace(measure, at=at)


def test_each_broken_measure_is_seen(week: WarehouseBuild) -> None:
    """Another expression, a level added up, the other end of the window."""
    sound = load_registry()
    unseen = []
    for what, measure in _mutated_measures(sound):
        broken = replace(sound, measures=sound.measures | {measure.name: measure})
        if not _is_red(week, broken, _users(sound, sound.measures[measure.name])):
            unseen.append(what)
    assert unseen == []


def _mutated_formulas(formula: Formula) -> Iterator[Formula]:
    """Each sign turned, each pair of sides swapped where that matters."""
    if not isinstance(formula, Calculation):
        return
    yield replace(formula, sign=_OTHER_SIGN[formula.sign])
    if formula.sign in "-/":
        yield Calculation(formula.sign, formula.right, formula.left)
    for side in ("left", "right"):
        for other in _mutated_formulas(getattr(formula, side)):
            yield replace(formula, **{side: other})


# A week has no dead stock, and nothing ÷ something is nothing × it; tests/warehouse/metrics has a share that is not 0.
NOT_SEEN_IN_A_WEEK = [("dead_stock_share", "dead_stock_value × on_hand_value")]


def test_each_broken_formula_is_seen(week: WarehouseBuild) -> None:
    """A turned sign, a swapped numerator."""
    sound = load_registry()
    unseen = []
    for name, metric in sound.metrics.items():
        for formula in _mutated_formulas(metric.formula):
            broken = replace(sound, metrics=sound.metrics | {name: replace(metric, formula=formula)})
            if not _is_red(week, broken, {name}):
                unseen.append((name, as_text(formula, str)))
    assert unseen == NOT_SEEN_IN_A_WEEK


@contextmanager
def _broken_table(week: WarehouseBuild, table: str, change: str) -> Iterator[None]:
    """The rows of a table or view, changed for a while: it is set aside, a view of its name stands in."""
    database, _, name = table.partition(".")
    week.client.command(f"rename table {table} to {database}.aside_{name}")
    try:
        week.client.command(f"create view {table} as select * replace({change}) from {database}.aside_{name}")
        yield
    finally:
        week.client.command(f"drop table if exists {table} sync")
        week.client.command(f"rename table {database}.aside_{name} to {table}")


BROKEN_TABLES = {
    "core.fact_sales": "-net_amount as net_amount",
    "core.fact_inventory": "closing_units + 1 as closing_units",
    "core.fact_stock_counts": "not is_exact as is_exact",
    "core.fact_purchase_order_lines": "not is_due as is_due",
    "core.dim_product": "if(category = 'drinks', 'toys', category) as category",
    "kpi.mart_inventory_daily": "closing_value * 2 as closing_value",
    "kpi.mart_inventory_health": "not is_ranged as is_ranged",
    "kpi.mart_known_losses_daily": "loss_amount + 1 as loss_amount",
    "kpi.mart_shrinkage": "-net_loss_amount as net_loss_amount",
    "kpi.mart_like_for_like": "mix_amount + 1 as mix_amount",
    "kpi.mart_returns": "units_sold + 1 as units_sold",
    "kpi.mart_customers": "cogs_amount + 1 as cogs_amount",
}


@pytest.mark.parametrize("table", BROKEN_TABLES)
def test_a_broken_table_is_seen(week: WarehouseBuild, table: str) -> None:
    """What a model would say wrongly, the golden test says is not what was worked out."""
    with _broken_table(week, table, BROKEN_TABLES[table]):
        assert _is_red(week, load_registry(), set(load_registry().metrics))
    assert not _is_red(week, load_registry(), set(load_registry().metrics))


BROKEN_VIEWS = {
    "reporting.sales": "net_amount + 1 as net_amount",
    "reporting.stock_by_day": "closing_units + 1 as closing_units",
    "reporting.products": "if(category = 'drinks', 'toys', category) as category",
}


@pytest.mark.parametrize("view", BROKEN_VIEWS)
def test_a_broken_view_is_seen(week: WarehouseBuild, view: str) -> None:
    """Power BI would show another figure than the metric."""
    model, _ = golden_model(week.client)
    with _broken_table(week, view, BROKEN_VIEWS[view]):
        rows = read_rows(week.client, model)
        assert compare(week.client, model, rows, load_registry(), list(SELECTIONS.values())).differences


# What it is written for in an expression; the first place where it fits is changed.
BROKEN_DAX = {
    r"\bSUM\(": "MAX(",
    r"\bMAX\(": "MIN(",
    r"\bMIN\((?=\w+\[date_key)": "MAX(",
    r"\bCOUNTROWS\(\s*(?=\w+\))": "-COUNTROWS(",
    r"\bCOUNTROWS\(SUMMARIZE\(": "2 * COUNTROWS(SUMMARIZE(",
    r"\bDISTINCTCOUNT\(": "COUNT(",
    r'= "merchandise"': '= "postage"',
    r'= "sale"': '= "return"',
    r"= TRUE\(\)": "= FALSE()",
    r"= FALSE\(\)": "= TRUE()",
    r" - ": " + ",
    r"\] \+ ": "] - ",
    r'<> "merchandise"': '= "merchandise"',
    r"\bDIVIDE\((\[[^]]+\]), (\[[^]]+\])\)": r"DIVIDE(\2, \1)",
}


# What the week has none of, or one of: dead and ageing stock, several returns, stock-outs.
LIVELIER_TABLES = {
    "kpi.mart_inventory_health": """store_id = 's1' as is_dead, toDecimal64(1, 4) as estimated_value_31_60_days,
        toDecimal64(2, 4) as estimated_value_61_90_days, toDecimal64(3, 4) as estimated_value_91_180_days,
        toDecimal64(4, 4) as estimated_value_181_365_days""",
    "kpi.mart_returns": "units_sold_that_came_back + 1 as units_sold_that_came_back",
    "kpi.mart_lost_sales_daily": "'no_stock' as cause",
}
NOT_YET = {"Customer Lifetime Value (estimated)"}  # 0 until it is estimated


@pytest.fixture
def livelier(week: WarehouseBuild) -> Iterator[WarehouseBuild]:
    """The week with more of what it has too little of."""
    with ExitStack() as standing_in:
        for table, change in LIVELIER_TABLES.items():
            standing_in.enter_context(_broken_table(week, table, change))
        yield week


def _broken_measures(model: PowerBiModel) -> Iterator[tuple[str, str, PowerBiModel]]:
    for name, measure in model.measures.items():
        for pattern, other in BROKEN_DAX.items():
            broken = re.sub(pattern, other, measure.expression, count=1)
            if measure.metric and broken != measure.expression:
                changed = model.measures | {name: replace(measure, expression=broken)}
                yield name, broken, replace(model, measures=changed)


def test_each_measure_can_be_broken_so_that_it_is_seen(livelier: WarehouseBuild) -> None:
    """Every measure that sums, counts, filters or divides: sound it agrees, and some change of it turns that red."""
    week = livelier
    model, rows = golden_model(week.client)
    assert compare(week.client, model, rows, load_registry(), list(SELECTIONS.values())).differences == []
    seen: dict[str, bool] = {}
    for name, _, broken in _broken_measures(model):
        only = replace(
            broken, measures={n: m if n == name else replace(m, metric="") for n, m in broken.measures.items()}
        )
        agreement = compare(week.client, only, rows, load_registry(), list(SELECTIONS.values()))
        seen[name] = seen.get(name, False) or bool(agreement.differences)
    assert {name for name, is_seen in seen.items() if not is_seen} <= NOT_YET
    assert len(seen) >= 0.9 * sum(1 for measure in model.measures.values() if measure.metric)
