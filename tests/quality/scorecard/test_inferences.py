"""Losses, phantoms, causes, lead times, duplicates, completeness and promotions, graded on rows worked out by hand."""

from tests.quality.scorecard.lab import Lab

PAIR = {"store_id": "S1", "product_id": "P1"}
PLACE = {"location_id": "S1", "product_id": "P1"}
FIRST, LAST = "2026-01-01", "2026-09-30"


def test_unknown_loss_is_graded_where_nothing_was_counted(lab: Lab) -> None:
    """Of May, not counted, 12.00 were expected and 10.00 lost; June was counted, March is too early."""
    lab.history(FIRST, LAST)
    months = {"2026-03-01": (0, 50), "2026-05-01": (0, 12), "2026-06-01": (1, 30)}
    for month, (counts, amount) in months.items():
        row = {"month_start_date": month, "counts": counts, "estimated_loss_units": amount / 2}
        lab.given("kpi.mart_unknown_loss_estimated", [PAIR | row | {"estimated_loss_amount": amount}])
    thefts = [("2026-05-31 23:00:00", -4, 2), ("2026-05-02 23:00:00", -1, 2), ("2026-06-01 01:00:00", -9, 2)]
    for moved_at, quantity, cost in thefts:
        row = {"moved_at": moved_at, "quantity": quantity, "unit_cost": cost}
        lab.given("truth.hidden_movements", [PLACE | row])
    rows = lab.rows("unknown_loss")
    assert rows["all", "loss at cost, months not counted"] == {
        "inferred": 12, "truth": 10, "relative_error": 0.2, "aim": 0.15,
    }  # fmt: skip
    assert rows["counted or not", "loss at cost, every month"] == {"inferred": 42, "truth": 28, "relative_error": 0.5}


def test_phantoms_are_looked_for_among_the_fifty_likeliest(lab: Lab) -> None:
    """Of 60 silent shelves the 10 likeliest and the 5 least likely are empty: 10 of 50 are right, 10 of 15 are found.

    What no sale has lasted longest is the least likely here, so that the naive rule finds 5 of 15. Who knew all would
    be right 15 times of 50. S1 sells from the depot's shelves.
    """
    lab.history(FIRST, LAST)
    lab.given(
        "intermediate.int_store_days_opened",
        [{"store_id": "S1", "date_key": LAST, "starts_at": "2026-09-30 00:00:00", "ends_at": "2026-10-01 00:00:00"}],
    )
    silences = [
        {"store_id": "S1", "product_id": f"P{n:02}", "silent_from": f"2026-09-29 {23 - n // 6:02}:{59 - n % 6:02}:00"}
        for n in range(60)
    ]
    judged = {"silent_until": "2026-10-02 00:00:00", "phantom_probability": 0.5, "empty_rate": 0.5}
    judged["stock_store_id"] = "DC1"
    rates = [{"expected_units": 60 - n, "no_sale_probability": 0.9 ** (60 - n)} for n in range(60)]
    lab.given("intermediate.int_shelf_silences_judged", [silences[n] | judged | rates[n] for n in range(60)])
    lab.given(
        "intermediate.int_shelf_silence_days_expected",
        [silences[n] | {"date_key": LAST, "expected_units": 60 - n} for n in range(60)],
    )
    shelf = {"location_id": "DC1", "business_date": LAST, "book_units": 3}
    physical = [0 if n < 10 or n >= 55 else 3 for n in range(60)]
    lab.given("truth.stock", [shelf | {"product_id": f"P{n:02}", "physical_units": physical[n]} for n in range(60)])
    rows = lab.rows("phantom_stock")
    precision = rows["all", "precision of the top 50 a day, as known that day"]
    assert precision == {"inferred": 10, "truth": 15, "share": 0.2, "naive": 0.1}
    found = rows["all", "found by the top 50 a day, of those there, as known that day"]
    assert found["share"] == 0.666666667
    assert rows["all", "precision of the top 50 a day, if all were known"]["share"] == 0.3


