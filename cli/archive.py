"""Verbs: raw messages of old months into Parquet files, which are still read with raw, and back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from clickhouse_connect.driver.client import Client
from rich.table import Column, Table

from cli.console import ask, console, say, step
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from contracts.tables import RAW_TABLES
from warehouse.archived import archived_files
from warehouse.archiving import RawPartition, archive_partition, finish_moves, old_partitions
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.restoring import check_file, restore_month

archive = typer.Typer(help="Move raw messages of old months into Parquet files; they are still read. Bring them back.")

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(archive, name="archive")


@archive.callback(invoke_without_command=True)
def move(
    context: typer.Context,
    older_than: Annotated[
        int | None, typer.Option(help="Days since the month of arrival ended; by default RETAIL_ARCHIVE_DAYS.", min=0)
    ] = None,
    to: Annotated[str, typer.Option(help="A folder, or s3://COLLECTION/PREFIX; by default RETAIL_ARCHIVE.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be moved.")] = False,
    yes: Yes = False,
) -> None:
    """Move the months that ended long ago. Each file is compared with raw before raw lets go of the month."""
    if context.invoked_subcommand:
        return
    settings = load_settings()
    client = _connected(settings)
    days = settings.retail_archive_days if older_than is None else older_than
    found = old_partitions(client, datetime.now(UTC), days)
    if not dry_run:
        finish_moves(client, settings.clickhouse_cluster)
    if not found:
        say(f"No month of raw ended more than {days} days ago.")
        return
    _show_partitions(found)
    if not dry_run:
        _move(client, settings, found, _store(to, settings), yes)


def _move(client: Client, settings: Settings, found: list[RawPartition], store: str, yes: bool) -> None:
    ask(f"Move {len(found)} partitions to {store}?", yes)
    for partition in found:
        step(f"{partition.month} of {partition.topic}")
        archive_partition(client, partition, store, settings.clickhouse_cluster)
    say(f"{sum(partition.rows for partition in found):,} messages are in {store}, and still read by every model.")


@archive.command("list")
def list_files(check: Annotated[bool, typer.Option("--check", help="Read every file and compare.")] = False) -> None:
    """Show what is archived; --check fails if a file does not hold what was written."""
    client = _connected(load_settings())
    table = Table("month", "topic", Column("messages", justify="right"), "where", box=None, header_style="dim")
    damaged = []
    for one in archived_files(client):
        table.add_row(one.month, one.topic, f"{one.rows:,}", f"{one.store}/{one.path}")
        try:
            if check:
                check_file(client, one)
        except Problem as problem:
            damaged.append(problem)
    console.print(table, soft_wrap=True)
    for problem in damaged[:-1]:
        say(f"{problem}")
    if damaged:
        raise damaged[-1]


@archive.command()
def restore(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="Of arrival, as 202501; see ./retail archive list.")],
    topic: Annotated[str, typer.Option(help=f"Only this one: {', '.join(RAW_TABLES)}.")] = "",
) -> None:
    """Bring a month back into the raw tables and delete its files. Called twice, the second changes nothing."""
    settings = load_settings()
    files = restore_month(_connected(settings), month, topic, settings.clickhouse_cluster)
    if files:
        say(f"{sum(one.rows for one in files):,} messages of {month} are back in raw.")
    else:
        say(f"Nothing of {month} is archived.")


def _store(said: str, settings: Settings) -> str:
    if not said:
        return settings.archive
    return said if "://" in said else str(Path(said).absolute())


def _show_partitions(found: list[RawPartition]) -> None:
    right = (Column("messages", justify="right"), Column("MB", justify="right"))
    table = Table("month", "topic", *right, box=None, header_style="dim")
    for one in found:
        table.add_row(one.month, one.topic, f"{one.rows:,}", f"{one.bytes / 1e6:,.1f}")
    console.print(table)


def _connected(settings: Settings) -> Client:
    client = connect(settings)
    create_tables(client)
    return client
