"""A real retailer's file through the whole warehouse, to the cent and beside pandas."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest
import yaml

from contracts.settings import PROJECT, load_settings
from ingestion.replay_files import replay
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild

FILE = load_settings().retail_test_online_retail
MAPPING = PROJECT / "ingestion" / "mappings" / "online_retail.yml"
LAST_WHOLE_DAY = pd.Timestamp("2011-12-08")
CHUNK = 50_000
STOCK_VIEWS = ["inventory_health", "stock_losses", "replenishment_list", "supplier_scorecard"]

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not FILE, reason="RETAIL_TEST_ONLINE_RETAIL names no file"),
]


class RawLanding:
    """Takes what the replay publishes straight into the raw tables."""

    def __init__(self, build: WarehouseBuild) -> None:
        self._build, self._log = build, RawLog(partitions=4)

    def send(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Land the messages, many at a time."""
        messages = (self._log.append_payload(topic, value, key.decode(), seconds=0) for topic, key, value in records)
        while chunk := list(islice(messages, CHUNK)):
            land(self._build.client, chunk)

    def flush(self) -> None:
        """Nothing waits."""


@pytest.fixture(scope="module")
def retailer(built_once: WarehouseBuild, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarehouseBuild]:
    """The file replayed, replayed again after a first run, and everything built and tested: green."""
    built_once.empty()
    settings = built_once.settings.model_copy(update={"retail_home": tmp_path_factory.mktemp("replay")})
    landing = RawLanding(built_once)
    for again, command in ((False, ("run", "--select", "+fact_sales")), (True, ("build",))):
        replay(Path(str(FILE)), "online_retail", settings, again=again, connect=lambda: landing)
        built_once.dbt(*command)
    yield built_once
    built_once.empty()


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """Merchandise lines with a price, as read by pandas alone; amounts in thousandths."""
    found = pd.read_csv(str(FILE), dtype={"InvoiceNo": str, "StockCode": str, "CustomerID": str})
    others = yaml.safe_load(MAPPING.read_text())["columns"]["line_type"]["values"]
    found = found[~found["StockCode"].isin({str(code) for code in others}) & (found["UnitPrice"] >= 0)]
    sold_at = pd.to_datetime(found["InvoiceDate"])
    amount = (found["UnitPrice"] * 1000).round().astype("int64") * found["Quantity"]
    is_return = found["InvoiceNo"].str.startswith("C")
    return found.assign(sold_at=sold_at, day=sold_at.dt.floor("D"), amount=amount, is_return=is_return)


@pytest.fixture(scope="module")
def priced(lines: pd.DataFrame) -> pd.DataFrame:
    """Sales and returns."""
    return lines[lines["UnitPrice"] > 0]


@pytest.fixture(scope="module")
def sold(priced: pd.DataFrame) -> pd.DataFrame:
    """Sales."""
    return priced[~priced["is_return"]]


def test_the_figures_stand_after_replaying_twice(retailer: WarehouseBuild) -> None:
    """Σ net amount of all lines, transactions and known customers with a sale; each message twice, each line once."""
    query = """
        select sum(net_amount), uniqExactIf((store_id, transaction_id), event_type = 'sale'),
            uniqExactIf(customer_key, event_type = 'sale' and customer_key != 0)
        from core.fact_sales
    """
    assert retailer.rows(query) == [(Decimal("9769872.054"), 19_960, 4_338)]
    query = "select verdict, count() from staging.stg_events__sales_messages group by verdict order by verdict"
    assert retailer.rows(query) == [("duplicate", 530_104 + 9_288), ("stands", 530_104 + 9_288)]


def test_what_rests_on_stock_is_not_tracked(retailer: WarehouseBuild) -> None:
    """The summary says so in words, every month of the turnover too, and lists of stock name nothing."""
    query = "select count() from reporting.warehouse_summary where source != '' and value = 'not tracked'"
    assert retailer.rows(query) == [(6,)]
    query = "select distinct stock_status, inventory_turnover, in_stock_rate from reporting.inventory_turnover_analysis"
    assert retailer.rows(query) == [("not tracked", 0, 0)]
    for view in STOCK_VIEWS:
        assert retailer.rows(f"select count() from reporting.{view}") == [(0,)], view
    for view in ("store_comparison", "category_performance"):
        query = f"select max(is_stock_tracked), max(is_margin_tracked), max(in_stock_rate) from reporting.{view}"
        assert retailer.rows(query) == [(0, 0, 0)], view


