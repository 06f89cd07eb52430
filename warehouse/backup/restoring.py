"""Restore a backup: set what is there aside, restore, compare hashes, and only then let the old tables go."""

from collections.abc import Callable, Iterable, Sequence

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.tables import DATABASES, ERASURES, REPLACED
from warehouse.backup.manifest import Manifest, TableRecord
from warehouse.backup.relations import columns, quoted
from warehouse.backup.running import run, wait_for_earlier
from warehouse.backup.space import require_space
from warehouse.backup.store import BackupStore
from warehouse.content_hash import content_hash
from warehouse.create_tables import create_tables
from warehouse.doors import shut_other_doors

Tell = Callable[[str], None]
# Who was erased stays on the list, whatever is restored.
KEPT = (ERASURES,)
_ANY_SIZE = "SETTINGS max_table_size_to_drop = 0"


def restore_backup(client: Client, store: BackupStore, name: str, tell: Tell) -> Manifest:
    """Make every table and view of the backup what it was. Raises Problem, and then everything is as it was before.

    Tables that the backup does not have stay. No stream may run: its doors to raw are shut here.
    """
    chain = store.chain(name)
    manifest, names = _without_kept(client, chain[0]), [one.name for one in chain]
    require_space(store.staging, manifest.stored_bytes)
    if not store.is_staging:
        tell(f"Bringing {sum(one.written_bytes for one in chain) / 1e6:,.0f} MB from {store.location}")
    store.bring(names)
    try:
        shut_other_doors(client, "restore")
        put_back(client)
        _replace(client, manifest, tell)
    finally:
        store.tidy(names)
    _drop_aside(client)
    for change in create_tables(client):
        tell(change)
    return manifest


def put_back(client: Client) -> bool:
    """Undo a restore that was cut short; False if there was none."""
    if not is_cut_short(client):
        return False
    wait_for_earlier(client)
    for name in _tables_of(client, [REPLACED]):
        client.command(f"DROP TABLE IF EXISTS {quoted(name)} SYNC {_ANY_SIZE}")
        client.command(f"RENAME TABLE {REPLACED}.`{name}` TO {quoted(name)}")
    _drop_aside(client)
    return True


def is_cut_short(client: Client) -> bool:
    """Whether a restore began and did not end."""
    return bool(client.command(f"EXISTS DATABASE {REPLACED}"))


def _without_kept(client: Client, manifest: Manifest) -> Manifest:
    kept = [name for name in KEPT if client.command(f"EXISTS TABLE {name}")]
    return manifest.model_copy(update={"tables": [one for one in manifest.tables if one.name not in kept]})


def _replace(client: Client, manifest: Manifest, tell: Tell) -> None:
    """Put what was backed up in the place of what is there. Whatever goes wrong, it is put back."""
    try:
        _set_aside(client, manifest)
    except BaseException:
        put_back(client)
        raise
    try:
        tell(f"Restoring {len(manifest.tables)} tables and {len(manifest.views)} views")
        _restore(client, manifest)
        tell("Comparing hashes")
        if wrong := [table.name for table in manifest.tables if not _is_equal(client, table)]:
            raise Problem(f"Restored and not what was backed up: {', '.join(wrong)}.", "Restore another backup.")
    except BaseException:
        _drop(client, _names(manifest))
        put_back(client)
        raise
    for table in manifest.tables:
        client.command(f"SYSTEM START MERGES {quoted(table.name)}")


def _restore(client: Client, manifest: Manifest) -> None:
    tables = [f"TABLE {quoted(table.name)}" for table in manifest.tables]
    views = [f"VIEW {quoted(view)}" for view in manifest.views]
    source = f"FROM File('{manifest.name}')"
    # First without rows: a merge between restoring and comparing would replace rows or let them expire.
    run(client, f"RESTORE {', '.join([*tables, *views])} {source}", "SETTINGS structure_only = true")
    for table in manifest.tables:
        client.command(f"SYSTEM STOP MERGES {quoted(table.name)}")
    run(client, f"RESTORE {', '.join(tables)} {source}")


def _is_equal(client: Client, table: TableRecord) -> bool:
    database, _, name = table.name.partition(".")
    return content_hash(client, quoted(table.name), columns(client, database, name)) == table.content_hash


def _set_aside(client: Client, manifest: Manifest) -> None:
    for database in DATABASES:
        client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    client.command(f"CREATE DATABASE {REPLACED}")
    there = set(_tables_of(client, DATABASES))
    for name in _names(manifest):
        if name in there:
            client.command(f"RENAME TABLE {quoted(name)} TO {REPLACED}.`{name}`")


def _tables_of(client: Client, databases: Sequence[str]) -> list[str]:
    """Names in our databases with the database, in the one for what is set aside as they were before."""
    query = """
        SELECT if(database = {aside:String}, name, concat(database, '.', name)) FROM system.tables
        WHERE database IN {databases:Array(String)} ORDER BY database, name
    """
    return [row[0] for row in client.query(query, {"databases": list(databases), "aside": REPLACED}).result_rows]


def _names(manifest: Manifest) -> list[str]:
    return [*manifest.views, *(table.name for table in manifest.tables)]


def _drop(client: Client, names: Iterable[str]) -> None:
    for name in names:
        client.command(f"DROP TABLE IF EXISTS {quoted(name)} SYNC {_ANY_SIZE}")


def _drop_aside(client: Client) -> None:
    client.command(f"DROP DATABASE IF EXISTS {REPLACED} SYNC {_ANY_SIZE}")
