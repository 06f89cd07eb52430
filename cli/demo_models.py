"""The demo's models: dbt up to the features, what is learnt from them, and dbt for what that reaches."""

import hashlib
import json

from cli.console import say, step
from cli.dbt_progress import build_models
from cli.ml_verbs import estimate_customer_values, publish_forecasts, train_models
from cli.programs import run_python
from contracts.problems import NotYet, Problem
from contracts.settings import PROJECT, Settings

_KNOWN = "select toString(max(date_key)) from {table} where source = {{source:String}} and is_known"
_GATE_SHUT = 1
_EXAMPLES = "30000"  # per horizon week: half of the usual, for a demo that takes minutes


def build_demo_models(settings: Settings, landed: dict[str, int]) -> None:
    """Build and learn what is not up to date with raw, which has so many events `landed`. Raises Problem."""
    stamp = settings.home / "dbt" / "built.json"
    before = json.loads(stamp.read_text()) if stamp.exists() else {}
    state = {"raw": landed, "project": _project_hash()}
    if {name: before.get(name) for name in state} == state:
        step("Models: up to date with the raw tables")
        return
    step("The simulator's truth, which only the scorecard may read")
    must_succeed(run_python(settings, "ingestion.load_truth"), "Loading the truth")
    anew = bool(before) and before["project"] != state["project"]
    state["learnt"] = _build(settings, anew, before.get("learnt"))
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(json.dumps(state))


def must_succeed(code: int, what: str) -> None:
    """Raises Problem if a program failed, KeyboardInterrupt if Ctrl-C ended it."""
    if code == 130:
        raise KeyboardInterrupt
    if code:
        raise Problem(
            f"{what} ended with code {code}.", "What it said is above; ./retail demo goes on where it stopped."
        )


def _build(settings: Settings, anew: bool, learnt: str | None) -> str:
    """Gives the last day that was learnt from; of a day nothing is learnt twice."""
    step("Building the models with dbt, up to what is learnt from")
    must_succeed(build_models(settings, anew, "before_ml"), "dbt")
    last_day = _last_day_known(settings)
    if last_day != learnt:
        _learn(settings, last_day)
    step("Building what forecasts and advice reach")
    must_succeed(build_models(settings, anew, "after_ml"), "dbt")
    return last_day


def _last_day_known(settings: Settings) -> str:
    from spark_jobs.forecasting.sources import STORE_TABLE, source_or_only
    from warehouse.client import connect

    client, table = connect(settings, "reader"), settings.retail_schema_prefix + STORE_TABLE
    return client.query(_KNOWN.format(table=table), {"source": source_or_only(client, table, "")}).first_row[0]


def _learn(settings: Settings, last_day: str) -> None:
    step(f"Forecasting models: held to what came, chosen, learnt from the days up to {last_day} (a minute or two)")
    if _succeeded(train_models(settings, "--rows", _EXAMPLES), "Training"):
        step("Forecasts of the next 28 days")
        if publish_forecasts(settings) == _GATE_SHUT:
            say("  Nothing was published, for the reason above; what hangs on forecasts stays empty.")
    step("Stock policies held to demand in money")
    _succeeded(run_python(settings, "spark_jobs.optimise_stock"), "The choice of a stock policy")
    step("What known customers will bring in twelve months")
    _succeeded(estimate_customer_values(settings), "The estimate of customers' value")


def _succeeded(code: int, what: str) -> bool:
    """Whether it did; a retailer too young to learn from is no failure."""
    if code == NotYet.exit_code:
        say("  Too early: what hangs on it stays empty.")
        return False
    must_succeed(code, what)
    return True


def _project_hash() -> str:
    digest = hashlib.sha256()
    for file in sorted((PROJECT / "dbt_project").rglob("*")):
        if file.suffix in (".sql", ".yml", ".csv", ".md") and not {"target", "logs", "dbt_packages"} & set(file.parts):
            digest.update(file.read_bytes())
    return digest.hexdigest()
