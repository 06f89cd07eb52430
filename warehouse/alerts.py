"""Stock alerts as people handle them: which are open, and who took note."""

from datetime import UTC, datetime
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.tables import ALERT_ACKNOWLEDGEMENTS, REALTIME_INVENTORY_ALERTS

# What staging does too; a command must work where dbt has not been run yet.
_OPEN = f"""
SELECT
    alerts.alert_id AS alert_id, toString(alerts.source) AS source, toString(severity) AS severity,
    toString(cause) AS cause, toString(store_id) AS store_id, toString(product_id) AS product_id, opened_at, message,
    acknowledged_by
FROM (
    SELECT * FROM {REALTIME_INVENTORY_ALERTS}
    ORDER BY written_at DESC, isNotNull(resolved_at) DESC, message
    LIMIT 1 BY source, alert_id
) AS alerts
LEFT JOIN (
    SELECT source, alert_id, argMax(acknowledged_by, written_at) AS acknowledged_by
    FROM {ALERT_ACKNOWLEDGEMENTS}
    GROUP BY source, alert_id
) AS notes ON alerts.source = notes.source AND alerts.alert_id = notes.alert_id
WHERE isNull(resolved_at)
ORDER BY indexOf(['high', 'medium', 'low'], severity), estimated_money_at_risk DESC, opened_at, alert_id"""


class UnknownAlertError(Problem):
    """No such alert is open."""


def open_alerts(client: Client, limit: int = 0) -> list[dict[str, Any]]:
    """Alerts that are open, the worst first; `limit` 0: all."""
    return list(client.query(_OPEN + (f"\nLIMIT {limit}" if limit else "")).named_results())


def acknowledge(client: Client, alert_id: str, by: str, now: datetime | None = None) -> list[dict[str, Any]]:
    """Write down who took note of an open alert; the first letters of its id do. Raises UnknownAlertError."""
    found = [alert for alert in open_alerts(client) if alert_id and alert["alert_id"].startswith(alert_id)]
    if len({alert["alert_id"] for alert in found}) > 1:
        raise UnknownAlertError(f"{len(found)} open alerts begin with {alert_id!r}.", "Give more letters of the id.")
    if not found:
        raise UnknownAlertError(f"No alert {alert_id!r} is open.", "./retail alerts list names those that are.")
    moment = now or datetime.now(UTC)
    rows = [(alert["source"], alert["alert_id"], moment, by, moment) for alert in found]
    columns = ["source", "alert_id", "acknowledged_at", "acknowledged_by", "written_at"]
    client.insert(ALERT_ACKNOWLEDGEMENTS, rows, columns)
    return found
