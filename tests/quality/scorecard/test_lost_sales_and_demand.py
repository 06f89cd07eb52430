"""Lost sales and demand, on rows whose grades are worked out by hand."""

from datetime import date, timedelta

import pytest

from tests.quality.scorecard.lab import Lab

PAIR = {"store_id": "S1", "product_id": "P1"}
FIRST, LAST = "2026-01-01", "2026-09-27"  # graded from 12 March


def _loss(lab: Lab, day: str, units: float, cause: str = "no_stock", margin: float = 0) -> None:
    row = PAIR | {"business_date": day, "cause": cause}
    lab.given("truth.lost_sales", [row | {"lost_units": units, "lost_margin": margin}])


def _estimate(lab: Lab, day: str, units: float, cause: str = "no_stock", margin: float = 0) -> None:
    row = PAIR | {"date_key": day, "cause": cause}
    lab.given("kpi.mart_lost_sales_daily", [row | {"estimated_lost_units": units, "estimated_lost_margin": margin}])


def _weeks(lab: Lab, units: list[int], promoted_from: int = 1000) -> None:
    days = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(len(units))]
    rows = [
        PAIR | {"business_date": day, "demand_units": wanted, "is_promoted": int(wanted >= promoted_from)}
        for day, wanted in zip(days, units, strict=True)
    ]
    lab.given("truth.demand", rows)


def test_lost_units_and_money_are_compared_in_total_and_by_cause(lab: Lab) -> None:
    """8 + 3 estimated of 10 lost is +10 %, by cause −20 % and nothing to compare with."""
    lab.history(FIRST, LAST)
    _loss(lab, "2026-03-12", 10, margin=20)
    _estimate(lab, "2026-03-12", 8, margin=12)
    _estimate(lab, "2026-09-27", 3, "phantom", margin=5)
    rows = lab.rows("lost_sales")
    assert rows["all", "units lost"] == {"inferred": 11, "truth": 10, "relative_error": 0.1, "aim": 0.1}
    assert rows["all", "margin lost"] == {"inferred": 17, "truth": 20, "relative_error": -0.15}
    assert rows["cause: no_stock", "units lost"] == {"inferred": 8, "truth": 10, "relative_error": -0.2}
    assert rows["cause: phantom", "units lost"] == {"inferred": 3, "truth": 0}


def test_the_first_seventy_days_are_not_graded(lab: Lab) -> None:
    """11 March is the 70th day of a history that begins on 1 January."""
    lab.history(FIRST, LAST)
    _loss(lab, "2026-03-11", 10)
    _estimate(lab, "2026-03-11", 8)
    _loss(lab, "2026-03-12", 1)
    assert lab.rows("lost_sales")["all", "units lost"]["truth"] == 1
    assert lab.rows("lost_sales")["all", "units lost"]["inferred"] == 0


@pytest.mark.parametrize(
    ("weekly_units", "weeks", "demand_class"),
    [
        ((5, 5), 30, "smooth"),  # each week, always 5
        ((1, 9), 30, "erratic"),  # each week; mean 5, variance 16: 0.64
        ((0, 3), 30, "intermittent"),  # every other week, always 3
        ((0, 1, 0, 9), 32, "lumpy"),
        ((5, 5), 25, "short life"),
    ],
)
def test_the_demand_class_is_that_of_the_true_weeks(
    lab: Lab, weekly_units: tuple[int, ...], weeks: int, demand_class: str
) -> None:
    """Syntetos-Boylan-Croston over weeks of true demand."""
    _weeks(lab, [weekly_units[week % len(weekly_units)] for week in range(weeks)])
    _loss(lab, "2026-05-01", 2)
    assert f"class: {demand_class}" in {part for part, _ in lab.rows("lost_sales")}


def test_weeks_with_a_promotion_do_not_make_the_class(lab: Lab) -> None:
    """A burst of 50 in a promoted week leaves a smooth product smooth."""
    _weeks(lab, [50 if week % 10 == 9 else 5 for week in range(30)], promoted_from=50)
    _loss(lab, "2026-05-01", 2)
    assert ("class: smooth", "units lost") in lab.rows("lost_sales")


def test_what_was_lost_does_not_make_the_class(lab: Lab) -> None:
    """Five weeks of 50 in which 1 each was lost leave a smooth product smooth; erratic, were they counted."""
    _weeks(lab, [5] * 30)
    days = [date(2026, 1, 6) + timedelta(weeks=week) for week in range(0, 30, 6)]
    lab.given("truth.demand", [PAIR | {"business_date": day, "demand_units": 45, "lost_units": 1} for day in days])
    _loss(lab, "2026-05-01", 2)
    assert ("class: smooth", "units lost") in lab.rows("lost_sales")


