"""Holds models of demand to what came, and releases those that serve.

python -m spark_jobs.ml_training load-panel FILE [--layout m5|long] [--top N]
python -m spark_jobs.ml_training backtest (--source NAME | --panel FILE …) [--models …] [--origins N]
python -m spark_jobs.ml_training train [--source NAME] [--models …]
"""

import argparse
import getpass
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from contracts.lineage import tables, told
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from contracts.tables import ML_MODEL_RESULTS, PANELS, RELEASES
from spark_jobs.demand_panel import LAYOUTS, Panel, read_panel
from spark_jobs.forecasting.learning_session import learning_session
from spark_jobs.forecasting.model_store import ModelStore
from spark_jobs.forecasting.panels import load_panel, ordered
from spark_jobs.forecasting.releasing import train
from spark_jobs.forecasting.running import Plan, run_backtest
from spark_jobs.forecasting.sources import PANEL_TABLE, STORE_TABLE, source_or_only
from warehouse.client import connect
from warehouse.create_tables import create_tables


def main() -> int:
    """Exit code 0, 1 after a sentence on stderr, 3 if it is too early, 130 after Ctrl-C."""
    options = _parser().parse_args()
    try:
        return options.program(load_settings(), options)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. The same command goes on where it stopped.\n")
        return 130


def _load_panel(settings: Settings, options: argparse.Namespace) -> int:
    panel = _panel_of(options)
    client = connect(settings)
    create_tables(client)
    load_panel(client, _name(options.panel), panel, datetime.now(UTC))
    _say(f"{len(panel.ids)} series, {panel.dates[0]} to {panel.dates[-1]}, in {PANELS}")
    return 0


def _backtest(settings: Settings, options: argparse.Namespace) -> int:
    client = connect(settings)
    create_tables(client)
    table = settings.retail_schema_prefix + (PANEL_TABLE if options.panel else STORE_TABLE)
    source = _name(options.panel) if options.panel else source_or_only(client, table, options.source)
    panel = _panel_of(options) if options.panel else None
    plan = Plan(source, table, panel, options.models, options.origins, options.rows, options.seed)
    read, written = tables(settings, table), tables(settings, ML_MODEL_RESULTS)
    with told(settings, "backtest", read, written), learning_session(settings) as spark:
        shown = run_backtest(spark, client, plan, settings.home / "ml" / "backtests", _say)
    sys.stdout.write(shown + "\n")
    return 0


def _train(settings: Settings, options: argparse.Namespace) -> int:
    client = connect(settings)
    create_tables(client)
    table = settings.retail_schema_prefix + STORE_TABLE
    source = source_or_only(client, table, options.source)
    plan = Plan(source, table, None, options.models, options.origins, options.rows, options.seed)
    store = ModelStore(settings.model_store, settings.home / "ml" / "fetched")
    by = options.by or getpass.getuser()
    read, written = tables(settings, table), tables(settings, ML_MODEL_RESULTS, RELEASES)
    with told(settings, "train", read, written), learning_session(settings) as spark:
        release = train(spark, client, plan, store, settings.home / "ml" / "trainings", by, options.reason, _say)
    for name, one in release.serving.items():
        sys.stdout.write(f"{name:<13}{release.models[one.key].name:<23}{one.reason}\n")
    return 0


def _panel_of(options: argparse.Namespace) -> Panel:
    return ordered(read_panel(options.panel, options.layout), options.top)


def _name(file: Path) -> str:
    return re.sub(r"[^\w-]", "_", file.name.split(".")[0])


def _say(text: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Hold models of demand to what came, and release those that serve.")
    programs = parser.add_subparsers(required=True)
    for name, program, text in (
        ("load-panel", _load_panel, "bring a panel of demand into ml.panels"),
        ("backtest", _backtest, "what every model would have forecast, and how wrong it would have been"),
        ("train", _train, "choose a model for every class of demand by backtest, learn it anew, release it"),
    ):
        part = programs.add_parser(name, help=text, description=text)
        part.set_defaults(program=program)
        if program is not _train:
            part.add_argument("--panel", type=Path, help="CSV file: id, date, units, or that of the M5 competition")
            part.add_argument("--layout", choices=LAYOUTS, default="long", help="of the file (default: long)")
            part.add_argument("--top", type=int, help="only so many series, those sold on most days")
        if program is not _load_panel:
            part.add_argument("--source", default="", help="of the warehouse (default: its only one, or demo)")
            part.add_argument("--models", default="champion", help="all, champion or names with commas")
            part.add_argument("--origins", type=int, default=3, help="how many windows of 28 days, the last ones")
            part.add_argument("--rows", type=int, default=60_000, help="examples per horizon week, at most")
            part.add_argument("--seed", type=int, default=20260101)
        if program is _train:
            part.add_argument("--reason", default="trained", help="why, for the record")
            part.add_argument("--by", default="", help="who, for the record (default: the user)")
    return parser


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
