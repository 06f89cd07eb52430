"""A Spark session for all tests of forecasts."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession
from support import settings_for

from spark_jobs.session import build_session


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session of the tests' own; of a file, for tests of another file in this process end theirs."""
    session = build_session("forecasts", settings_for(tmp_path_factory.mktemp("forecasts")))
    yield session
    session.stop()
