"""Verbs: back the warehouse up, list backups, restore one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Column, Table

from cli.console import ask, output, say, size, step
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack import supervision
from warehouse.backup.manifest import Manifest

_STREAMS = "streaming"

From = Annotated[str, typer.Option("--from", metavar="PLACE", help="A folder or s3://…; RETAIL_BACKUPS if not given.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (backup, backups, restore):
        app.command()(verb)


def backup(
    to: Annotated[str, typer.Option(metavar="PLACE", help="A folder or s3://…; RETAIL_BACKUPS if not given.")] = "",
    incremental: Annotated[bool, typer.Option("--incremental", help="Only what the newest one lacks.")] = False,
    raw_only: Annotated[bool, typer.Option("--raw-only", help="Without the models, which dbt makes anew.")] = False,
    keep_days: Annotated[int, typer.Option(help="Then delete older ones that nothing builds on; 0: none.", min=0)] = 0,
) -> None:
    """Back the warehouse up while everything goes on: tables, views, and which Kafka offsets they hold."""
    from warehouse.backup.store import BackupStore
    from warehouse.backup.taking import take_backup
    from warehouse.client import connect

    settings = load_settings()
    with supervision.alone(settings, "backup"):
        store = BackupStore(to or settings.backups, settings.backup_folder)
        made = take_backup(connect(settings), store, "raw-only" if raw_only else "all", incremental, step)
        old = store.forget(made.made_at - timedelta(days=keep_days)) if keep_days else []
    kind = f"on {made.base}" if made.base else "full, for nothing to build on was there" if incremental else "full"
    rows = sum(table.rows for table in made.tables)
    say(f"{made.name} ({kind}): {rows:,} rows, {size(made.written_bytes)} written in {made.seconds:.1f} s.")
    say(f"It is in {store.location}{f'; {len(old)} older ones are deleted' if old else ''}.")


def backups(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Show what this one holds; its first letters do.")] = "",
    place: From = "",
) -> None:
    """List backups, the newest last, or show the tables and Kafka offsets of one."""
    from warehouse.backup.store import BackupStore

    settings = load_settings()
    store = BackupStore(place or settings.backups, settings.backup_folder)
    found = store.manifests()
    for cut in store.incomplete():
        say(f"{cut} was cut short and cannot be restored: delete it.")
    if name:
        _show(_chosen(found, name, store.location))
    elif found:
        output().print(_list(found))
    else:
        say(f"There is no backup in {store.location}. Make one: ./retail backup.")


def restore(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Its first letters do; none: the newest.")] = "",
    place: From = "",
    as_of: Annotated[str, typer.Option(metavar="INSTANT", help="The newest made at or before it (UTC).")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Make the warehouse what it was, compare hashes, and let streams land what came since. Asks first."""
    from warehouse.backup.restoring import restore_backup
    from warehouse.backup.store import BackupStore
    from warehouse.client import connect

    settings = load_settings()
    store = BackupStore(place or settings.backups, settings.backup_folder)
    found = store.made_by(_instant(as_of)) if as_of else store.manifests()
    chosen = _chosen(found, name, store.location)
    ask(f"Replace {len(chosen.tables)} tables by those of {chosen.name}, made {chosen.made_at:%F %T} UTC?", yes)
    with supervision.alone(settings, "backup"), _streams_stopped(settings):
        restored = restore_backup(connect(settings), store, chosen.name, step)
        _land_again(settings, chosen)
    rows = sum(table.rows for table in restored.tables)
    say(f"{chosen.name} is restored: {rows:,} rows in {len(restored.tables)} tables, every hash as it was.")
    if chosen.scope == "raw-only":
        say("It holds no models: make them with ./retail dbt build --full-refresh.")


def _land_again(settings: Settings, chosen: Manifest) -> None:
    from local_stack.after_restore import gaps, set_checkpoints_aside

    if set_checkpoints_aside(settings):
        say("The streams' checkpoints are set aside: they go on from what raw holds.")
    for gap in gaps(settings, chosen):
        if gap.lost:
            say(f"[bold red]{gap.topic} {gap.partition}[/]: {gap.lost:,} messages after the backup are not in Kafka.")
        if gap.to_land:
            say(f"{gap.topic} {gap.partition}: {gap.to_land:,} messages came since; streams land them.")


@contextmanager
def _streams_stopped(settings: Settings) -> Iterator[None]:
    with supervision.alone(settings, _STREAMS):
        hosted = supervision.is_running(settings, _STREAMS)
        if hosted:
            step("Stopping the streams")
            supervision.stop_service(settings, _STREAMS)
        try:
            yield
        finally:
            if hosted:
                step("Starting the streams again")
                supervision.start_service(settings, _STREAMS)


def _chosen(found: list[Manifest], name: str, place: str) -> Manifest:
    fitting = [one for one in found if one.name.startswith(name)]
    if not fitting:
        raise Problem(f"There is no such backup in {place}.", "./retail backups lists them; ./retail backup makes one.")
    if name and len(fitting) > 1 and fitting[-1].name != name:
        raise Problem(f"{len(fitting)} backups begin with {name}.", "Say more of the name: ./retail backups.")
    return fitting[-1]


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(f"{text!r} is no instant.", "Like 2026-11-23T14:00, in UTC.") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _list(found: list[Manifest]) -> Table:
    headings = ("backup", "made (UTC)", "of", "builds on", "tables", "rows", "restored", "written", "took")
    table = Table(*(Column(name, no_wrap=True) for name in headings), box=None)
    for one in found:
        rows = f"{sum(part.rows for part in one.tables):,}"
        sizes = size(one.stored_bytes), size(one.written_bytes)
        made = f"{one.made_at:%F %T}"
        table.add_row(one.name, made, one.scope, one.base, str(len(one.tables)), rows, *sizes, f"{one.seconds:.1f} s")
    return table


def _show(chosen: Manifest) -> None:
    tables = Table(*(Column(name, no_wrap=True) for name in ("table", "rows", "bytes", "content hash")), box=None)
    for one in chosen.tables:
        tables.add_row(one.name, f"{one.rows:,}", size(one.stored_bytes), one.content_hash)
    offsets = Table(*(Column(name, no_wrap=True) for name in ("topic", "partition", "offsets", "messages")), box=None)
    for at in chosen.offsets:
        offsets.add_row(at.topic, str(at.partition), f"{at.first_offset}-{at.next_offset - 1}", f"{at.messages:,}")
    out = output()
    out.print(_list([chosen]))
    out.print(tables)
    out.print(offsets)
