"""Where models are built, who may read them, and what a reader's session makes of them."""

from typing import Any

import pytest

from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.shop import sale
from tests.dbt_project.warehouse_build import WarehouseBuild


class Built:
    """The models over one sale, and dbt's results."""

    def __init__(self, build: WarehouseBuild) -> None:
        build.empty()
        land(build.client, [RawLog().append(sale())])
        self.build, self.results = build, build.dbt("run")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.build.rows(query)


@pytest.fixture(scope="module")
def built(built_once: WarehouseBuild) -> Built:
    """Everything built once."""
    return Built(built_once)


def test_the_reader_reads_reporting(built: Built) -> None:
    """The user who may only read sees the figures of the summary."""
    query = "select value from reporting.warehouse_summary where source = 'shop' and figure = 'revenue, EUR'"
    assert built.build.reader.query(query).result_rows == [("10.00",)]


def test_views_keep_nulls_for_every_reader(built: Built) -> None:
    """A view carries join_use_nulls itself: a reader's session has the engine's default, which gives 0 for NULL."""
    query = """
        select name, position(create_table_query, 'join_use_nulls = 1') > 0 from system.tables
        where engine = 'View' and database in ('staging', 'intermediate', 'reporting', 'monitoring')
    """
    views = built.rows(query)
    assert len(views) > 10
    assert [name for name, keeps in views if not keeps] == []


def test_every_column_is_described(built: Built) -> None:
    """What a table has, its YAML describes, and nothing else."""
    for result in built.results:
        schema, table, columns = result.node.schema, result.node.alias, result.node.columns
        query = f"select name from system.columns where database = '{schema}' and table = '{table}'"
        assert {name for (name,) in built.rows(query)} == set(columns), table
        assert all(column.description for column in columns.values()), table


def test_a_developer_builds_into_databases_of_their_own(built: Built) -> None:
    """With RETAIL_SCHEMA_PREFIX every layer has the prefix and the shared databases are left alone."""
    before = built.rows("select uuid from system.tables where database = 'core'")
    built.build.dbt("run", "--select", "+fact_sales", RETAIL_SCHEMA_PREFIX="dev_ana_")
    assert built.rows("select quantity from dev_ana_core.fact_sales") == [(2,)]
    assert built.rows("select uuid from system.tables where database = 'core'") == before
    for (database,) in built.rows("select name from system.databases where name like 'dev_ana_%'"):
        built.build.client.command(f"DROP DATABASE `{database}` SYNC")
