"""Stock alerts against shelves that were empty in truth."""

from typing import Any

from tests.quality.scorecard.lab import Lab

PLACE, PAIR = {"location_id": "S1", "product_id": "A"}, {"store_id": "S1", "product_id": "A"}


def alert(cause: str, opened_at: str, resolved_at: str = "", product: str = "A") -> dict[str, Any]:
    """An episode."""
    row = {"store_id": "S1", "product_id": product, "cause": cause, "alert_id": f"{cause} {product} {opened_at}"}
    row |= {"opened_at": f"2026-03-{opened_at}:00", "written_at": "2026-04-01 00:00:00"}
    return row | ({"resolved_at": f"2026-03-{resolved_at}:00"} if resolved_at else {})


def moved(at: str, units: int, kind: str = "sale") -> dict[str, Any]:
    """A movement of A."""
    return PAIR | {"movement_type": kind, "moved_at": f"2026-03-{at}:00", "units": units}


def test_warnings_alarms_and_false_ones(lab: Lab) -> None:
    """A is emptied on the 5th, warned of an hour before, and on the 10th by a thief, not warned of; B never is.

    The stream is followed from the 3rd to the 20th (its first two days are left out, alarms of the last two too), at
    one store: 15 days. Two rapid depletions, one came true; one stock-out alert of an empty shelf, one of a full one.
    The count that finds the theft moves no goods.
    """
    lab.history("2026-01-01", "2026-03-31")
    lab.given("truth.demand", [{"business_date": "2026-03-04", "store_id": "S1", "product_id": "A", "sold_units": 1}])
    lab.given("truth.stock", [{"business_date": "2026-03-04", "book_units": 1} | PLACE])
    lab.given("truth.stock", [{"business_date": "2026-03-09", "book_units": 9} | PLACE])
    lab.given(
        "core.fact_inventory_movements",
        [
            moved("01 08:00", 5, "receipt"), moved("05 12:00", -5), moved("06 08:00", 4, "receipt"),
            moved("10 13:00", -4, "count_correction"),
        ],
    )  # fmt: skip
    hidden = {"moved_at": "2026-03-10 12:00:00", "quantity": -4, "kind": "theft"} | PLACE
    lab.given("truth.hidden_movements", [hidden])
    lab.given(
        "realtime.realtime_inventory_alerts",
        [
            alert("overdue", "01 00:00", "20 00:00"),
            alert("rapid_depletion", "05 11:00", "05 12:00"),
            alert("rapid_depletion", "07 11:00", "07 18:00", "B"),
            alert("stock_out", "05 12:00", "06 08:00"),
            alert("stock_out", "08 12:00", "09 08:00"),
        ],
    )
    rows = lab.rows("stock_alerts")
    assert rows["all", "true stock-outs warned of before"] == {"inferred": 1, "truth": 2, "share": 0.5, "naive": 0.5}
    assert rows["rapid_depletion", "minutes of warning, median of those"] == {"inferred": 60}
    assert rows["low_stock", "true stock-outs warned of before"] == {"inferred": 0, "truth": 2, "share": 0}
    assert rows["rapid_depletion", "alarms that came true within two days"] == {
        "inferred": 1, "truth": 2, "share": 0.5,
    }  # fmt: skip
    assert rows["stock_out", "alarms at an empty shelf"] == {"inferred": 1, "truth": 2, "share": 0.5}
    false_a_week = round(1 / (2 * 15 / 7), 9)
    assert rows["rapid_depletion", "false alarms per store and week"] == {"inferred": false_a_week}
    assert rows["stock_out", "false alarms per store and week"] == {"inferred": false_a_week}
