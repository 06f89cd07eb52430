"""What the warehouse costs: figures by hand for two models, one query and one raw table."""

from collections.abc import Iterator

import pytest
from clickhouse_connect.driver.client import Client

from contracts.tables import RAW_TABLES
from tests.dbt_project.own_server import own_clickhouse
from warehouse.client import connect
from warehouse.costs import last_build_seconds, model_costs, per_million, query_costs, table_costs

SALES = RAW_TABLES["sales_events"]
RESULTS = """
    CREATE TABLE monitoring.dbt_results (name String, layer String, kind String, status String, seconds Float64,
        started_at DateTime64(3, 'UTC'), row_count Nullable(Int64)) ENGINE = MergeTree ORDER BY started_at"""
INVOCATIONS = """
    CREATE TABLE monitoring.dbt_invocations (command String, nodes Int32, errors Int32, seconds Float64,
        started_at DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY started_at"""


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Two models of which one was built twice, a day apart; what dbt asked for one; 1,000 messages landed today."""
    with own_clickhouse() as settings:
        client = connect(settings)
        for statement in (
            RESULTS,
            INVOCATIONS,
            "INSERT INTO monitoring.dbt_results VALUES"
            " ('fact', 'core', 'model', 'success', 4, now64(3) - INTERVAL 1 DAY, 100),"
            " ('fact', 'core', 'model', 'success', 2.5, now64(3), 300),"
            " ('fact', 'core', 'model', 'error', 90, now64(3), NULL),"
            " ('mart', 'kpi', 'model', 'success', 1, now64(3), 5),"
            " ('mart', 'kpi', 'model', 'success', 50, now64(3) - INTERVAL 30 DAY, 5)",
            "INSERT INTO monitoring.dbt_invocations VALUES"
            " ('build', 200, 0, 40, now64(3)), ('build', 1, 0, 1, now64(3))",
            "CREATE TABLE core.fact (n UInt64) ENGINE = MergeTree ORDER BY n",
            '/* {"app": "dbt", "node_id": "model.retail.fact"} */ INSERT INTO core.fact SELECT number FROM numbers(300)',  # noqa: E501 - a line
            f"INSERT INTO {SALES} (_topic, _partition, _offset, _kafka_timestamp, payload)"
            " SELECT 'sales_events', 0, number, now(), 'x' FROM numbers(1000)",
            "SELECT sum(n) FROM core.fact WHERE n > 1",
            "SELECT sum(n) FROM core.fact WHERE n > 2",
            "SYSTEM FLUSH LOGS",
        ):
            client.command(statement)
        yield client


def test_models_by_their_seconds(client: Client) -> None:
    """Successful builds of a week, the dearest first: 4 + 2.5 s and 1 s; rows and bytes are those on disk."""
    fact, mart = model_costs(client, 7)
    assert (fact.layer, fact.model, fact.runs, fact.seconds, fact.last_seconds) == ("core", "fact", 2, 6.5, 2.5)
    assert (mart.model, mart.runs, mart.seconds, mart.stored_bytes) == ("mart", 1, 1.0, 0)
    assert (fact.rows, fact.stored_bytes > 0, fact.peak_bytes > 0, mart.peak_bytes) == (300, True, True, 0)


def test_queries_that_differ_in_values_are_one(client: Client) -> None:
    """Two questions of one form are counted together, under who asked, without dbt's comments."""
    found = {one.text: one for one in query_costs(client, 1, 100)}
    asked = next(one for text, one in found.items() if text.startswith("SELECT sum(n) FROM core.fact"))
    assert (asked.times, asked.user, asked.kind) == (2, "retail", "Select")
    assert not [text for text in found if "node_id" in text]
    assert len(query_costs(client, 1, 2)) == 2


def test_tables_and_their_growth(client: Client) -> None:
    """1,000 messages since today are 1,000 a day; 200 rows more after a day are 200 a day, at the bytes of a row."""
    tables = {f"{one.database}.{one.table}": one for one in table_costs(client, 7)}
    raw, fact = tables[SALES], tables["core.fact"]
    assert (raw.rows, raw.bytes_a_day) == (1000, pytest.approx(raw.stored_bytes, rel=0.01))
    assert fact.bytes_a_day == pytest.approx(fact.stored_bytes / 300 * 200, rel=0.1)


def test_a_million_events(client: Client) -> None:
    """What is stored for 1,000 events, a thousand times; 40 s is what the last build of all models took."""
    tables = table_costs(client, 7)
    million = per_million(tables)
    raw = next(one for one in tables if f"{one.database}.{one.table}" == SALES)
    assert million is not None
    assert (million.events, million.raw_bytes) == (1000, raw.stored_bytes * 1000)
    assert last_build_seconds(client) == 40
