"""A retailer that sends sales and nothing else: what rests on more says that it is not tracked; nothing is invented."""

import pytest

from contracts.events import Adjustment
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.shop import DAY, at, days, moved, returned, sale
from tests.dbt_project.warehouse_build import WarehouseBuild

LISTS = [
    "inventory_health",
    "stock_losses",
    "replenishment_list",
    "supplier_scorecard",
    "active_alerts",
    "realtime_dashboard",
    "sales_anomalies",
    "ml_model_performance",
    "ml_releases",
    "demand_forecasts",
]
FLAGS = {
    "store_comparison": ["is_margin_tracked", "is_stock_tracked", "is_comparable", "is_floor_area_known"],
    "category_performance": ["is_margin_tracked", "is_stock_tracked", "is_comparable"],
    "customer_behavior_analysis": ["is_margin_tracked"],
    "inventory_turnover_analysis": ["is_turnover_tracked"],
}
RESTS_ON_MORE = "stock|minutes|margin|cost|cogs|turnover|gmroi|cover|closing|lost|lifetime_value$|comparable|growth|m2"
FIGURES = {
    "revenue, EUR": "395.00",
    "other income, EUR": "0.00",
    "transactions with a merchandise sale": "40",
    "profit margin, EUR": "not tracked",
    "in-stock rate": "not tracked",
    "stock at cost, EUR": "not tracked",
    "lost sales, estimated units": "not tracked",
    "stock counts": "not tracked",
    "orders on time in full": "not tracked",
    "data as of (UTC)": "2026-02-14 12:00:00",
}


@pytest.fixture(scope="module")
def shop(built_once: WarehouseBuild) -> WarehouseBuild:
    """Two products over forty days: each day 2 at 5.00, at last 1 back; and a clerk's note that 3 were found."""
    built_once.empty()
    sales = [sale(transaction_id=f"t{n}", product_id=f"p{n % 2}", customer_id="c1", **_on(n)) for n in range(40)]
    note = moved(Adjustment, product_id="p0", quantity=3, reason="found", event_time=at(DAY + days(3)))
    back = returned(product_id="p0", customer_id="c1", **_on(40))
    log = RawLog()
    land(built_once.client, [log.append(event) for event in [*sales, back, note]])
    built_once.dbt("run")
    return built_once


def _on(number: int) -> dict:
    day = DAY + days(number)
    return {"business_date": day, "event_time": at(day)}


def test_the_summary_says_what_is_not_tracked(shop: WarehouseBuild) -> None:
    """Revenue is 40 × 10.00 − 5.00; all that would need stock, costs or orders is 'not tracked', and none is 0."""
    found = shop.rows("select figure, value from reporting.warehouse_summary where source = 'shop'")
    assert dict(found) == FIGURES


@pytest.mark.parametrize("view", LISTS)
def test_lists_name_nothing(shop: WarehouseBuild, view: str) -> None:
    """No stock record, no suggestion: what goes by pairs, suppliers, losses, alerts or forecasts has no row."""
    assert shop.rows(f"select * from reporting.{view} limit 1") == []


@pytest.mark.parametrize(("view", "flags"), FLAGS.items())
def test_months_say_that_they_are_not_tracked(shop: WarehouseBuild, view: str, flags: list[str]) -> None:
    """The rows are there, and each flag of what a figure would rest on is off."""
    rows = shop.rows(f"select {', '.join(f'toUInt8({flag})' for flag in flags)} from reporting.{view}")
    assert set(rows) == {(0,) * len(flags)}


def test_turnover_has_its_months_and_says_so(shop: WarehouseBuild) -> None:
    """The view does not look empty by mistake: a row a month, in words."""
    query = "select toString(month_start_date), stock_status from reporting.inventory_turnover_analysis order by 1"
    assert shop.rows(query) == [("2026-01-01", "not tracked"), ("2026-02-01", "not tracked")]


@pytest.mark.parametrize("view", [*FLAGS, "seasonal_patterns"])
def test_no_figure_is_invented(shop: WarehouseBuild, view: str) -> None:
    """Numbers that rest on stock, costs or a year before are 0 throughout, beside their flag."""
    columns = shop.rows(f"""
        select name from system.columns
        where database = 'reporting' and table = '{view}' and match(name, '{RESTS_ON_MORE}')
            and match(type, 'Int|Float|Decimal') and not match(name, '^is_|status')
    """)
    assert columns or view == "seasonal_patterns"
    for (column,) in columns:
        assert shop.rows(f"select countIf({column} != 0) from reporting.{view}") == [(0,)], column


def test_sales_are_all_there(shop: WarehouseBuild) -> None:
    """What a till knows is told: 27 days of January and 13 of February, 10.00 each, and 5.00 back."""
    query = "select toString(month_start_date), net_revenue, transactions from reporting.store_comparison order by 1"
    assert shop.rows(query) == [("2026-01-01", 270, 27), ("2026-02-01", 125, 13)]
    query = "select customers, transactions, net_revenue from reporting.customer_behavior_analysis where is_known = 1"
    assert shop.rows(query) == [(1, 40, 395)]


def test_no_shelf_is_thought_empty(shop: WarehouseBuild) -> None:
    """Neither a stock-out nor lost sales nor phantom stock nor a loss is inferred where nothing tells the stock."""
    marts = ["stockouts", "lost_sales_daily", "phantom_stock", "unknown_loss_estimated", "count_list", "replenishment"]
    for mart in marts:
        assert shop.rows(f"select count() from kpi.mart_{mart}") == [(0,)], mart
    assert shop.rows("select count() from core.fact_inventory") == [(0,)]