def test_only_what_had_been_expected_by_the_day_speaks_on_it(lab: Lab) -> None:
    """A silence that outlasts the day by a week of demand is worth its first day then: 0.5 / (0.5 + 0.5 × 0.5)."""
    lab.history(FIRST, LAST)
    lab.given(
        "intermediate.int_store_days_opened",
        [{"store_id": "S1", "date_key": LAST, "starts_at": "2026-09-30 00:00:00", "ends_at": "2026-10-01 00:00:00"}],
    )
    silence = PAIR | {"silent_from": "2026-09-30 00:00:01"}
    judged = {"silent_until": "2026-10-08 00:00:00", "phantom_probability": 1, "empty_rate": 0.5, "stock_store_id": "S1"}
    lab.given(
        "intermediate.int_shelf_silences_judged",
        [silence | judged | {"expected_units": 8, "no_sale_probability": 0.5**8}],
    )
    for day, units in ((LAST, 1), ("2026-10-01", 7)):
        lab.given(
            "intermediate.int_shelf_silence_days_expected", [silence | {"date_key": day, "expected_units": units}]
        )
    lab.given("truth.stock", [PLACE | {"business_date": LAST, "book_units": 3, "physical_units": 0}])
    row = lab.rows("phantom_stock")["all", "empty shelves promised by the top 50, as known that day"]
    assert row == {"inferred": 0.666666667, "truth": 1, "share": 1.5}


def _stock_out(lab: Lab, product: str, day: str, cause: str, units: int = 1) -> None:
    place = {"location_id": "S1", "product_id": product, "business_date": day}
    lab.given("truth.stock_outs", [place | {"root_cause": cause, "lost_units": units}])


def test_root_causes_are_those_of_the_episode_that_covers_the_day(lab: Lab) -> None:
    """Right, wrong, and an episode that had ended before the day began: one in three, half of those found."""
    lab.history(FIRST, LAST)
    for day in ("2026-05-04", "2026-05-05"):
        hours = {"starts_at": f"{day} 00:00:00", "ends_at": f"{day[:-1]}{int(day[-1]) + 1} 00:00:00"}
        lab.given("intermediate.int_store_days_opened", [{"store_id": "S1", "date_key": day} | hours])
    for product in ("P1", "P2", "P3"):
        ended_at = "2026-05-04 23:00:00" if product == "P3" else "2026-05-05 12:00:00"
        episode = {"store_id": "S1", "product_id": product, "root_cause": "supplier_late"}
        times = {"started_at": "2026-05-04 10:00:00", "ended_at": ended_at}
        lab.given("kpi.mart_stockouts", [episode | times])
    _stock_out(lab, "P1", "2026-05-05", "supplier_late", units=5)
    _stock_out(lab, "P2", "2026-05-05", "parameters")
    _stock_out(lab, "P3", "2026-05-05", "parameters")
    rows = lab.rows("root_causes")
    assert rows["all", "days given the right cause"] == {
        "inferred": 1, "truth": 3, "share": 0.333333333, "naive": 0.666666667,
    }  # fmt: skip
    assert rows["all", "units lost on days given the right cause"]["share"] == 0.714285714
    assert rows["found", "days given the right cause, of those with an episode"]["share"] == 0.5


def test_confusions_are_counted_by_pair_of_causes(lab: Lab) -> None:
    """A row per true cause; without an episode it was not found."""
    lab.history(FIRST, LAST)
    day = {"store_id": "S1", "date_key": "2026-05-04", "starts_at": "2026-05-04 00:00:00"}
    lab.given("intermediate.int_store_days_opened", [day | {"ends_at": "2026-05-05 00:00:00"}])
    times = {"started_at": "2026-05-04 10:00:00", "ended_at": "2026-05-04 12:00:00"}
    lab.given("kpi.mart_stockouts", [PAIR | {"root_cause": "new_item"} | times])
    _stock_out(lab, "P1", "2026-05-04", "parameters")
    _stock_out(lab, "P2", "2026-05-04", "parameters")
    matrix = lab.grade("root_causes_confused").rows
    assert [{name: value for name, value in row.items() if value} for row in matrix] == [
        {"truth": "parameters", "days": 2, "new item": 1, "not found": 1}
    ]


