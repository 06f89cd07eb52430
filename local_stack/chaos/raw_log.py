"""What raw has of the log, and where the two differ."""

from collections import Counter

from clickhouse_connect.driver.client import Client

from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from local_stack.chaos.kafka_log import Row, partitions, read_partition

_COLUMNS = ("_topic", "_partition", "_offset", "payload")


def raw_rows(client: Client, where: str = "true") -> list[Row]:
    """Rows of the raw tables, in the order of partitions and offsets."""
    columns = ", ".join(_COLUMNS)
    tables = " UNION ALL ".join(f"SELECT {columns} FROM {table} WHERE {where}" for table in RAW_TABLES.values())
    table = client.query_arrow(f"SELECT {columns} FROM ({tables})", use_strings=False)
    rows = zip(*(table.column(name).to_pylist() for name in _COLUMNS), strict=True)
    return sorted((_text(topic), partition, offset, payload) for topic, partition, offset, payload in rows)


def landed(client: Client) -> int:
    """How many rows raw has."""
    tables = " UNION ALL ".join(f"SELECT count() AS n FROM {table}" for table in RAW_TABLES.values())
    return int(client.command(f"SELECT sum(n) FROM ({tables})"))


def empty_raw(client: Client) -> None:
    """Take every message out of the raw tables."""
    for table in RAW_TABLES.values():
        client.command(f"TRUNCATE TABLE {table}")


def raw_differences(settings: Settings, client: Client) -> list[str]:
    """A sentence for each partition whose rows in raw are not its messages in Kafka; [] where all are."""
    said = []
    for topic, number in partitions(settings):
        rows = raw_rows(client, f"_topic = '{topic}' AND _partition = {number}")
        difference = partition_difference(
            read_partition(settings, topic, number), [(offset, payload) for _, _, offset, payload in rows]
        )
        if difference:
            said.append(f"partition {number} of {topic}: {difference}")
    return said


def partition_difference(log: dict[int, bytes], rows: list[tuple[int, bytes]]) -> str:
    """What is missing, doubled, unknown to the log or of another payload in raw; '' if nothing is."""
    times = Counter(offset for offset, _ in rows)
    found = {
        "missing in raw": log.keys() - times.keys(),
        "more than once in raw": {offset for offset, count in times.items() if count > 1},
        "in raw and not in the log": times.keys() - log.keys(),
        "with another payload": {offset for offset, payload in rows if log.get(offset, payload) != payload},
    }
    parts = [f"{len(offsets):,} offsets {what}, the first {min(offsets)}" for what, offsets in found.items() if offsets]
    return "; ".join(parts)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