def test_months_and_countries(retailer: WarehouseBuild, priced: pd.DataFrame) -> None:
    """Revenue of each country and month, returns taken off."""
    by_month = priced.groupby(["Country", priced["sold_at"].dt.strftime("%Y-%m-01")])["amount"].sum()
    query = "select store_name, toString(month_start_date), toInt64(net_revenue * 1000) from reporting.store_comparison"
    found = {(country, month): amount for country, month, amount in retailer.rows(query)}
    # The view rounds to pence, and has months of postage and fees alone too.
    assert found.keys() >= by_month.to_dict().keys()
    assert {key for key, amount in found.items() if abs(amount - by_month.get(key, 0)) > 5} == set()


def test_weekdays(retailer: WarehouseBuild, sold: pd.DataFrame) -> None:
    """Sales of the last 52 weeks in the United Kingdom by weekday; nothing ever on a Saturday."""
    days = sold["day"]
    window = (days > LAST_WHOLE_DAY - pd.Timedelta(days=364)) & (days <= LAST_WHOLE_DAY)
    here = sold[window & (sold["Country"] == "United Kingdom")]
    expected = here.groupby(here["sold_at"].dt.dayofweek + 1)["amount"].sum().to_dict() | {6: 0}
    query = """
        select iso_weekday, toInt64(sales_amount * 1000) from reporting.seasonal_patterns
        where pattern = 'weekday' and store_name = 'United Kingdom'
    """
    assert {day for day, amount in retailer.rows(query) if abs(amount - expected[day]) > 5} == set()


def test_customers_and_cohorts(retailer: WarehouseBuild, priced: pd.DataFrame, sold: pd.DataFrame) -> None:
    """Each customer's revenue, and who of each month's first buyers bought in which later month."""
    by_customer = priced.groupby("CustomerID")["amount"].sum()
    query = (
        "select concat(customer_id, '.0'), toInt64(net_revenue * 1000) from kpi.mart_customers where net_revenue != 0"
    )
    assert dict(retailer.rows(query)) == by_customer[by_customer != 0].to_dict()
    known = sold[sold["CustomerID"].notna()]
    months = known["sold_at"].dt.strftime("%Y-%m-01")
    cohorts = months.groupby(known["CustomerID"]).transform("min")
    expected = known.groupby([cohorts.rename("cohort"), months.rename("month")])["CustomerID"].nunique()
    query = "select toString(cohort_month), toString(activity_month), active_customers from kpi.mart_customer_cohorts"
    assert {(row[0], row[1]): row[2] for row in retailer.rows(query)} == expected.to_dict()


def test_abc_classes(retailer: WarehouseBuild, lines: pd.DataFrame, priced: pd.DataFrame) -> None:
    """A up to 80 % and B up to 95 % of 52 weeks' revenue, products of under 13 weeks apart."""
    in_year = (priced["day"] > LAST_WHOLE_DAY - pd.Timedelta(days=364)) & (priced["day"] <= LAST_WHOLE_DAY)
    life = (LAST_WHOLE_DAY - lines.groupby("StockCode")["day"].min()).dt.days + 1
    revenue = priced[in_year].groupby("StockCode")["amount"].sum().reindex(life.index).fillna(0)
    ranked = revenue[life >= 91].clip(lower=0).sort_values(ascending=False)
    share_before = (ranked.cumsum() - ranked) / ranked.sum()
    a, b = (share_before < 0.8).sum(), ((share_before >= 0.8) & (share_before < 0.95) & (ranked > 0)).sum()
    expected = {"A": a, "B": b, "C": len(ranked) - a - b, "N": (life < 91).sum()}
    assert dict(retailer.rows("select abc_class, count() from kpi.mart_product_abc group by 1")) == expected


def test_affinity_of_a_pair(retailer: WarehouseBuild, sold: pd.DataFrame) -> None:
    """Tickets of 90 days with at most 30 products: those with both, with each, and all."""
    days = sold["day"]
    recent = sold[(days > LAST_WHOLE_DAY - pd.Timedelta(days=90)) & (days <= LAST_WHOLE_DAY)]
    baskets = recent.groupby("InvoiceNo")["StockCode"].agg(set)
    baskets = baskets[baskets.map(len) <= 30]
    expected = [sum(part <= basket for basket in baskets) for part in ({"22086", "22910"}, {"22086"}, {"22910"}, set())]
    query = """
        select both_tickets, product_tickets, other_product_tickets, all_tickets from kpi.mart_product_affinity
        where product_id = '22086' and other_product_id = '22910'
    """
    assert retailer.rows(query) == [tuple(expected)]


def test_returns(retailer: WarehouseBuild, priced: pd.DataFrame) -> None:
    """Units and money that came back, by the day they came."""
    back = priced[priced["is_return"]]
    query = "select sum(units_returned), toInt64(sum(returns_amount) * 1000) from kpi.mart_returns"
    assert retailer.rows(query) == [(int(-back["Quantity"].sum()), int(-back["amount"].sum()))]
