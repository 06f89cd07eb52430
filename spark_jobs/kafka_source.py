"""Kafka as a stream of messages: which offsets, how many at a time, and what happens when some are lost."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import coalesce, col, lit, when

from contracts import kafka_login
from contracts.settings import Settings
from contracts.tables import RAW_TABLES

LANES_PER_TOPIC = 1 << 16
_TOPICS = tuple(RAW_TABLES)

# Fewer, larger polls: 457,000 -> 690,000 events/s from Kafka into nothing on two cores. Checksums are the broker's.
_READING = {
    "kafka.max.poll.records": "5000",
    "kafka.max.partition.fetch.bytes": str(4 << 20),
    "kafka.receive.buffer.bytes": str(1 << 20),
    "kafka.check.crcs": "false",
}


def read_messages(spark: SparkSession, settings: Settings, max_offsets: int | None = None) -> DataFrame:
    """Every message of the three topics from the first on: `lane, offset, timestamp, payload`."""
    limit = max_offsets or settings.landing_max_offsets_per_trigger
    messages = read_topics(spark, settings, _TOPICS, "earliest", limit)
    return messages.select(_lane().alias("lane"), "offset", "timestamp", _payload().alias("payload"))


def read_topics(
    spark: SparkSession, settings: Settings, topics: Sequence[str], starting: str, max_offsets: int
) -> DataFrame:
    """Messages of these topics as Spark's connector gives them (`topic, partition, offset, timestamp, value`, …).

    `starting` is `earliest` or offsets as JSON (`{"sales_events": {"0": 17}}`, all partitions named); it counts where
    there is no checkpoint. One Kafka partition is one Spark partition, in offset order (no `minPartitions`). Offsets
    that Kafka no longer has stop the query.
    """
    return (
        spark.readStream.format("kafka")
        .options(**kafka_login.spark(settings))
        .option("subscribe", ",".join(topics))
        .option("startingOffsets", starting)
        .option("failOnDataLoss", "true")
        .option("maxOffsetsPerTrigger", max_offsets)
        .options(**_READING)
        .load()
    )


def lane_of(topic: str, partition: int) -> int:
    """Topic and partition in one number."""
    return _TOPICS.index(topic) * LANES_PER_TOPIC + partition


def topic_and_partition(lane: int) -> tuple[str, int]:
    """Where a lane's messages come from."""
    number, partition = divmod(lane, LANES_PER_TOPIC)
    return _TOPICS[number], partition


def _lane() -> Column:
    """Topic and partition in one number: every column costs a share of the rate."""
    number = lit(0)
    for index, topic in enumerate(_TOPICS[1:], start=1):
        number = when(col("topic") == topic, index).otherwise(number)
    return (number * LANES_PER_TOPIC + col("partition")).cast("int")


def _payload() -> Column:
    return coalesce(col("value"), lit(b""))
