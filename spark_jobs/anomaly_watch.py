"""Looks for anomalies while the live sales flow: each look judges the current days anew and writes what is new."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from clickhouse_connect.driver.client import Client

from contracts.tables import REALTIME_SALES_METRICS
from spark_jobs.anomaly_reading import live_days, out_of_line
from spark_jobs.anomaly_writing import LIVE, read_anomalies, write_anomalies
from spark_jobs.sales_anomalies import ALL, HOURS, Anomaly, PartDay, day_anomalies

EVERY = timedelta(seconds=30)
_BACK = timedelta(hours=47)  # the stream begins 48 hours back; a day is judged only if it is seen whole
_DAY = timedelta(days=1)
_REACHED = f"SELECT source, max(window_start) FROM {REALTIME_SALES_METRICS} GROUP BY source"  # noqa: S608
NEEDS = ("kpi.mart_sales_expected_hourly", "kpi.mart_purchase_sizes", "staging.stg_realtime__sales_metrics")


class AnomalyWatch:
    """What was told already, so that only news is written."""

    def __init__(self, client: Client, prefix: str) -> None:
        self._client, self._prefix = client, prefix
        self._told: dict[str, Anomaly] | None = None
        self._looked = datetime.min.replace(tzinfo=UTC)

    def look(self, now: datetime) -> None:
        """Judge, unless the last look was just now or dbt has built nothing yet. Raises ClickHouseError."""
        if now - self._looked < EVERY or not self._is_built():
            return
        self._looked = now
        told = read_anomalies(self._client, LIVE) if self._told is None else self._told
        found: dict[str, Anomaly] = {}
        gone: list[Anomaly] = []
        for source, latest in self._client.query(_REACHED).result_rows:
            until = latest.replace(tzinfo=UTC)
            found |= {anomaly.anomaly_id: anomaly for anomaly in self._found(source, until)}
            # What is older is not judged any more, and stands.
            gone += [a for a in told.values() if a.source == source and a.opened_at >= until - _BACK + _DAY]
        news = [anomaly for key, anomaly in found.items() if told.get(key) != anomaly]
        write_anomalies(self._client, news, LIVE, now)
        gone = [anomaly for anomaly in gone if anomaly.anomaly_id not in found]
        write_anomalies(self._client, gone, LIVE, now, is_withdrawn=True)
        self._told = found

    def _is_built(self) -> bool:
        return all(int(self._client.command(f"EXISTS TABLE {self._prefix}{table}")) for table in NEEDS)

    def _found(self, source: str, until: datetime) -> list[Anomaly]:
        since = until - _BACK
        days, reached = live_days(self._client, self._prefix, source, since, until)
        # A day whose beginning lies before what was read would look silent.
        whole = [day for day in days if day.starts_at >= since]
        found = judged(whole, {source: reached} if reached else {})
        return found + out_of_line(self._client, self._prefix, since, source)


def judged(days: list[PartDay], reached: dict[str, datetime]) -> list[Anomaly]:
    """Anomalies of all stores' days, each as far as its source has come."""
    by_store: dict[tuple[str, str, datetime], list[PartDay]] = defaultdict(list)
    for day in days:
        by_store[day.source, day.store_id, day.starts_at].append(day)
    return [
        anomaly
        for (source, _, starts_at), parts in by_store.items()
        if source in reached
        for anomaly in _of_day(parts, int((reached[source] - starts_at) // timedelta(hours=1)))
    ]


def _of_day(parts: list[PartDay], hours_over: int) -> list[Anomaly]:
    whole = next((part for part in parts if part.category == ALL), None)
    if whole is None or hours_over < 0:
        return []
    return day_anomalies(whole, (part for part in parts if part.category != ALL), min(hours_over, HOURS))
