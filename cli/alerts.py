"""Verbs: stock alerts that are open, and taking note of one."""

import getpass
from typing import Annotated

import typer
from rich.table import Column, Table

from cli.console import output, say
from contracts.settings import load_settings

_HEADINGS = ("id", "severity", "cause", "where", "product", "since (UTC)", "what", "noted by")
alerts = typer.Typer(no_args_is_help=True, help="Stock alerts: which are open, and taking note of one.")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(alerts, name="alerts")


@alerts.command("list")
def show(limit: Annotated[int, typer.Option(help="At most so many; 0: all.")] = 20) -> None:
    """Show the alerts that are open, the worst first."""
    from warehouse.alerts import open_alerts
    from warehouse.client import connect

    found = open_alerts(connect(load_settings(), "reader"), limit)
    if not found:
        say("No alert is open.")
        return
    table = Table(*(Column(name, no_wrap=name != "what") for name in _HEADINGS), box=None)
    for alert in found:
        since = f"{alert['opened_at']:%F %H:%M}"
        table.add_row(
            alert["alert_id"], alert["severity"], alert["cause"], alert["store_id"], alert["product_id"], since,
            alert["message"], alert["acknowledged_by"],
        )  # fmt: skip
    output().print(table)


@alerts.command()
def ack(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="Of the alert; its first letters do.")],
    by: Annotated[str, typer.Option(help="Who takes note.")] = "",
) -> None:
    """Take note of an alert: it stays open, and everybody sees that somebody looks after it."""
    from warehouse.alerts import acknowledge
    from warehouse.client import connect

    name = by or getpass.getuser()
    for alert in acknowledge(connect(load_settings()), alert_id, name):
        what = f"{alert['cause']} of {alert['product_id']} at {alert['store_id']}"
        say(f"{name} took note of {alert['alert_id']}: {what}.")
