"""The trial of advice: what the shop sees is not the truth, and both lives are printed in money."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cli import policy_trial
from cli.policy_grades import as_table
from cli.policy_trial import Grade, grade, look
from contracts.policy_file import read_policy_file
from ingestion.simulation.run import Run
from ingestion.simulation.trial import Life, Worth

START = date(2025, 3, 1)


@pytest.fixture(scope="module")
def life() -> Life:
    """A tiny chain's first hundred days."""
    life = Life(Run("grocer", "tiny", 7, "trial", START).chain())
    life.go_on(100)
    return life


def test_a_depots_demand_is_that_of_its_stores(life: Life) -> None:
    """Where a product goes through the depot, the depot wants its own shop's units and both stores'."""
    shop = look(life)
    series = dict(zip(zip(shop.rows["store_id"], shop.rows["product_id"], strict=True), shop.demand.units, strict=True))
    sources = dict(
        zip(
            zip(shop.rows["store_id"], shop.rows["product_id"], strict=True), shop.rows["supply_source_id"], strict=True
        )
    )
    product = next(product for (place, product), source in sources.items() if source == "DC01" and place == "S01")
    stores = [units for (place, of), units in series.items() if of == product and sources[place, of] == "DC01"]
    assert np.nansum(series["DC01", product]) > sum(np.nansum(units) for units in stores) > 0


def test_what_was_sold_is_wanted_at_least(life: Life) -> None:
    """A store's series is the units its tills booked, and more only on days that ended with an empty book."""
    shop = look(life)
    sold, book = np.array(life.seen.sold), np.array(life.seen.book)
    numbers = {name: number for number, name in enumerate(life.chain.goods.ids)}
    for row, units in zip(shop.rows.to_dict("records"), shop.demand.units, strict=True):
        if row["store_id"] != "S01":
            continue
        booked, empty = sold[:, 0, numbers[row["product_id"]]], book[:, 0, numbers[row["product_id"]]] <= 0
        known = np.isfinite(units)
        assert (units[known] >= booked[known]).all()
        assert (units[known & ~empty] == booked[known & ~empty]).all()


def test_observed_lead_times_count_from_five_lines(life: Life) -> None:
    """The depot brings what was ordered the evening before last: two days, with the odd closed day."""
    shop = look(life)
    own = shop.rows[(shop.rows["supply_source_id"] == "DC01") & (shop.rows["store_id"] == "S01")]
    assert own["lead_time_days"].between(2, 3).all()


def test_a_trial_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Advice of days 0, 28 and 56 of a tiny chain lies in the file; both lives met the same customers."""
    monkeypatch.setattr(policy_trial, "HISTORY_DAYS", 150)
    monkeypatch.setattr(policy_trial, "TRIAL_DAYS", 60)
    monkeypatch.setattr(policy_trial, "WINDOWS", 1)
    found = grade("grocer", "tiny", 7, START, tmp_path / "levels.csv", lambda _text: None)
    levels = read_policy_file(tmp_path / "levels.csv")
    days = sorted({level.made_date for level in levels})
    assert [(after - before).days for before, after in pairwise(days)] == [28, 28]
    assert (days[0] - START).days == 149
    assert found.incumbent.wanted_units == found.advised.wanted_units > 0
    assert found.incumbent.cost != found.advised.cost


def test_the_table_says_what_is_saved(capsys: pytest.CaptureFixture[str]) -> None:
    """200 and 100 of cost are 100 and 50: saved 50 %; with 50 expired on both sides 40 %."""
    from rich.console import Console

    incumbent = Worth(100, 4, 150, 1000, 50, 50)
    advised = Worth(100, 2, 75, 500, 25, 50)
    Console(width=150).print(as_table([Grade("grocer", incumbent, advised, "by money")]))
    printed = capsys.readouterr().out
    assert "50.0%" in printed and "40.0%" in printed and "0.9800" in printed and "by money" in printed
