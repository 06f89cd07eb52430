"""Tables that dbt does not own, as a cluster wants them: made on all replicas, and replicated.

Run before `warehouse.create_tables`, which then finds them and adds what the contracts gain; an ALTER of a replicated
table reaches its other replicas by itself.
"""

import re

from contracts.tables import DATABASES, RAW_TABLES
from warehouse.archive_tables import with_archive_view
from warehouse.keeping_tables import KEEPING_TABLES
from warehouse.quality_tables import QUALITY_TABLES
from warehouse.raw_tables import quarantine_view, raw_table
from warehouse.stream_tables import STREAM_TABLES
from warehouse.written_tables import WRITTEN_TABLES, written_table

_OURS = r"CREATE DATABASE IF NOT EXISTS|CREATE TABLE IF NOT EXISTS|CREATE OR REPLACE VIEW|DROP TABLE IF EXISTS"
_NAMED = re.compile(rf"\A((?:{_OURS}) \S+)")
_ENGINE = re.compile(r"^ENGINE = ((?:Replacing)?MergeTree)", re.MULTILINE)


def cluster_ddl(cluster: str) -> list[str]:
    """Every statement in order, for the cluster of that name."""
    written = WRITTEN_TABLES | STREAM_TABLES | QUALITY_TABLES | KEEPING_TABLES
    statements = [
        *(f"CREATE DATABASE IF NOT EXISTS {database}" for database in DATABASES),
        *(raw_table(topic) for topic in RAW_TABLES),
        *(with_archive_view(topic) for topic in RAW_TABLES),
        quarantine_view(),
        *(written_table(name, table) for name, table in written.items()),
    ]
    return [on_cluster(statement, cluster) for statement in statements]


def on_cluster(statement: str, cluster: str) -> str:
    """A CREATE or DROP statement of ours for a cluster. Raises ValueError for any other statement."""
    named, count = _NAMED.subn(rf"\1 ON CLUSTER `{cluster}`", statement)
    if not count:
        raise ValueError(f"no CREATE of ours: {statement[:60]}")
    replicated = _ENGINE.sub(r"ENGINE = Replicated\1", named)
    return replicated.replace("non_replicated_deduplication_window", "replicated_deduplication_window")
