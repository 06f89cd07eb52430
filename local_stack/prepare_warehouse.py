"""Make what everything else expects: the topics in Kafka, the databases and tables in ClickHouse.

`python -m local_stack.prepare_warehouse`; works for both homes, and a second run only adds what is missing.
"""

import sys

from confluent_kafka import KafkaException
from kafka.errors import KafkaError

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from ingestion.topics import create_topics
from local_stack.telling import complain, confirm
from warehouse.client import connect
from warehouse.cluster_ddl import cluster_ddl
from warehouse.create_tables import create_tables
from warehouse.storage_tiers import tier_raw_tables


def main() -> int:
    """Exit code 0, or 1 after a sentence."""
    try:
        _prepare(load_settings())
    except Problem as problem:
        complain(problem)
        return 1
    return 0


def _prepare(settings: Settings) -> None:
    try:
        made = create_topics(settings)
    except (KafkaError, KafkaException) as error:
        raise Problem(f"Kafka at {settings.kafka_bootstrap} did not make the topics: {error}.") from error
    confirm(f"topics: {', '.join(made) if made else 'all there'}")
    client = connect(settings)
    if settings.clickhouse_cluster:
        for statement in cluster_ddl(settings.clickhouse_cluster):
            client.command(statement)
    changes = create_tables(client)
    if settings.clickhouse_storage_policy:
        policy, days = settings.clickhouse_storage_policy, settings.clickhouse_cold_days
        changes += tier_raw_tables(client, policy, days, settings.clickhouse_cluster)
    for change in changes or ["all there"]:
        confirm(f"tables: {change}")


if __name__ == "__main__":
    sys.exit(main())
