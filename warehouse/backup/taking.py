"""Take a backup: freeze, hash, write, note what it holds."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.tables import RAW_TABLES
from warehouse.backup.freezing import frozen, frozen_as
from warehouse.backup.manifest import Manifest, OffsetRange, Scope, TableRecord, new_name
from warehouse.backup.relations import Relation, columns, quoted, relations
from warehouse.backup.running import run
from warehouse.backup.space import require_space
from warehouse.backup.store import BackupStore
from warehouse.content_hash import content_hash

Tell = Callable[[str], None]


def take_backup(client: Client, store: BackupStore, scope: Scope, incremental: bool, tell: Tell) -> Manifest:
    """Back the warehouse up into the store. Streams and builds may go on meanwhile.

    An incremental one builds on the newest backup of the same scope; where there is none it is full. Raises Problem.
    """
    started, now = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
    before = [one for one in store.manifests() if one.scope == scope] if incremental else []
    base = before[-1].name if before else ""
    name, found = new_name(now, base), relations(client, scope)
    if any(one.name == name for one in store.manifests()) or name in store.incomplete():
        raise Problem(f"There is a backup {name} already.", "Try again in a second.")
    tables, views = [one for one in found if not one.is_view], [one.name for one in found if one.is_view]
    require_space(store.staging, sum(one.stored_bytes for one in tables), before[-1].stored_bytes if before else 0)
    with frozen(client, tables):
        tell(f"Hashing {len(tables)} tables")
        records, offsets = [_record(client, one) for one in tables], _offsets(client, tables)
        tell(f"Writing {name}")
        _write(client, store, name, base, tables, views)
    manifest = Manifest(
        name=name, made_at=now, scope=scope, base=base, engine_version=client.server_version,
        seconds=round(time.monotonic() - started, 1), written_bytes=_size(store.staging / name),
        tables=records, views=views, offsets=offsets,
    )  # fmt: skip
    if not store.is_staging:
        tell(f"Copying {manifest.written_bytes / 1e6:,.0f} MB to {store.location}")
    store.keep(manifest)
    return manifest


def _record(client: Client, table: Relation) -> TableRecord:
    said = content_hash(client, frozen_as(table), columns(client, table.database, table.table))
    rows = int(said.partition("-")[0])
    return TableRecord(name=table.name, rows=rows, stored_bytes=table.stored_bytes, content_hash=said)


def _offsets(client: Client, tables: Sequence[Relation]) -> list[OffsetRange]:
    """Kafka's offsets that the frozen raw tables hold: where streams go on after this backup is restored."""
    raw = [frozen_as(table) for table in tables if table.name in RAW_TABLES.values()]
    query = """
        SELECT _topic, _partition, min(_offset), max(_offset) + 1, uniqExact(_offset)
        FROM {table} GROUP BY _topic, _partition ORDER BY _topic, _partition
    """
    rows = [row for table in raw for row in client.query(query.format(table=table)).result_rows]
    names = ("topic", "partition", "first_offset", "next_offset", "messages")
    return [OffsetRange(**dict(zip(names, row, strict=True))) for row in rows]


def _write(
    client: Client, store: BackupStore, name: str, base: str, tables: Iterable[Relation], views: Iterable[str]
) -> None:
    parts = [f"TABLE {frozen_as(table)} AS {quoted(table.name)}" for table in tables]
    parts += [f"VIEW {quoted(view)}" for view in views]
    chain = [one.name for one in store.chain(base)] if base else []
    store.bring(chain, only_index=True)
    settings = f"SETTINGS base_backup = File('{base}')" if base else ""
    try:
        run(client, f"BACKUP {', '.join(parts)} TO File('{name}')", settings)
    except BaseException:
        store.discard(name)
        raise
    finally:
        store.tidy(chain)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
