"""Verb: take a customer out of every layer, and keep out whom backups and logs would bring back."""

from typing import Annotated

import typer
from clickhouse_connect.driver.client import Client
from rich.table import Column, Table

from cli.console import ask, console, say, step
from cli.programs import run_dbt
from contracts.persons import Person
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.erasing import back_again, erase, traces
from warehouse.erasure_list import ErasureList


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(erase_customer)


def erase_customer(
    source: Annotated[str, typer.Argument(metavar="[SOURCE]", help="Retailer or simulation run.")] = "",
    customer_id: Annotated[str, typer.Argument(metavar="[CUSTOMER_ID]", help="As the source names the customer.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Everybody erased before: after a backup came back.")] = False,
    build: Annotated[bool, typer.Option(help="Run dbt afterwards, so that sums over customers follow.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is stored.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase a customer on request: sales stay, and say no longer whose they were. It cannot be undone."""
    if again == bool(customer_id):
        raise typer.BadParameter("Say SOURCE and CUSTOMER_ID, or --again.")
    settings = load_settings()
    client = connect(settings)
    create_tables(client)
    persons = _back_again(client, settings) if again else [Person(source, customer_id)]
    found = {person: traces(client, person) for person in persons}
    for known in found.values():
        _show(known)
    if dry_run or (again and not persons):
        return
    ask(f"Erase {len(persons)} customer(s)? It cannot be undone.", yes)
    _erase(client, settings, persons, build)


def _erase(client: Client, settings: Settings, persons: list[Person], build: bool) -> None:
    salt = settings.retail_erasure_salt.get_secret_value()
    if not salt:
        raise Problem(
            "There is no RETAIL_ERASURE_SALT: nobody would stay erased.", "Draw one: deploy/write_secrets.py."
        )
    changed = sum(sum(erase(client, person, salt, settings.clickhouse_cluster).values()) for person in persons)
    say(f"{changed:,} messages and rows name nobody any more, or are gone.")
    if build:
        step("Models follow")
        if code := run_dbt(settings, ["run"]):
            raise typer.Exit(code)
    if any(traces(client, person) for person in persons):
        raise Problem(
            "Something brought the customer back meanwhile.", "When no build runs: ./retail erase-customer --again."
        )


def _back_again(client: Client, settings: Settings) -> list[Person]:
    erased = ErasureList(client, settings.retail_erasure_salt.get_secret_value())
    back = back_again(client, erased)
    say(f"{len(erased.marks()):,} customers were erased; raw names {len(back):,} of them.")
    return back


def _show(known: dict[str, int]) -> None:
    table = Table("table", Column("messages or rows", justify="right"), box=None, header_style="dim")
    for name, rows in known.items():
        table.add_row(name, f"{rows:,}")
    console.print(table if known else "Nothing is stored about this customer.")
