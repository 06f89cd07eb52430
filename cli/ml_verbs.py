"""Verbs of the learning half."""

from itertools import pairwise

import typer

from cli.console import step
from cli.data_verbs import PASS_ON
from cli.programs import run_dbt, run_python
from contracts.settings import Settings, load_settings

_PROGRAM = "spark_jobs.ml_training"
PANEL_MODELS = ("stg_ml__panels", "int_panel_series_arrayed", "feat_panel_daily")
_OF_LOADING = ("--panel", "--layout", "--top")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (backtest, train, predict):
        app.command(context_settings=PASS_ON)(verb)
    app.command("value-customers", context_settings=PASS_ON)(value_customers)


def backtest(context: typer.Context) -> None:
    """What each model would have forecast; --panel FILE holds them to demand of your own. --help tells the rest."""
    settings, arguments = load_settings(), list(context.args)
    if "--panel" in arguments and not {"-h", "--help"} & set(arguments):
        step("Loading the panel")
        if code := run_python(settings, _PROGRAM, "load-panel", *_chosen(arguments)):
            raise typer.Exit(code)
        step("Making its features")
        if code := run_dbt(settings, ["run", "--quiet", "--select", *PANEL_MODELS]):
            raise typer.Exit(code)
    raise typer.Exit(run_python(settings, _PROGRAM, "backtest", *arguments))


def train(context: typer.Context) -> None:
    """Choose a model for every class of demand, learn it anew and release it. --help tells the rest."""
    raise typer.Exit(train_models(load_settings(), *context.args))


def predict(context: typer.Context) -> None:
    """Publish the released models' forecasts of the next 28 days. --help tells the rest."""
    raise typer.Exit(publish_forecasts(load_settings(), *context.args))


def value_customers(context: typer.Context) -> None:
    """Estimate what each known customer will bring in the next twelve months. --help tells the rest."""
    raise typer.Exit(estimate_customer_values(load_settings(), *context.args))


def train_models(settings: Settings, *arguments: str) -> int:
    """Train and release on the features there are; gives the exit code. Nothing new: nothing is done."""
    return run_python(settings, _PROGRAM, "train", *arguments)


def publish_forecasts(settings: Settings, *arguments: str) -> int:
    """Predict from the last day known; gives the exit code, 1 where the gate stayed shut."""
    return run_python(settings, "spark_jobs.predict_demand", *arguments)


def estimate_customer_values(settings: Settings, *arguments: str) -> int:
    """Estimate and write; gives the exit code, 3 where too few customers came back."""
    return run_python(settings, "spark_jobs.value_customers", *arguments)


def _chosen(arguments: list[str]) -> list[str]:
    """Those that loading takes, with their values."""
    pairs = pairwise(arguments)
    return [word for name, value in pairs if name in _OF_LOADING for word in (name, value)]
