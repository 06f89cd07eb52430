"""Estimates what each known customer will bring in the next twelve months.

python -m spark_jobs.value_customers [--source NAME] [--discount-rate 0.1]

Two models of purchases are fitted, BG/NBD and exponential/NBD; the likelier one serves, with Gamma-Gamma for the spend.
The margin expected, discounted, is written to `ml.customer_values`; of a day estimated again the last counts.
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import load_settings
from contracts.tables import CUSTOMER_VALUES, ML_MODEL_RESULTS
from spark_jobs import customer_values
from spark_jobs.customer_values.estimates import (
    TABLE,
    Run,
    estimate,
    read_purchases,
    require_customers,
    result_rows,
)
from spark_jobs.forecasting.sources import source_or_only
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.written_rows import write_rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 after a sentence on stderr, 3 if it is too early, 130 after Ctrl-C."""
    options = _options(arguments)
    try:
        settings = load_settings()
        client = connect(settings)
        create_tables(client)
        table = settings.retail_schema_prefix + TABLE
        for line in value_customers(client, table, options.source, options.discount_rate, datetime.now(UTC)):
            sys.stdout.write(line + "\n")
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the same command begins anew.\n")
        return 130
    return 0


def value_customers(client: Client, table: str, named: str, discount_rate: float, now: datetime) -> list[str]:
    """Estimate and write; gives a sentence per currency. Raises Problem."""
    require_customers(client, table)
    source = source_or_only(client, table, named)
    run = Run(f"customers-{source}-{now:%Y%m%dT%H%M%S}", source, discount_rate, now)
    said = []
    for found in estimate(run, read_purchases(client, table, source)):
        write_rows(client, ML_MODEL_RESULTS, result_rows(run, found, code_version()))
        write_rows(client, CUSTOMER_VALUES, found.rows)
        total = sum(row["estimated_value"] for row in found.rows)
        currency, model = found.rows[0]["currency"], found.model.purchases.name
        said.append(f"{len(found.rows):,} customers of {source}: {currency} {total:,.2f} in twelve months, by {model}.")
    return said


def code_version() -> str:
    """A hash of the code that estimates."""
    files = sorted(Path(customer_values.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 <= rate < 1:
        raise argparse.ArgumentTypeError("a rate per year is a share, such as 0.1")
    return rate


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="value-customers", description="Estimate what each known customer will bring in the next twelve months."
    )
    parser.add_argument("--source", default="", help="of the warehouse (default: its only one, or demo)")
    parser.add_argument("--discount-rate", type=_rate, default=0.1, help="per year (default: 0.1)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
