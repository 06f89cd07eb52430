"""Verbs that move data: simulate, replay, land."""

import typer


def register(app: typer.Typer) -> None:
    """Add the verbs."""
