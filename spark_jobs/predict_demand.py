"""Publishes the released models' forecasts of the next 28 days.

python -m spark_jobs.predict_demand [--source NAME] [--as-of DATE]
"""

import argparse
import sys
from datetime import UTC, date, datetime

import numpy as np

from contracts.lineage import tables, told
from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from contracts.tables import PREDICTIONS, RELEASES
from spark_jobs.forecasting.learning_session import learning_session
from spark_jobs.forecasting.model_store import ModelStore
from spark_jobs.forecasting.predicting import predict
from spark_jobs.forecasting.sources import STORE_TABLE, source_or_only
from warehouse.client import connect
from warehouse.create_tables import create_tables


def main() -> int:
    """Exit code 0, 1 after a sentence on stderr, 3 if it is too early, 130 after Ctrl-C."""
    options = _options()
    try:
        return _predict(load_settings(), options)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Nothing was published; the same command begins anew.\n")
        return 130


def _predict(settings: Settings, options: argparse.Namespace) -> int:
    client = connect(settings)
    create_tables(client)
    table = settings.retail_schema_prefix + STORE_TABLE
    source = source_or_only(client, table, options.source)
    store = ModelStore(settings.model_store, settings.home / "ml" / "fetched")
    as_of = np.datetime64(options.as_of) if options.as_of else None
    read, written = tables(settings, table, RELEASES), tables(settings, PREDICTIONS)
    with told(settings, "predict", read, written), learning_session(settings) as spark:
        line = predict(spark, client, source, table, store, settings.home / "ml" / "predicting", as_of, _say)
    sys.stdout.write(line + "\n")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {text}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="predict", description="Publish the released models' forecasts of the next 28 days."
    )
    parser.add_argument("--source", default="", help="of the warehouse (default: its only one, or demo)")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, help="as if this were the last day known: models are learnt anew for it"
    )
    return parser.parse_args()


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