@pytest.mark.parametrize(("whole_weeks", "demand_class"), [(13, "smooth"), (12, "short life")])
def test_without_weeks_that_lost_nothing_no_class_is_told(lab: Lab, whole_weeks: int, demand_class: str) -> None:
    """Of 30 weeks all but 13 or 12 lost something."""
    _weeks(lab, [5] * 30)
    days = [date(2026, 1, 6) + timedelta(weeks=week) for week in range(30 - whole_weeks)]
    lab.given("truth.demand", [PAIR | {"business_date": day, "lost_units": 1} for day in days])
    _loss(lab, "2026-05-01", 2)
    assert (f"class: {demand_class}", "units lost") in lab.rows("lost_sales")


def test_episodes_are_days_on_end(lab: Lab) -> None:
    """Two days on end that lost 4 and 2 are one episode of 6; 5 estimated is an error of 1, naive 0.5 one of 5.5.

    Naive: 2, 4, 6 and 8 sold on the last four Fridays, a tenth of the day without stock. Another episode, five days
    later, lost 2 and was not seen by either: mean errors (1 + 2) / 2 and (5.5 + 2) / 2 on mean losses of 4.
    """
    lab.history(FIRST, LAST)
    _loss(lab, "2026-05-01", 4)
    _loss(lab, "2026-05-02", 2)
    _loss(lab, "2026-05-07", 2)
    _estimate(lab, "2026-05-01", 5)
    lab.given("intermediate.int_selling_pairs_stocked", [PAIR | {"stock_store_id": "S1"}])
    stock = PAIR | {"date_key": "2026-05-01", "open_minutes": 600, "out_of_stock_minutes": 60}
    lab.given("core.fact_inventory", [stock])
    sold = {"2026-03-27": 100, "2026-04-03": 2, "2026-04-10": 4, "2026-04-17": 6, "2026-04-24": 8, "2026-05-01": 0}
    lab.given(
        "intermediate.int_demand_days_measured",
        [PAIR | {"date_key": day, "units_sold": units} for day, units in sold.items()],
    )
    row = lab.rows("lost_sales_episodes")["all", "mean absolute error per episode"]
    assert row == {"inferred": 1.5, "truth": 4, "relative_error": 0.375, "naive": 0.9375}


def test_a_false_alarm_counts_from_half_a_unit(lab: Lab) -> None:
    """Of two episodes without a true loss the one of 0.4 units is left out, and said so; that of 0.5 is an error."""
    lab.history(FIRST, LAST)
    _loss(lab, "2026-05-01", 1)
    _estimate(lab, "2026-05-01", 1)
    _estimate(lab, "2026-06-01", 0.4)
    _estimate(lab, "2026-07-01", 0.5)
    rows = lab.rows("lost_sales_episodes")
    assert rows["all", "mean absolute error per episode"]["inferred"] == 0.25
    assert rows["left out: under half a unit, none in truth", "units lost"] == {"inferred": 0.4, "truth": 0}


def test_demand_is_level_times_index_times_uplift(lab: Lab) -> None:
    """Six days of 2 × 1.5 and one of 2 × 1.5 × 2 are 24, 20 % over the truth of 20; sales of 14 are 30 % under."""
    lab.history(FIRST, LAST)
    days = [date(2026, 5, 4) + timedelta(days=day) for day in range(7)]
    lab.given("intermediate.int_demand_weeks_settled", [PAIR | {"week_start_date": days[0], "units_per_day": 2}])
    lab.given("intermediate.int_promotions_uplifted", [{"promotion_id": "PR", "product_id": "P1", "uplift": 2}])
    for day in days:
        promotion = "PR" if day == days[6] else ""
        measured = PAIR | {"category": "Tea", "date_key": day, "units_sold": 2, "promotion_id": promotion}
        lab.given("intermediate.int_demand_days_measured", [measured])
        index = {"store_id": "S1", "category": "Tea", "date_key": day, "demand_index": 1.5}
        lab.given("intermediate.int_demand_days_indexed", [index])
        lab.given("truth.demand", [PAIR | {"business_date": day, "expected_units": 20 if day == days[0] else 0}])
    rows = lab.rows("demand")
    assert rows["all", "bias of demand"] == {"inferred": 24, "truth": 20, "relative_error": 0.2, "naive": -0.3}
    assert rows["weeks with a promotion", "WAPE per pair and week"]["relative_error"] == 0.2
