"""Verbs: which release of forecasting models serves, and who has the say."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer
from clickhouse_connect.driver.client import Client
from rich.table import Column, Table

from cli.console import ask, output, say
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from warehouse.releases import ReleaseLog

release = typer.Typer(no_args_is_help=True, help="Released forecasting models: which serves, pin one, roll back.")

Source = Annotated[str, typer.Option(help="Of the warehouse; by default the only one with a release, or demo.")]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]
By = Annotated[str, typer.Option(help="Who, for the record; by default the user.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
_AFTERWARDS = "It speaks from the next ./retail predict on (then ./retail dbt build --selector after_ml)."


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(release, name="release")


@release.command("list")
def list_releases(source: Source = "") -> None:
    """Show every release, the newest last, and what was done with it."""
    _, _, log = _opened(source, "reader")
    table = Table(*(Column(name, no_wrap=True) for name in ("release", "learnt until", "serves", "models")), box=None)
    for name, rows in log.rows.items():
        mark = ("pinned" if log.is_pinned else "yes") if name == log.serving else ""
        table.add_row(name, str(rows[0]["trained_to"]), mark, ", ".join(sorted({row["model"] for row in rows})))
    actions = Table(*(Column(name) for name in ("when (UTC)", "what", "release", "by", "why")), box=None)
    for one in log.actions:
        actions.add_row(f"{one.acted_at:%F %T}", one.action, one.release_id, one.acted_by, one.acted_reason)
    out = output()
    out.print(table)
    out.print()
    out.print(actions)


@release.command()
def show(
    release_id: Annotated[str, typer.Argument(metavar="[ID]", help="Its first letters do; none: what serves.")] = "",
    source: Source = "",
) -> None:
    """Show the model card of a release."""
    from spark_jobs.forecasting.model_store import ModelStore
    from spark_jobs.forecasting.release import CARD

    settings, _, log = _opened(source, "reader")
    store = ModelStore(settings.model_store, settings.home / "ml" / "fetched")
    name = log.require(release_id or log.serving)
    sys.stdout.write((Path(store.fetch(name)) / CARD).read_text())


@release.command()
def pin(
    release_id: Annotated[str, typer.Argument(metavar="ID", help="Its first letters do.")],
    reason: Reason = "",
    source: Source = "",
    by: By = "",
    yes: Yes = False,
) -> None:
    """Let a release serve, and keep serving whatever is trained."""
    from warehouse import releases

    _, client, log = _opened(source)
    name = log.require(release_id)
    ask(f"Let {name} serve until it is unpinned (now: {log.serving})?", yes)
    releases.pin(client, log, name, by or getpass.getuser(), reason)
    say(f"{name} serves, and stays. {_AFTERWARDS}")


@release.command()
def unpin(reason: Reason = "", source: Source = "", by: By = "") -> None:
    """Let the next release that is trained serve again."""
    from warehouse import releases

    _, client, log = _opened(source)
    releases.unpin(client, log, by or getpass.getuser(), reason)
    say(f"{log.serving} serves until the next ./retail train releases another.")


@release.command()
def rollback(reason: Reason = "", source: Source = "", by: By = "", yes: Yes = False) -> None:
    """Give the word back to the release that served before."""
    from warehouse import releases

    _, client, log = _opened(source)
    if log.before and not log.is_pinned:
        ask(f"Let {log.before} serve again instead of {log.serving}?", yes)
    done = releases.roll_back(client, log, by or getpass.getuser(), reason)
    say(f"{done.serving_release_id} serves. {_AFTERWARDS}")


def _opened(source: str, user: str = "writer") -> tuple[Settings, Client, ReleaseLog]:
    """What a verb works with. Raises Problem if nothing was released."""
    from warehouse.client import connect
    from warehouse.releases import release_log, released_sources

    settings = load_settings()
    client = connect(settings, user)
    found = released_sources(client)
    chosen = source or (found[0] if len(found) == 1 else "demo")
    if chosen not in found:
        raise Problem(
            f"No model of {chosen} is released.",
            "Train and release one: ./retail train." if not found else f"Choose with --source: {', '.join(found)}.",
        )
    return settings, client, release_log(client, chosen)
