"""A panel of demand, from a file into the warehouse, where its features are made."""

from datetime import datetime

import numpy as np
import pyarrow as pa
from clickhouse_connect.driver.client import Client

from contracts.tables import PANELS
from spark_jobs.demand_panel import Panel

_SERIES_AT_ONCE = 200


def ordered(panel: Panel, top: int | None = None) -> Panel:
    """Series that have any day, by id as the warehouse orders them; with `top` only those sold on most days."""
    days_sold = (panel.units > 0).sum(axis=1)
    chosen = np.flatnonzero(np.isfinite(panel.units).any(axis=1))
    if top:
        chosen = chosen[np.argsort(-days_sold[chosen], kind="stable")[:top]]
    chosen = sorted(chosen, key=lambda one: panel.ids[one].encode())
    return Panel(tuple(panel.ids[one] for one in chosen), panel.dates, panel.units[chosen])


def load_panel(client: Client, name: str, panel: Panel, now: datetime) -> None:
    """Put a panel in the place of what was loaded under its name before."""
    client.command(f"ALTER TABLE {PANELS} DROP PARTITION {{name:String}}", {"name": name})
    loaded_at = pa.array([now], pa.timestamp("us", "UTC")).cast(pa.timestamp("ms", "UTC"), safe=False)
    for first in range(0, len(panel.ids), _SERIES_AT_ONCE):
        units = panel.units[first : first + _SERIES_AT_ONCE]
        series, day = np.nonzero(np.isfinite(units))
        alike = pa.array(np.zeros(len(series), np.int64))
        rows = {
            "source": pa.array([name]).take(alike),
            "series_id": pa.array(panel.ids[first : first + _SERIES_AT_ONCE]).take(pa.array(series)),
            "date_key": pa.array(panel.dates[day].astype("datetime64[D]"), pa.date32()),
            "units": pa.array(units[series, day]),
            "loaded_at": loaded_at.take(alike),
        }
        client.insert_arrow(PANELS, pa.table(rows))
