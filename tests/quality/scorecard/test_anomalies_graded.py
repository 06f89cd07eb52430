"""Anomalies graded on incidents and finds worked out by hand."""

from tests.quality.scorecard.lab import Lab

DAY = "2026-03-01"


def _incident(fault: str, store: str, hours: tuple[int, int], category: str = "", product: str = "") -> dict:
    starts, ends = (f"{DAY} {hour:02d}:00:00" for hour in hours)
    known = {"location_id": store, "category": category, "product_id": product}
    return {"fault": fault, "business_date": DAY, "starts_at": starts, "ends_at": ends} | known


def _find(name: str, kind: str, store: str, hours: tuple[int, int], category: str = "all", product: str = "") -> dict:
    opened, ended = (f"{DAY} {hour:02d}:00:00" for hour in hours)
    known = {"store_id": store, "category": category, "product_id": product, "found_in": "history"}
    return {"anomaly_id": name, "kind": kind, "opened_at": opened, "ended_at": ended} | known


def test_what_was_found_what_could_be_and_what_was_right(lab: Lab) -> None:
    """Of two silences that in a busy store could be found, and was; one of two spikes is none; one drop is missed.

    A find of the live stream and one of the first three weeks are not graded.
    """
    lab.history("2026-01-01", "2026-09-30")
    busy, quiet = [[20] * 24, [1] * 24]
    lab.given(
        "kpi.mart_sales_expected_hourly",
        [
            {"store_id": store, "category": category, "date_key": DAY, "starts_at": f"{DAY} 00:00:00",
             "estimated_dispersion": 0.1, "estimated_sale_lines": lines}
            for store, category, lines in (
                ("S1", "all", busy), ("S2", "all", quiet), ("S1", "Tea", quiet), ("S1", "Ham", busy)
            )
        ],
    )  # fmt: skip
    lab.given(
        "truth.injected_faults",
        [
            _incident("silent_store", "S1", (10, 12)),
            _incident("silent_store", "S2", (10, 12)),
            _incident("sales_spike", "S1", (14, 19), "Tea"),
            _incident("sales_drop", "S1", (14, 17), "Ham"),
            _incident("late_day", "S1", (0, 23)),
        ],
    )
    lab.given(
        "staging.stg_realtime__sales_anomalies",
        [
            _find("a", "silence", "S1", (10, 12)),
            _find("b", "spike", "S1", (15, 16), "Tea"),
            _find("c", "spike", "S1", (15, 16), "Ham"),
            _find("d", "silence", "S2", (10, 12)) | {"found_in": "live"},
            _find("e", "silence", "S1", (10, 12)) | {"opened_at": "2026-01-05 10:00:00"},
        ],
    )
    rows = lab.rows("sales_anomalies")
    assert rows["silence", "incidents found"] == {"inferred": 1, "truth": 2, "share": 0.5}
    assert rows["silence", "incidents detectable"] == {"inferred": 1, "truth": 2, "share": 0.5}
    assert rows["silence", "detectable ones found"] == {"inferred": 1, "truth": 1, "share": 1}
    assert rows["silence", "anomalies right"] == {"inferred": 1, "truth": 1, "share": 1}
    assert rows["spike", "anomalies right"] == {"inferred": 1, "truth": 2, "share": 0.5}
    assert rows["drop", "incidents found"] == {"inferred": 0, "truth": 1, "share": 0}
    assert rows["drop", "incidents detectable"] == {"inferred": 1, "truth": 1, "share": 1}
    assert rows["all", "incidents found"] == {"inferred": 2, "truth": 4, "share": 0.5}
    assert rows["all", "anomalies right"]["inferred"] == 2


def test_a_slip_of_the_keyboard_is_a_right_find(lab: Lab) -> None:
    """A price that was typed ten times too high and corrected later was wrong when it came; another find is not."""
    lab.history("2026-01-01", "2026-09-30")
    lab.given(
        "truth.injected_faults",
        [{"fault": "corrected", "business_date": DAY, "event_id": "e-corrected", "original_event_id": "graded-slip"}],
    )
    lab.client.command("DELETE FROM raw.raw_sales_events WHERE _topic = 'graded'")
    lab.client.command(
        "INSERT INTO raw.raw_sales_events"
        " (_topic, _partition, _offset, source, store_id, product_id, event_id, event_time)"
        f" VALUES ('graded', 0, 0, 'by hand', 'S1', 'P1', 'graded-slip', '{DAY} 10:30:00')"
    )
    lab.given(
        "staging.stg_realtime__sales_anomalies",
        [
            _find("a", "price_outlier", "S1", (10, 11), product="P1"),
            _find("b", "price_outlier", "S1", (10, 11), product="P2"),
        ],
    )
    rows = lab.rows("sales_anomalies")
    lab.client.command("DELETE FROM raw.raw_sales_events WHERE _topic = 'graded'")
    assert rows["price_outlier", "anomalies right"] == {"inferred": 1, "truth": 2, "share": 0.5}
