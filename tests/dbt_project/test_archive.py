"""What raw no longer holds, the models still know: they read the archive with it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.events import CATALOG, SALES
from contracts.tables import RAW_TABLES, WITH_ARCHIVE
from tests.dbt_project import reference
from tests.dbt_project.random_worlds import random_log
from tests.dbt_project.raw_log import Message, land
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.archived import archived_files
from warehouse.archiving import archive_partition, forget, old_partitions
from warehouse.restoring import restore_month

MODELS = ("run", "--select", "+path:models/core", "+quarantined_events")
MARCH, AFTERWARDS = "202603", datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def archive(build: WarehouseBuild) -> Iterator[WarehouseBuild]:
    """An empty warehouse whose archive is left empty."""
    yield build
    for one in archived_files(build.client):
        forget(build.client, one)


def _halves(log: list[Message]) -> tuple[list[Message], list[Message]]:
    """What arrived in March, and what did two months later: repetitions and corrections of it among them."""
    middle = sorted(message.arrived_at for message in log)[len(log) // 2]
    later = [replace(one, arrived_at=one.arrived_at + timedelta(days=61)) for one in log if one.arrived_at >= middle]
    return [one for one in log if one.arrived_at < middle], later


def _verdicts(build: WarehouseBuild) -> dict[tuple, str]:
    query = "select _topic, _partition, _offset, verdict from staging.stg_events__{}_messages"
    return {row[:3]: row[3] for kind in ("sales", "catalog") for row in build.rows(query.format(kind))}


def _built(build: WarehouseBuild, *options: str) -> dict[str, str]:
    build.dbt(*MODELS, *options)
    return build.hashes() | {"quarantined": str(build.rows("select * from monitoring.quarantined_events order by all"))}


def test_models_do_not_notice_the_archive(archive: WarehouseBuild, tmp_path: Path) -> None:
    """Each model's content is equal before and after a month is archived, by an increment and by a full refresh, and
    when it is back; what arrives afterwards is judged by what was archived, as another program says.
    """
    log = random_log(worlds=60, messages=14, seed=11)
    early, late = _halves(log)
    land(archive.client, early)
    before = _built(archive)
    for partition in old_partitions(archive.client, AFTERWARDS, 30):
        archive_partition(archive.client, partition, str(tmp_path))
    assert {archive.rows(f"select count() from {table}")[0][0] for table in RAW_TABLES.values()} == {0}
    assert sum(archive.rows(f"select count() from {table}")[0][0] for table in WITH_ARCHIVE.values()) == len(early)
    assert _built(archive) == before == _built(archive, "--full-refresh")
    land(archive.client, late)
    incremental = _built(archive)
    assert incremental != before
    assert _verdicts(archive) == {
        place: said
        for topic in (SALES, CATALOG)
        for place, said in reference.verdicts([one for one in (*early, *late) if one.topic == topic]).items()
    }
    assert _built(archive, "--full-refresh") == incremental
    restore_month(archive.client, MARCH)
    assert _built(archive) == incremental
