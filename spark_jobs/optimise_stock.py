"""Holds stock policies to demand that none of them has seen, and says what each would have cost.

python -m spark_jobs.optimise_stock [--source NAME] [--trees]
python -m spark_jobs.optimise_stock --panel FILE [--layout m5|long] [--lead-days 3,5,7] …

Of the warehouse's demand the cheapest policy's levels are written as advice (`ml.recommendations`), replacing those of
the same day.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pyspark.sql import SparkSession
from rich.console import Console

from contracts.lineage import tables, told
from contracts.problems import NotYet, Problem
from contracts.settings import Settings, load_settings
from contracts.tables import ML_MODEL_RESULTS, RECOMMENDATIONS
from spark_jobs.demand_panel import LAYOUTS, Panel, read_panel
from spark_jobs.session import build_session
from spark_jobs.stock_policies.advice import freeze
from spark_jobs.stock_policies.boosted import BoostedQuantiles, LearnedAndFormula
from spark_jobs.stock_policies.contest import Demand, hold
from spark_jobs.stock_policies.learned import SEED, LearnedDemand
from spark_jobs.stock_policies.recommendations import recommendation_rows
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.results import Run, as_table, result_rows
from spark_jobs.stock_policies.rules import Buyers, Rule, SafetyStock, ServiceByMoney
from spark_jobs.stock_policies.segments import by_volume
from spark_jobs.stock_policies.supply import DEMAND, TERMS, Supply, read_supply, the_source
from spark_jobs.stock_policies.tuning import CALIBRATION_WINDOWS, REFRESH_DAYS
from warehouse.client import WarehouseUnavailableError, connect
from warehouse.create_tables import create_tables
from warehouse.written_rows import write_rows

WIDE = 140
WAREHOUSE_WINDOWS = 4  # 112 days: costs of a warehouse hang on rare events
_LEAST_DAYS = 91  # known before the first calibration window
_SESSION = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.driver.memory": "2g",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 after a sentence on stderr, 3 if it is too early, 130 after Ctrl-C."""
    options = _options(arguments)
    console = Console(stderr=True, highlight=False)
    try:
        hold = _of_panel if options.panel else _of_warehouse
        settings = load_settings()
        read = () if options.panel else tables(settings, DEMAND, TERMS)
        with told(settings, "policies", read, tables(settings, ML_MODEL_RESULTS, RECOMMENDATIONS)):
            hold(options, settings, lambda text: console.print(text, style="dim"))
    except Problem as problem:
        console.print(str(problem), style="red", soft_wrap=True)
        return problem.exit_code
    except KeyboardInterrupt:
        console.print("Stopped; nothing more was written.")
        return 130
    return 0


def _of_panel(options: argparse.Namespace, settings: Settings, tell: Callable[[str], None]) -> None:
    panel = _enough(read_panel(options.panel, options.layout), options.origins)
    demand = Demand(panel.units, panel.dates, by_volume)
    tell(f"{len(panel.ids)} series, {panel.dates[0]} to {panel.dates[-1]}, {options.origins} origins")
    out, spark = Console(highlight=False, width=WIDE), _spark(settings) if options.spark_trees else None
    for lead in options.lead_days:
        terms = Terms(lead_days=lead, holding=options.holding, lost=options.lost)
        scores = hold(_rules(spark), demand, terms, count=options.origins, tell=tell)
        out.print(as_table(lead, scores), "")
        now = datetime.now(UTC)
        run = Run(f"policies-{now:%Y%m%dT%H%M%S}-{lead:g}", _name(options.panel), terms, _first(panel.dates), SEED, now)
        _write(settings, result_rows(run, scores), tell)


