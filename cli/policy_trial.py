"""Advised levels against the buyers' own rule, in money: two lives of one simulated chain that meet the same customers.

The parameters are chosen on day 0 and frozen; levels are made anew every 28 days of what the shop has seen by then
(units sold, empty shelves, prices, terms, deliveries), never of the simulator's truth, and go through a file as
`./retail simulate --policy FILE` reads it. The warehouse is left out: an estimate of lost sales plainer than its own
stands in for it. The truth counts the money only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from contracts.policy_file import PolicyLevel, write_policy_file
from ingestion.simulation.advice import read_advice
from ingestion.simulation.chain import Chain
from ingestion.simulation.run import Run
from ingestion.simulation.state import DEPOT
from ingestion.simulation.trial import Life, Worth
from spark_jobs.stock_policies.advice import advise, freeze
from spark_jobs.stock_policies.contest import Demand
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.rules import ServiceByMoney
from spark_jobs.stock_policies.supply import segments_of, terms_of, with_depots
from spark_jobs.stock_policies.tuning import REFRESH_DAYS, Choice
from spark_jobs.stock_policies.wanted import unconstrained

HISTORY_DAYS, TRIAL_DAYS, WINDOWS = 425, 90, 4
HOLDING_RATE, DAYS_PER_YEAR = 0.25, 365  # as the project's `holding_rate_per_year`
_LEAST_DAYS, _LEAST_LINES = 56, 5
_SERVED = 0.9  # of the margin that the shop has lost may be lost again: customers are to be served a little better
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Grade:
    """What both lives were worth, and the rule that advised."""

    world: str
    incumbent: Worth
    advised: Worth
    policy: str


def grade(world: str, size: str, seed: int, start: date, file: Path, tell: Tell) -> Grade:
    """Live through a history, then twice through the trial; the levels stay in `file`."""
    life = Life(Run(world, size, seed, world, start).chain())
    tell(f"{world}: {HISTORY_DAYS} days of history")
    life.go_on(HISTORY_DAYS)
    shop = look(life)
    tell(f"{world}: choosing parameters for {len(shop.rows)} series")
    rule = ServiceByMoney(groups=shop.groups, kinds=shop.groups % 1000, is_held=True)
    choice = freeze([rule], shop.demand, shop.terms, WINDOWS, most_lost=shop.lost)
    incumbent, advised = life.twin(), life.twin()
    tell(f"{world}: {TRIAL_DAYS} days by the buyers' own rule")
    incumbent.go_on(TRIAL_DAYS)
    pairs, levels = list(zip(shop.rows["store_id"], shop.rows["product_id"], strict=True)), []
    for lived in range(0, TRIAL_DAYS, REFRESH_DAYS):
        tell(f"{world}: {TRIAL_DAYS} days by advice, day {lived}")
        levels += _levels(advised, pairs, choice)
        write_policy_file(file, levels)
        advised.state.advice = read_advice(file, advised.chain)
        advised.go_on(min(REFRESH_DAYS, TRIAL_DAYS - lived))
    rate = HOLDING_RATE / DAYS_PER_YEAR
    return Grade(world, incumbent.worth(rate), advised.worth(rate), choice.rule.name)


@dataclass(frozen=True)
class Shop:
    """What a retailer's features would say of a life: terms by series, and demand."""

    rows: pd.DataFrame
    demand: Demand
    terms: Terms
    groups: np.ndarray  # series that have their week in common: of one place and category
    lost: np.ndarray  # by series: margin that may be lost over the windows, by what empty shelves have missed


def look(life: Life, pairs: list[tuple[str, str]] | None = None) -> Shop:
    """Of all series that are carried and known long enough, or of these."""
    chain, day = life.chain, life.day - 1
    offered = np.array(life.seen.offered)
    known = offered.sum(axis=0) >= _LEAST_DAYS
    own = _wanted(life, offered)
    found = [(int(row), int(product)) for row, product in np.argwhere(known & chain.is_ranged(day))]
    named = [(chain.places.stock_ids[row], chain.goods.ids[product]) for row, product in found]
    if pairs is not None:
        number = {pair: place for place, pair in enumerate(_all_pairs(chain))}
        named, found = pairs, [divmod(number[pair], chain.goods.count) for pair in pairs]
    rows = pd.DataFrame([_terms(life, row, product) for row, product in found])
    everyone = dict(zip(_all_pairs(chain), own.reshape(len(own), -1).T, strict=True))
    units = with_depots(rows, {pair: everyone[pair] for pair in named})
    dates = np.datetime64(date.fromordinal(chain.start)) + np.arange(len(own))
    groups = np.array([row * 1000 + int(chain.goods.category[product]) for row, product in found])
    terms = terms_of(rows, units)
    demand = Demand(units, dates, segments_of(rows, terms))
    return Shop(rows, demand, terms, groups, _lost(life, own, rows, found))


