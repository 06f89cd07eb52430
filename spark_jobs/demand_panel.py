"""Demand of many series by day, read from a file that anybody can write."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from contracts.problems import Problem

LAYOUTS = ("long", "m5")
_M5_FIRST_DAY = "2011-01-29"  # its column d_1


@dataclass(frozen=True)
class Panel:
    """Units wanted, series by day. Every day from the first to the last of the file is there."""

    ids: tuple[str, ...]
    dates: np.ndarray  # (days,) datetime64[D], without gaps
    units: np.ndarray  # (series, days) float64; NaN before the first day of a series, 0 on a day that says nothing

    def until(self, last: np.datetime64) -> "Panel":
        """The same up to a day, that day included."""
        return Panel(self.ids, self.dates[self.dates <= last], self.units[:, self.dates <= last])


def read_panel(path: Path, layout: str = "long") -> Panel:
    """Read CSV, plain or gzipped. Raises Problem.

    `long` has the columns id, date and units, a row per series and day, days without demand left out or 0; `m5` is the
    file of the M5 competition, a row per series and a column d_1, d_2, … per day.
    """
    try:
        table = pd.read_csv(path, dtype={"id": str})
    except (OSError, ValueError) as problem:
        raise Problem(f"{path} cannot be read: {problem}", "Give a CSV file with a header.") from problem
    return _m5(table) if layout == "m5" else _long(table, path)


def _m5(table: pd.DataFrame) -> Panel:
    days = [column for column in table.columns if column.startswith("d_")]
    dates = np.datetime64(_M5_FIRST_DAY, "D") + np.arange(len(days))
    return Panel(tuple(table["id"]), dates, _since_first_demand(table[days].to_numpy(float)))


def _long(table: pd.DataFrame, path: Path) -> Panel:
    if missing := {"id", "date", "units"} - set(table.columns):
        raise Problem(f"{path} has no column {', '.join(sorted(missing))}.", "It needs id, date and units.")
    day = pd.to_datetime(table["date"]).to_numpy("datetime64[D]")
    dates = np.arange(day.min(), day.max() + 1)
    ids, of_series = np.unique(table["id"].to_numpy(str), return_inverse=True)
    units = np.zeros((len(ids), len(dates)))
    np.add.at(units, (of_series, (day - dates[0]).astype(int)), table["units"].to_numpy(float))
    first = np.full(len(ids), len(dates))
    np.minimum.at(first, of_series, (day - dates[0]).astype(int))
    units[np.arange(len(dates)) < first[:, None]] = np.nan
    return Panel(tuple(ids.tolist()), dates, units)


def _since_first_demand(units: np.ndarray) -> np.ndarray:
    """NaN before the first day with demand: until then the item was not on the shelf."""
    return np.where((units > 0).cumsum(axis=1) > 0, units, np.nan)
