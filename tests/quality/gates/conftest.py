"""A ClickHouse whose raw tables and reporting views hold what the tests of a module say."""

from collections.abc import Iterator

import pytest
from clickhouse_connect.driver.client import Client

from tests.dbt_project.own_server import own_clickhouse
from warehouse.client import connect


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client of a server of the module's own, with empty tables."""
    with own_clickhouse() as settings:
        yield connect(settings)