def _lost(life: Life, own: np.ndarray, rows: pd.DataFrame, found: list[tuple[int, int]]) -> np.ndarray:
    """What may be lost again. What a depot lacks its stores lose: it does not count twice."""
    days = WINDOWS * REFRESH_DAYS
    missed = np.nansum(own[-days:] - np.array(life.seen.sold, dtype=float)[-days:], axis=0)
    missed[life.chain.places.depot] = np.nan
    return _SERVED * np.array([missed[pair] for pair in found]) * rows["lost_unit_cost"].to_numpy(float)


def _wanted(life: Life, offered: np.ndarray) -> np.ndarray:
    """Days × rows × products: sold, and what an empty shelf may have missed; NaN where nothing was offered."""
    sold = np.where(offered, np.array(life.seen.sold, dtype=float), np.nan)
    empty = np.where(offered, np.array(life.seen.empty), 0)
    flat = sold.reshape(len(sold), -1).T
    return unconstrained(flat, empty.reshape(len(sold), -1).T).T.reshape(sold.shape)


def _levels(life: Life, pairs: list[tuple[str, str]], choice: Choice) -> list[PolicyLevel]:
    shop, made = look(life, pairs), date.fromordinal(life.day - 1)
    up_to = advise(choice, shop.demand.units, shop.terms, REFRESH_DAYS + 1).order_up_to[:, 1:]
    changes = np.diff(up_to, axis=1, prepend=-1) != 0
    return [
        PolicyLevel(made, made + timedelta(days=int(day) + 1), *pairs[row], up_to[row, day], up_to[row, day])
        for row, day in np.argwhere(changes)
    ]


def _terms(life: Life, row: int, product: int) -> dict[str, object]:
    """As `features.feat_supply_terms` has them, of what is published and what was seen of deliveries."""
    chain, goods = life.chain, life.chain.goods
    depot = chain.places.depot
    supplier = int(chain.supplier[product])
    source = supplier if row == depot or chain.direct[product] else DEPOT
    place = chain.places.stock_ids[row]
    name = chain.places.stock_ids[depot] if source == DEPOT else chain.supplier_ids[source]
    days = _own_order_days(chain) if source == DEPOT else chain.order_days[source]
    lines = life.seen.leads.get((place, name), [])
    quoted = 2 if source == DEPOT else int(chain.lead[source])
    price, cost = float(life.state.price[product]) / 10_000, float(life.state.cost[product]) / 10_000
    return {
        "store_id": place,
        "product_id": goods.ids[product],
        "supply_source_id": name,
        "lead_time_days": float(np.mean(lines)) if len(lines) >= _LEAST_LINES else quoted,
        "lead_time_deviation_days": float(np.std(lines)) if len(lines) >= _LEAST_LINES else 0.0,
        "order_weekdays": sorted(each or 7 for each in days),
        "pack_units": float((goods.pack if row == depot else goods.inner)[product]),
        "minimum_order_units": 0.0,
        "minimum_order_value": 0.0 if source == DEPOT else float(list(chain.world.suppliers.values())[source].minimum),
        "minimum_presentation_units": 0.0 if row == depot else float(max(1, goods.pack[product] // 3)),
        "shelf_capacity_units": None if row == depot else _capacity(chain, row, product),
        "shelf_life_days": int(goods.shelf_life[product]) or None,
        "unit_cost": cost,
        "lost_unit_cost": max(price - cost, 0),
        "holding_cost_per_day": cost * HOLDING_RATE / DAYS_PER_YEAR,
    }


def _own_order_days(chain: Chain) -> frozenset[int]:
    return frozenset(int(day) % 7 for day in chain.world.buying.store_orders.split(","))


def _capacity(chain: Chain, row: int, product: int) -> float:
    """As the catalogue says it."""
    return float(3 * int(chain.goods.pack[product]) + int(20 * chain.places.sizes[row]))


def _all_pairs(chain: Chain) -> list[tuple[str, str]]:
    return [(place, product) for place in chain.places.stock_ids for product in chain.goods.ids]