def test_lead_times_are_those_of_lines_placed_within_a_year(lab: Lab) -> None:
    """Lines of 2 and 4 days are a mean of 3; a second delivery of a line and a line of last year do not count."""
    lab.history(FIRST, LAST)
    lab.given("core.fact_purchase_order_lines", [{"date_key": LAST}])
    supplier = {"supply_source_id": "V1", "estimated_lead_time_p90_days": 6}
    lab.given("kpi.mart_supplier_performance", [supplier | {"lead_time_lines": 2, "lead_time_days_sum": 9}])
    for line, placed, days in (
        (1, "2026-05-01", 2),
        (1, "2026-05-01", 30),
        (2, "2026-05-01", 4),
        (3, "2025-09-30", 50),
    ):
        row = {"supply_source_id": "V1", "purchase_order_id": "O", "purchase_order_line": line, "placed_date": placed}
        lab.given("truth.deliveries", [row | {"lead_time_days": days}])
    rows = lab.rows("lead_times")
    assert rows["all", "mean lead time, days"] == {"inferred": 4.5, "truth": 3, "relative_error": 0.5}
    assert rows["V1", "P90 of the lead time, days"] == {"inferred": 6, "truth": 4, "relative_error": 0.5}
    assert rows["all", "P90 within a day, share of suppliers"]["inferred"] == 0


def test_copies_are_compared_by_event(lab: Lab) -> None:
    """One copy found, one missed, one message set aside for nothing: two errors on two copies, yet equal sums."""
    lab.history(FIRST, LAST)
    message = {"_topic": "sales_events", "event_time": "2026-05-01 00:00:00"}
    for event, verdict in (("a", "duplicate"), ("b", "stands"), ("c", "duplicate")):
        lab.given("staging.stg_events__sales_messages", [message | {"event_id": event, "verdict": verdict}])
    for event, starts_at in (("a", "2026-05-01"), ("b", "2026-05-01"), ("d", "2026-09-14")):  # d: of the last 16 days
        fault = {"fault": "duplicate_same_id", "topic": "sales_events", "event_id": event}
        lab.given("truth.injected_faults", [fault | {"starts_at": f"{starts_at} 00:00:00"}])
    row = lab.rows("duplicates")["all", "copies removed"]
    assert row == {"inferred": 2, "truth": 2, "relative_error": 1, "aim": 0}


def test_days_are_compared_one_by_one(lab: Lab) -> None:
    """Of four store days one is missing and found, one missing and not found, one accused for nothing."""
    lab.history(FIRST, LAST)
    for day, complete in (("2026-05-01", 0), ("2026-05-02", 1), ("2026-05-03", 0), ("2026-05-04", 1)):
        lab.given("monitoring.completeness", [{"store_id": "S1", "date_key": day, "is_complete": complete}])
    for day in ("2026-05-01", "2026-05-02"):
        fault = {"fault": "missing_day", "location_id": "S1", "business_date": day}
        lab.given("truth.injected_faults", [fault])
    rows = lab.rows("completeness")
    assert rows["all", "incomplete store days"] == {"inferred": 2, "truth": 2, "relative_error": 0.5, "aim": 0}
    assert rows["found and missing in truth", "store days"] == {"inferred": 1, "truth": 2}


def test_uplifts_weigh_by_the_units_expected_without(lab: Lab) -> None:
    """Uplifts of 2 on 30 units and 1 on 10 are 1.75 in truth; the model says 2.1 and 1.1, the mart 1.5 and 2."""
    lab.history(FIRST, LAST)
    for product, base, sold, model, true in (("P1", 30, 45, 2.1, 2), ("P2", 10, 20, 1.1, 1)):
        promotion = {"promotion_id": "PR", "product_id": product}
        days = {"starts_on": "2026-05-01", "ends_on": "2026-05-07"}
        lab.given("truth.promotions", [promotion | days | {"uplift": true}])
        lab.given("kpi.mart_promotions", [promotion | {"units_sold": sold, "estimated_base_units": base}])
        lab.given("intermediate.int_promotions_uplifted", [promotion | {"uplift": model}])
    early = {"promotion_id": "EARLY", "product_id": "P1"}
    lab.given("truth.promotions", [early | {"starts_on": "2026-03-11", "ends_on": "2026-03-20", "uplift": 9}])
    lab.given("kpi.mart_promotions", [early | {"units_sold": 9, "estimated_base_units": 9}])
    lab.given("intermediate.int_promotions_uplifted", [early | {"uplift": 1}])
    rows = lab.rows("promotions")
    model = rows["all", "uplift, demand model"]
    assert (model["inferred"], model["truth"]) == (1.85, 1.75)
    assert rows["all", "uplift, mart"]["inferred"] == 1.625
    assert rows["each promotion", "mean absolute error of the uplift, demand model"]["inferred"] == 0.1