def _of_warehouse(options: argparse.Namespace, settings: Settings, tell: Callable[[str], None]) -> None:
    client = connect(settings)
    create_tables(client)
    source = the_source(client, options.source)
    tell(f"{source}: reading demand and terms of supply")
    supply = read_supply(client, source)
    demand, now = supply.demand, datetime.now(UTC)
    days = demand.units.shape[1]
    windows = min(WAREHOUSE_WINDOWS, (days - _LEAST_DAYS) // REFRESH_DAYS)
    if windows < 1:
        raise NotYet(
            f"{source} has {days} days of demand: too little history to choose a policy by what it would have cost.",
            f"The formula serves; {_LEAST_DAYS + REFRESH_DAYS} days are needed.",
        )
    tell(f"{len(demand.units)} series, {demand.dates[0]} to {demand.dates[-1]}")
    rules, run_id = _rules_of_warehouse(options, supply), f"policies-{now:%Y%m%dT%H%M%S}"
    origins = max(min(options.origins, (days - _LEAST_DAYS) // REFRESH_DAYS - windows), 0)
    if origins:
        scores = hold(rules, demand, supply.terms, count=origins, windows=windows, tell=tell)
        Console(highlight=False, width=WIDE).print(as_table(None, scores), "")
        run = Run(run_id, source, supply.terms, _first(demand.dates), SEED, now)
        write_rows(client, ML_MODEL_RESULTS, result_rows(run, scores))
    tell(f"{demand.dates[-1]}: choosing by the last {windows * REFRESH_DAYS} days")
    choice = freeze(rules, demand, supply.terms, windows)
    rows = recommendation_rows(run_id, supply, choice, source, now)
    write_rows(client, RECOMMENDATIONS, rows)
    tell(f"{len(rows)} recommendations of {choice.rule.name} for {source}, made of {supply.made_date}.")


def _rules_of_warehouse(options: argparse.Namespace, supply: Supply) -> list[Rule]:
    categories = np.unique(supply.table["category"], return_inverse=True)[1]
    rules: list[Rule] = [ServiceByMoney(kinds=categories), SafetyStock(), Buyers()]
    return [*rules, trees, LearnedAndFormula(trees)] if options.trees and (trees := BoostedQuantiles()) else rules


def _rules(spark: SparkSession | None) -> list[Rule]:
    trees = BoostedQuantiles()
    rules: list[Rule] = [SafetyStock(), Buyers(), trees, LearnedAndFormula(trees)]
    return [*rules, LearnedDemand(spark)] if spark else rules


def _spark(settings: Settings) -> SparkSession:
    return build_session("policies", settings, _SESSION)


def _write(settings: Settings, rows: list[dict[str, object]], tell: Callable[[str], None]) -> None:
    """Into the warehouse where one runs; a panel may be judged without."""
    try:
        client = connect(settings)
        create_tables(client)
    except WarehouseUnavailableError:
        tell("Nothing is written: ClickHouse does not run (./retail up starts it).")
        return
    write_rows(client, ML_MODEL_RESULTS, rows)


def _enough(panel: Panel, origins: int) -> Panel:
    needed = _LEAST_DAYS + (CALIBRATION_WINDOWS + origins) * REFRESH_DAYS
    if len(panel.dates) < needed:
        raise Problem(
            f"The panel has {len(panel.dates)} days; {origins} origins need {needed}.", "Take fewer with --origins."
        )
    return panel


def _name(path: Path) -> str:
    return path.name.split(".")[0]


def _first(dates: np.ndarray):
    return dates[0].astype("datetime64[D]").astype(object)


def _leads(text: str) -> list[float]:
    leads = [float(each) for each in text.split(",")]
    if not leads or min(leads) < 1:
        raise argparse.ArgumentTypeError("lead times are days, 1 or more")
    return leads


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="optimise_stock", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--source", default="", help="of the warehouse (default: the one there is)")
    parser.add_argument("--trees", action="store_true", help="of the warehouse also boosted trees (minutes)")
    parser.add_argument("--panel", type=Path, help="instead: CSV of demand, id, date and units, or M5's")
    parser.add_argument("--layout", choices=LAYOUTS, default="long", help="of the panel (default: long)")
    parser.add_argument("--lead-days", type=_leads, default=[3.0, 5.0, 7.0], help="days, with commas (default: 3,5,7)")
    parser.add_argument("--origins", type=int, default=3, help="windows of 28 days that are held out (default: 3)")
    parser.add_argument("--holding", type=float, default=1.0, help="of a unit for a day (default: 1)")
    parser.add_argument("--lost", type=float, default=19.0, help="of a unit that somebody wanted (default: 19)")
    parser.add_argument("--spark-trees", action="store_true", help="also Spark ML's trees (minutes per lead time)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
