"""Judges every day of the history as the live sales would have, from the marts: what the scorecard grades.

python -m spark_jobs.find_past_anomalies
"""

import sys
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import load_settings
from contracts.tables import REALTIME_SALES_ANOMALIES
from spark_jobs.anomaly_reading import expected_days, out_of_line
from spark_jobs.anomaly_watch import judged
from spark_jobs.anomaly_writing import HISTORY, write_anomalies
from warehouse.client import connect
from warehouse.create_tables import create_tables

_FIRST, _LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def find_past_anomalies(client: Client, prefix: str, now: datetime) -> int:
    """Replaces what was found in the history before; how many anomalies there are."""
    days = expected_days(client, prefix, _FIRST, _LAST)
    over = {}
    for day in days:
        if any(day.part.lines):
            over[day.part.source] = max(day.ends_at, over.get(day.part.source, day.ends_at))
    past = [day.part for day in days if day.part.source in over and day.ends_at <= over[day.part.source]]
    found = judged(past, over) + out_of_line(client, prefix, _FIRST)
    client.command(
        f"ALTER TABLE {REALTIME_SALES_ANOMALIES} DELETE WHERE found_in = '{HISTORY}'", settings={"mutations_sync": 1}
    )
    write_anomalies(client, found, HISTORY, now)
    return len(found)


def main() -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    settings = load_settings()
    try:
        client = connect(settings)
        create_tables(client)
        count = find_past_anomalies(client, settings.retail_schema_prefix, datetime.now(UTC))
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stderr.write(f"{count} anomalies in the history.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
