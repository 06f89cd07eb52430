"""Verb: the dashboard, the five pages in a browser."""

from typing import Annotated

import typer

from cli.console import say
from cli.programs import run_python
from contracts.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(dashboard)


def dashboard(
    port: Annotated[int | None, typer.Option(help="Serve here until Ctrl-C, beside the service.")] = None,
) -> None:
    """Start the dashboard as a service of the stack and say where it is; stop it with ./retail down dashboard."""
    from local_stack.dashboard_service import start, url
    from local_stack.stack import require_up

    settings = load_settings()
    require_up(settings)
    if port:
        say(f"The dashboard is at {url(port)} until you press Ctrl-C.")
        raise typer.Exit(run_python(settings, "dashboard.serve_dashboard", "--port", str(port)))
    start(settings)
    say(f"The dashboard is at {url(settings.retail_dashboard_port)}. Stop it with ./retail down dashboard.")
