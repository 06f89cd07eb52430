"""Demand and terms of a warehouse's series, as the features tell them; the one place that knows their tables.

A depot of ours serves shelves: what is wanted of it is what its shelves want, and its own shop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from spark_jobs.forecasting.snapshot import read_demand
from spark_jobs.stock_policies.contest import Demand
from spark_jobs.stock_policies.history import Past
from spark_jobs.stock_policies.replay import Terms

DEMAND, TERMS = "features.feat_product_store_daily", "features.feat_supply_terms"
_BUILD = "Build it: ./retail dbt build --selector before_ml."
_FAST = 1.0  # units a day
_RECENT_DAYS = 56
_LONG_LIFE_DAYS = 60  # what keeps longer is sold before it expires


@dataclass(frozen=True)
class Supply:
    """Series that can be ordered, in the order of `table`: a row each, with its terms as the features have them."""

    table: pd.DataFrame
    demand: Demand
    terms: Terms

    @property
    def made_date(self) -> date:
        """The last day known."""
        return self.demand.dates[-1].astype("datetime64[D]").astype(object)


def the_source(client: Client, named: str) -> str:
    """The source that is named, or the only one there is. Raises Problem."""
    found = [row[0] for row in client.query(f"SELECT DISTINCT source FROM {TERMS} ORDER BY source").result_rows]  # noqa: S608 - a name of ours
    if named and named not in found:
        raise Problem(f"The features know no source {named!r}.", f"There is {', '.join(found)}." if found else _BUILD)
    if not found:
        raise Problem(f"{TERMS} has no rows.", _BUILD)
    if not named and len(found) > 1:
        raise Problem(f"There are several sources: {', '.join(found)}.", "Name one with --source.")
    return named or found[0]


def read_supply(client: Client, source: str) -> Supply:
    """Series with demand, terms and costs. Raises Problem where there are none."""
    panel = read_demand(client, DEMAND, source)
    query = f"SELECT * FROM {TERMS} WHERE source = {{source:String}} ORDER BY store_id, product_id"  # noqa: S608 - a name of ours
    rows = client.query_df(query, {"source": source})
    own = zip((tuple(each.split(" ", 1)) for each in panel.ids), panel.units, strict=True)
    units = with_depots(rows, dict(own))
    chosen = np.isfinite(units).any(axis=1) & rows["is_orderable"].to_numpy(bool)
    chosen &= rows[["lost_unit_cost", "holding_cost_per_day"]].notna().all(axis=1).to_numpy()
    if not chosen.any():
        raise Problem(f"No product of {source!r} has demand, a price, a cost and a source of supply.", _BUILD)
    rows, units = rows[chosen].reset_index(drop=True), units[chosen]
    terms = terms_of(rows, units)
    return Supply(rows, Demand(units, panel.dates, segments_of(rows, terms)), terms)


def with_depots(rows: pd.DataFrame, own: dict[tuple[str, str], np.ndarray]) -> np.ndarray:
    """Units by row and day, NaN where nothing was offered: the location's own demand and that of whom it supplies."""
    days = len(next(iter(own.values()), np.empty(0)))
    number = {pair: place for place, pair in enumerate(zip(rows["store_id"], rows["product_id"], strict=True))}
    units = np.stack([own.get(pair, np.full(days, np.nan)) for pair in number])
    alone = units.copy()
    for place, (depot, product) in enumerate(zip(rows["supply_source_id"], rows["product_id"], strict=True)):
        if (at := number.get((depot, product))) is not None and at != place:
            both = np.stack([units[at], alone[place]])
            units[at] = np.where(np.isnan(both).all(axis=0), np.nan, np.nansum(both, axis=0))
    return units


def terms_of(rows: pd.DataFrame, units: np.ndarray) -> Terms:
    """The terms as a replay takes them; a row per series (of `units`: series × days known)."""
    weekdays = order_weekdays(rows, units)
    life = rows["shelf_life_days"].astype(float).where(lambda days: days <= _LONG_LIFE_DAYS)
    return Terms(
        lead_days=np.maximum(rows["lead_time_days"].to_numpy(float), 1),
        lead_deviation=rows["lead_time_deviation_days"].to_numpy(float),
        holding=rows["holding_cost_per_day"].to_numpy(float),
        lost=rows["lost_unit_cost"].to_numpy(float),
        order_weekdays=weekdays,
        pack=rows["pack_units"].to_numpy(float),
        minimum=rows["minimum_order_units"].to_numpy(float),
        # What stays in a depot of ours for most of its life is nothing for a shelf any more.
        life_days=np.nan_to_num(np.where(is_depot(rows), np.ceil(life / 2), life), nan=np.inf),
        waste=np.where(life.notna(), rows["unit_cost"].fillna(0), 0).astype(float),
        presentation=rows["minimum_presentation_units"].to_numpy(float),
        capacity=rows["shelf_capacity_units"].astype(float).fillna(np.inf).to_numpy(float),
    )


def order_weekdays(rows: pd.DataFrame, units: np.ndarray) -> np.ndarray:
    """Series × 7, Monday first: on which evenings an order goes out.

    Where a location does not want the supplier's minimum value every day, its orders wait until they are worth it: of
    the supplier's order days those remain that are so far apart.
    """
    usual = Past(units, np.array([units.shape[1]])).mean(_RECENT_DAYS)[:, 0]
    spent = pd.Series(usual * rows["unit_cost"].fillna(0).to_numpy(float))
    with_supplier = spent.groupby([rows["store_id"], rows["supply_source_id"]]).transform("sum").to_numpy()
    apart = np.rint(rows["minimum_order_value"].to_numpy(float) / np.maximum(with_supplier, 1e-9))
    return np.array([_so_far_apart(days, gap) for days, gap in zip(rows["order_weekdays"], apart, strict=True)])


def _so_far_apart(days: Sequence[int], gap: float) -> list[bool]:
    """By weekday, Monday first; the first order day of the week always."""
    kept: list[int] = []
    for day in sorted(days):
        if not kept or day - kept[-1] >= gap:
            kept.append(int(day))
    return [day + 1 in kept for day in range(7)]


def segments_of(rows: pd.DataFrame, terms: Terms):
    """A word per series whose parameters may differ: a depot, what perishes, and what sells slowly or fast."""
    depots = is_depot(rows)
    perishes = np.isfinite(np.broadcast_to(terms.life_days, len(rows)))

    def segments(units: np.ndarray) -> np.ndarray:
        return kinds(units, depots, perishes)

    return segments


def is_depot(rows: pd.DataFrame) -> np.ndarray:
    """Whether others are supplied from the series' location."""
    return rows["store_id"].isin(set(rows["supply_source_id"])).to_numpy()


def kinds(units: np.ndarray, depots: np.ndarray, perishes: np.ndarray) -> np.ndarray:
    """The words, by series (units: series × days known)."""
    fast = Past(units, np.array([units.shape[1]])).mean(91)[:, 0] >= _FAST
    return np.select([depots, perishes, fast], ["depot", "perishes", "fast"], "slow")


def ids_of(rows: pd.DataFrame) -> Sequence[tuple[str, str]]:
    """Location and product of each row."""
    return list(zip(rows["store_id"], rows["product_id"], strict=True))
