"""What the raw tables hold."""

from clickhouse_connect.driver.client import Client

from contracts.tables import WITH_ARCHIVE


def landed_counts(client: Client) -> dict[str, int]:
    """Messages each topic's raw table holds, 0 where the table is missing."""
    return {topic: _count(client, table) for topic, table in WITH_ARCHIVE.items()}


def _count(client: Client, table: str) -> int:
    return int(client.command(f"SELECT count() FROM {table}")) if client.command(f"EXISTS TABLE {table}") else 0


def quarantined_count(client: Client, topic: str, partition: int, first: int, end: int) -> int:
    """Messages that broke a rule among the offsets from `first` to before `end`."""
    offsets = f"_topic = '{topic}' AND _partition = {partition} AND _offset >= {first} AND _offset < {end}"
    return int(client.command(f"SELECT count() FROM {WITH_ARCHIVE[topic]} WHERE {offsets} AND _error != ''"))
