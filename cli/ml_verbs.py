"""Verbs of the learning half."""

from itertools import pairwise

import typer

from cli.console import step
from cli.data_verbs import PASS_ON
from cli.programs import run_dbt, run_python
from contracts.settings import load_settings

_PROGRAM = "spark_jobs.ml_training"
_PANEL_MODELS = ("stg_ml__panels", "int_panel_series_arrayed", "feat_panel_daily")
_OF_LOADING = ("--panel", "--layout", "--top")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command(context_settings=PASS_ON)(backtest)


def backtest(context: typer.Context) -> None:
    """What each model would have forecast; --panel FILE holds them to demand of your own. --help tells the rest."""
    settings, arguments = load_settings(), list(context.args)
    if "--panel" in arguments and not {"-h", "--help"} & set(arguments):
        step("Loading the panel")
        if code := run_python(settings, _PROGRAM, "load-panel", *_chosen(arguments)):
            raise typer.Exit(code)
        step("Making its features")
        if code := run_dbt(settings, ["run", "--quiet", "--select", *_PANEL_MODELS]):
            raise typer.Exit(code)
    raise typer.Exit(run_python(settings, _PROGRAM, "backtest", *arguments))


def _chosen(arguments: list[str]) -> list[str]:
    """Those that loading takes, with their values."""
    pairs = pairwise(arguments)
    return [word for name, value in pairs if name in _OF_LOADING for word in (name, value)]
