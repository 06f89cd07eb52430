"""Several streams in one session: they end together between two batches, and what breaks one is said of it."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from landing_lab import wait_until
from pydantic import SecretStr
from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery
from support import settings_for

from contracts.problems import Problem
from contracts.settings import Settings
from spark_jobs.hosting import session_options
from spark_jobs.session import build_session
from spark_jobs.stream import follow
from spark_jobs.stream_problems import explained


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session with a host's options."""
    settings = settings_for(tmp_path_factory.mktemp("streams"))
    session = build_session("streams", settings, session_options(settings))
    yield session
    session.stop()


def test_no_secret_is_in_a_plan(spark: SparkSession) -> None:
    """Spark hides options by their names: those of every secret setting are among them."""
    secrets = [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr]
    pattern = spark.sparkContext.getConf().get("spark.redaction.regex")
    assert "retail_erasure_salt" in secrets
    assert [name for name in secrets if not re.search(pattern, name)] == []


class Lines:
    """A stream over a folder of files, a file a batch; what it did with each is the test's business."""

    def __init__(self, name: str, folder: Path, work: Callable[[int], None] = lambda _batch: None) -> None:
        self.name, self._folder, self._work = name, folder / name, work
        self.query: StreamingQuery | None = None
        self.begun: list[int] = []
        self.done: list[int] = []
        self.looks, self.closed = 0, 0
        self._folder.mkdir()

    def add(self, count: int) -> "Lines":
        """So many more files."""
        for _ in range(count):
            (self._folder / f"{time.monotonic_ns()}.txt").write_text("line\n")
        return self

    def start(self, spark: SparkSession, once: bool) -> StreamingQuery:
        """As a stream starts."""
        trigger = {"availableNow": True} if once else {"processingTime": "100 milliseconds"}
        lines = spark.readStream.option("maxFilesPerTrigger", 1).text(str(self._folder))
        folder = str(self._folder.with_name(f"{self.name}-checkpoint"))
        writer = lines.writeStream.queryName(self.name).option("checkpointLocation", folder)
        self.query = writer.trigger(**trigger).foreachBatch(self._take).start()
        return self.query

    def _take(self, _frame: DataFrame, batch: int) -> None:
        self.begun.append(batch)
        self._work(batch)
        self.done.append(batch)

    def look(self, query: StreamingQuery) -> StreamingQuery:
        """Count the looks."""
        self.looks += 1
        return query

    def close(self) -> None:
        """A stream is closed when nothing runs any more."""
        assert self.query is None or not self.query.isActive
        self.closed += 1


def test_once_ends_when_all_are_done(spark: SparkSession, tmp_path: Path) -> None:
    """Each stream works its files off, is looked at, and is closed once; the observer sees all queries."""
    streams, seen = [Lines("a", tmp_path).add(3), Lines("b", tmp_path).add(1)], set()
    follow(spark, streams, True, threading.Event(), lambda queries: seen.update(queries))
    assert [stream.done for stream in streams] == [[0, 1, 2], [0]]
    assert [stream.closed for stream in streams] == [1, 1]
    assert all(stream.looks for stream in streams)
    assert seen == {"a", "b"}


def test_stopped_between_two_batches(spark: SparkSession, tmp_path: Path) -> None:
    """A stop waits for the batches under way: each one that began has ended, though the stream is never idle."""
    busy = Lines("a", tmp_path, lambda _batch: time.sleep(0.5)).add(200)
    idle, stop = Lines("b", tmp_path), threading.Event()
    runner = threading.Thread(target=follow, args=(spark, [busy, idle], False, stop))
    runner.start()
    wait_until(lambda: len(busy.begun) >= 2)
    stop.set()
    runner.join(60)
    assert not runner.is_alive()
    assert len(busy.begun) < 200
    commits = (tmp_path / "a-checkpoint" / "commits").glob("[0-9]*")
    # The next batch may have begun; it is not committed and comes again.
    assert set(busy.done) >= {int(file.name) for file in commits} >= set(busy.begun[:-1])
    assert (busy.closed, idle.closed) == (1, 1)


def test_a_broken_stream_ends_all(spark: SparkSession, tmp_path: Path) -> None:
    """What broke is raised with the stream's name, the other is stopped, both are closed, and the sentence says it."""

    def break_down(batch: int) -> None:
        if batch == 1:
            raise ValueError("the shelf fell down")

    streams = [Lines("sound", tmp_path).add(1), Lines("brittle", tmp_path, break_down).add(3)]
    with pytest.raises(StreamingQueryException, match="the shelf fell down") as raised:
        follow(spark, streams, False, threading.Event())
    assert raised.value.__notes__ == ["brittle"]
    assert [stream.closed for stream in streams] == [1, 1]
    said = str(explained(raised.value, settings_for(tmp_path), "streaming"))
    assert "The stream brittle broke off" in said and "spark-streaming.log" in said


def test_a_stream_that_cannot_start_ends_all(spark: SparkSession, tmp_path: Path) -> None:
    """The ones before it are stopped, and every one is closed."""
    first, second = Lines("first", tmp_path).add(1), Lines("second", tmp_path)

    def refuse(_spark: SparkSession, _once: bool) -> StreamingQuery:
        raise Problem("No door opens.")

    second.start = refuse
    with pytest.raises(Problem, match="No door opens"):
        follow(spark, [first, second], False, threading.Event())
    assert (first.closed, second.closed, first.query.isActive) == (1, 1, False)


def test_a_stream_that_ends_by_itself_is_no_success(spark: SparkSession, tmp_path: Path) -> None:
    """One of two that is stopped by somebody else ends the program with a sentence."""
    streams = [Lines("left", tmp_path), Lines("right", tmp_path)]
    threading.Timer(2, lambda: streams[1].query.stop()).start()
    with pytest.raises(Problem, match="The stream right ended by itself"):
        follow(spark, streams, False, threading.Event())
    assert [stream.closed for stream in streams] == [1, 1]


def test_a_small_stream_does_not_wait_for_a_large_one(spark: SparkSession, tmp_path: Path) -> None:
    """Behind a hundred tasks of a large stream on two cores, a small one gets the next core that is free."""
    large, small = Lines("large", tmp_path).add(1), Lines("small", tmp_path).add(1)
    ended: list[str] = []
    submitted = threading.Event()

    def much(frame: DataFrame, _batch: int) -> None:
        submitted.set()
        frame.sparkSession.sparkContext.parallelize(range(100), 100).foreach(lambda _: time.sleep(0.3))
        ended.append("large")

    def little(frame: DataFrame, _batch: int) -> None:
        assert submitted.wait(60)
        wait_until(lambda: frame.sparkSession.sparkContext.statusTracker().getActiveStageIds())
        frame.sparkSession.sparkContext.parallelize(range(1), 1).foreach(lambda _: None)
        ended.append("small")

    large._take, small._take = much, little
    follow(spark, [large, small], True, threading.Event())
    assert ended == ["small", "large"]
