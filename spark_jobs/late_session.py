"""A Spark session for those who may not need one."""

from collections.abc import Callable

from pyspark.sql import SparkSession


class LateSession:
    """Begins when it is first asked for, because to begin takes seconds; a context that stops what has begun."""

    def __init__(self, begin: Callable[[], SparkSession]) -> None:
        self._begin = begin
        self._session: SparkSession | None = None

    def __call__(self) -> SparkSession:
        if self._session is None:
            self._session = self._begin()
        return self._session

    def __enter__(self) -> "LateSession":
        return self

    def __exit__(self, *_: object) -> None:
        if self._session is not None:
            self._session.stop()
