"""The Power BI project passes its checks, and each check has been seen to catch what it is for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from powerbi.checks.all_checks import CHECKS, generated_files_differ, run_checks
from powerbi.checks.project import Project

TABLES = "RetailInventory.SemanticModel/definition/tables"
DEFINITION = "RetailInventory.SemanticModel/definition"
PAGES = "RetailInventory.Report/definition/pages"
THEME = "RetailInventory.Report/StaticResources/RegisteredResources/RetailInventory.json"


@dataclass(frozen=True)
class Mutation:
    """One place of a file changed, the check that must say so, and what it says."""

    check: str
    file: str
    before: str
    after: str
    sentence: str


MUTATIONS = [
    Mutation(
        "Columns are those of dbt's contracts",
        f"{TABLES}/sales.tmdl",
        "sourceColumn: net_amount",
        "sourceColumn: netto",
        "Column sales[net_amount] reads netto, which the view sales has not.",
    ),
    Mutation(
        "Columns are those of dbt's contracts",
        f"{TABLES}/sales.tmdl",
        "column net_amount\n\t\tdataType: decimal",
        "column net_amount\n\t\tdataType: int64",
        "Column sales[net_amount] is int64; sales makes it decimal.",
    ),
    Mutation(
        "Columns are those of dbt's contracts",
        f"{TABLES}/dates.tmdl",
        "/// Name of the weekday.",
        "/// The weekday.",
        "Column dates[weekday_name] is not described as dbt describes it.",
    ),
    Mutation(
        "Columns are those of dbt's contracts",
        f"{TABLES}/sales.tmdl",
        '[Name = "sales"]',
        '[Name = "sold"]',
        "Table sales reads sold, which dbt does not build in reporting.",
    ),
    Mutation(
        "Columns are those of dbt's contracts",
        f"{TABLES}/sales.tmdl",
        '[Name = "sales"]',
        '[Name = "like_for_like"]',
        "Table sales reads like_for_like and sales: its refresh policy and its partition differ.",
    ),
    Mutation(
        "Measures are dbt's metrics",
        f"{TABLES}/KPI Sales.tmdl",
        "annotation metric = transactions",
        "annotation metric = tickets",
        "Measure [Transactions] names the metric tickets, which dbt has not.",
    ),
    Mutation(
        "Measures are dbt's metrics",
        f"{TABLES}/KPI Sales.tmdl",
        "annotation metric = transactions",
        "annotation note = none",
        "The metric transactions has no measure.",
    ),
    Mutation(
        "Measures are dbt's metrics",
        f"{TABLES}/KPI Sales.tmdl",
        "annotation metric = transactions",
        "annotation metric = customers",
        "Measures [Transactions] and [Customers] both name the metric customers.",
    ),
    Mutation(
        "Measures are dbt's metrics",
        f"{TABLES}/KPI Stock.tmdl",
        "formatString: 0.0 %",
        "formatString: 0.0",
        "is not formatted as ratio.",
    ),
    Mutation(
        "What DAX names exists",
        f"{TABLES}/KPI Sales.tmdl",
        "SUM(sales[net_amount])",
        "SUM(sales[netto])",
        "Measure [Total Revenue] names sales[netto], which does not exist.",
    ),
    Mutation(
        "What DAX names exists",
        f"{TABLES}/KPI Sales.tmdl",
        "DIVIDE([Gross Margin],",
        "DIVIDE([Grand Margin],",
        "names the measure [Grand Margin], which does not exist.",
    ),
    Mutation(
        "What DAX names exists",
        f"{TABLES}/KPI Live.tmdl",
        "COUNTROWS(active_alerts)",
        "COUNTROWS(alerts)",
        "Measure [Open Alerts] names the table alerts, which does not exist.",
    ),
    Mutation(
        "What DAX names exists",
        f"{TABLES}/Comparison.tmdl",
        "DATESYTD(dates[date_key])",
        "DATESYTD(dates[day])",
        "Comparison Year to date names dates[day], which does not exist.",
    ),
    Mutation(
        "What DAX names exists",
        f"{TABLES}/KPI Sales.tmdl",
        "DIVIDE([Markdown], [Gross Sales])",
        "DIVIDE([Markdown], [Gross Sales]",
        "Measure [Markdown Rate] has a ( without its other half.",
    ),
    Mutation(
        "M is well formed",
        f"{TABLES}/places.tmdl",
        "Table.SelectRows(View, each [is_current])",
        "Table.SelectRows(Viev, each [is_current])",
        "A query of places refers to Viev, which no step or parameter is.",
    ),
    Mutation(
        "M is well formed",
        f"{TABLES}/places.tmdl",
        "Table.SelectRows(View, each [is_current])",
        "Table.SelectRows(View, each [is_current]",
        "A query of places has a ( without its other half.",
    ),
    Mutation(
        "M is well formed",
        f"{DEFINITION}/expressions.tmdl",
        "expression RangeEnd",
        "expression RangeOver",
        "Table sales is refreshed by RangeStart and RangeEnd, which are no parameters.",
    ),
    Mutation(
        "M is well formed",
        f"{TABLES}/sales.tmdl",
        "Date.From(RangeStart)",
        "Date.From(RangeEnd)",
        "Table sales is refreshed by days, but a query of it does not use RangeStart.",
    ),
    Mutation(
        "Relationships join keys",
        f"{DEFINITION}/relationships.tmdl",
        "toColumn: stores.store_key",
        "toColumn: stores.key",
        "A relationship names stores[key], which does not exist.",
    ),
    Mutation(
        "Relationships join keys",
        f"{DEFINITION}/relationships.tmdl",
        "toColumn: stores.store_key",
        "toColumn: stores.store_id",
        "sales[store_key] and stores[store_id] are related, but of different types.",
    ),
    Mutation(
        "Relationships join keys",
        f"{TABLES}/sales.tmdl",
        "column store_key\n\t\tdataType: int64\n\t\tisHidden",
        "column store_key\n\t\tdataType: int64",
        "The key sales[store_key] is not hidden.",
    ),
    Mutation(
        "The date table is marked",
        f"{TABLES}/dates.tmdl",
        "\tdataCategory: Time\n",
        "",
        "The date table is dates; marked as such: none.",
    ),
    Mutation(
        "A store's people see their store only",
        f"{DEFINITION}/roles/Store staff.tmdl",
        "tablePermission places",
        "tablePermission items",
        "No role filters places",
    ),
    Mutation(
        "A store's people see their store only",
        f"{DEFINITION}/relationships.tmdl",
        "\tfromColumn: count_list.place\n",
        "\tisActive: false\n\tfromColumn: count_list.place\n",
        "Table count_list knows locations, but no filter of the role reaches it.",
    ),
    Mutation(
        "The model lists its tables",
        f"{DEFINITION}/model.tmdl",
        "ref table sales\n",
        "",
        "model.tmdl does not refer to sales.",
    ),
    Mutation(
        "The five pages are in order",
        f"{PAGES}/pages.json",
        '"ml_insights",\n    "store_analytics"',
        '"store_analytics",\n    "ml_insights"',
        "Store Analytics, ML Insights; they should be",
    ),
    Mutation(
        "The five pages are in order",
        f"{PAGES}/pages.json",
        '"ml_insights",\n    ',
        "",
        "Page ml_insights is in no order.",
    ),
    Mutation(
        "What visuals name exists",
        f"{PAGES}/executive_overview/visuals/revenue/visual.json",
        '"Property": "Total Revenue"',
        '"Property": "Total Turnover"',
        "executive_overview/revenue names the measure 'KPI Sales'[Total Turnover], which does not exist.",
    ),
    Mutation(
        "What visuals name exists",
        f"{PAGES}/store_analytics/visuals/ranking/visual.json",
        '"Property": "iso_week_start_date"',
        '"Property": "week"',
        "store_analytics/ranking names the column 'dates'[week], which does not exist.",
    ),
    Mutation(
        "What visuals name exists",
        f"{PAGES}/executive_overview/visuals/revenue/visual.json",
        '"Entity": "KPI Sales"',
        '"Entity": "KPI Stock"',
        "names the measure 'KPI Stock'[Total Revenue], which does not exist.",
    ),
    Mutation(
        "What visuals name exists",
        f"{PAGES}/store_analytics/page.json",
        '"Property": "store_name"',
        '"Property": "name"',
        "store_analytics names the column 'places'[name], which does not exist.",
    ),
    Mutation(
        "Every visual can be heard",
        f"{PAGES}/executive_overview/visuals/stores/visual.json",
        '"altText"',
        '"altTitle"',
        "Visual executive_overview/stores has no alternative text.",
    ),
    Mutation(
        "Every visual can be heard",
        f"{PAGES}/executive_overview/visuals/stores/visual.json",
        '"tabOrder": 1800',
        '"tabOrder": 1700',
        "Page executive_overview has visuals without a tab order of their own.",
    ),
    Mutation(
        "Every visual can be heard",
        f"{PAGES}/executive_overview/visuals/stores/visual.json",
        '"tabOrder": 1800',
        '"tabOrder": 50',
        "On page executive_overview the tab key goes up from stores to heading.",
    ),
    Mutation(
        "The layout fits",
        f"{PAGES}/executive_overview/visuals/revenue/visual.json",
        '"x": 16',
        '"x": 1500',
        "Visual executive_overview/revenue leaves the page.",
    ),
    Mutation(
        "The layout fits",
        f"{PAGES}/executive_overview/visuals/revenue/visual.json",
        '"x": 16',
        '"x": 60',
        "Visuals executive_overview/revenue and transactions overlap.",
    ),
    Mutation(
        "The layout fits",
        f"{PAGES}/executive_overview/visuals/stores/visual.json",
        '"height": 273',
        '"height": 60',
        "Visual executive_overview/stores is smaller than 180 × 90.",
    ),
    Mutation(
        "Paths resolve",
        "RetailInventory.Report/definition.pbir",
        "../RetailInventory.SemanticModel",
        "../Retail.SemanticModel",
        "definition.pbir points to ../Retail.SemanticModel, which is not there.",
    ),
    Mutation(
        "Paths resolve",
        "RetailInventory.pbip",
        '"RetailInventory.Report"',
        '"/tmp"',
        "RetailInventory.pbip points to /tmp, which is not there.",
    ),
    Mutation(
        "Paths resolve",
        "RetailInventory.Report/definition/report.json",
        '"path": "RetailInventory.json"',
        '"path": "Theme.json"',
        "report.json names the resource Theme.json, which is not there.",
    ),
    Mutation(
        "Exposures match the pages",
        f"{PAGES}/ml_insights/visuals/fan/visual.json",
        '"Entity": "predictions"',
        '"Entity": "promotions"',
        "The page ML Insights reads promotions, which its exposure does not say.",
    ),
    Mutation(
        "Exposures match the pages",
        f"{PAGES}/ml_insights/page.json",
        '"displayName": "ML Insights"',
        '"displayName": "Models"',
        "dbt has no exposure for the page Models.",
    ),
    Mutation(
        "The theme is readable", THEME, '"#7A0CE9"', '"#F0E442"', "Series #F0E442 on #FFFFFF has a contrast of 1.3"
    ),
    Mutation("The theme is readable", THEME, '"color": "#1F1F1F"', '"color": "#999999"', "has a contrast of 2.8"),
    Mutation(
        "The theme is safe for the colour-blind",
        THEME,
        '"#7A0CE9"',
        '"#7A6000"',
        "With deuteranopia, #B34A00 and #7A6000 look alike.",
    ),
]


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    """What each check says of the project as it is."""
    return run_checks(Project())


@pytest.mark.parametrize("check", CHECKS)
def test_the_project_passes(check: str, said: dict[str, list[str]]) -> None:
    """Nothing to say."""
    assert said[check] == []


def test_generated_files_are_what_their_sources_make() -> None:
    """The same bytes, and no file of a visual that nothing describes."""
    assert generated_files_differ() == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: f"{one.check}: {one.sentence}")
def test_a_mutation_is_caught(mutation: Mutation, copy: Callable[[], Path]) -> None:
    """The check that is for it says the sentence."""
    folder = copy()
    file = folder / mutation.file
    text = file.read_text()
    assert mutation.before in text, "the mutation changes nothing"
    file.write_text(text.replace(mutation.before, mutation.after, 1))
    sentences = list(CHECKS[mutation.check](Project(folder)))
    assert any(mutation.sentence in one for one in sentences), sentences


def test_every_check_has_a_mutation() -> None:
    """None is there that was never seen to say anything."""
    assert {mutation.check for mutation in MUTATIONS} == set(CHECKS)
