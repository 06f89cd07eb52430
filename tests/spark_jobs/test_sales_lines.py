"""Messages as small exact tuples, a row per store."""

import json

import pyarrow as pa
import pytest
from live_lab import NOON, SALE

from contracts import quick_verdict
from contracts.events import SALES, TOPICS, StoreDayClosed
from spark_jobs.sales_lines import net_amount, packed, unpacked

VOID = {key: SALE[key] for key in list(SALE)[:10]} | {"event_id": "v", "event_type": "void"}


def _batch(*values: bytes | None) -> pa.RecordBatch:
    columns = {"topic": "sales_events", "partition": 0, "offset": 0, "timestamp": NOON}
    return pa.RecordBatch.from_pylist([columns | {"value": value} for value in values])


def test_a_row_per_store_with_exact_amounts() -> None:
    """2.5 x 1.999 - 0.01 is 4.9875; returns are negative; what is no line or breaks a rule is left out."""
    back = SALE | {"event_id": "b", "event_type": "return", "reason": "unreferenced", "disposition": "resell"}
    other = SALE | {"store_id": "S2"}
    broken = SALE | {"quantity": "0"}
    found = packed(
        _batch(*(json.dumps(event).encode() for event in (SALE, back, VOID, other, broken)), None, b"{"),
        lambda source, product: f"{source} {product}",
    )
    assert found.column("store_id").to_pylist() == ["S1", "S2"]
    sold, returned, void = unpacked(found.column("lines")[0].as_py())
    assert (sold.units, sold.net, sold.unit_price, sold.category) == (2500, 49875, 19990, "s P")
    assert sold.at == sold.kafka_at + 123
    assert (returned.units, returned.net, returned.is_unreferenced) == (-2500, -49875, True)
    assert (void.event_type, void.transaction_id, void.line_number, void.net) == ("void", "T", 1, 0)


def test_half_a_ten_thousandth_goes_away_from_zero() -> None:
    """0.5 x 0.0001 is 0.0001, and -0.0001 where the discount makes it negative."""
    assert net_amount(500, 1, 0) == 1
    assert net_amount(500, 1, 1) == -1
    assert net_amount(499, 1, 0) == 0


def test_what_is_neither_line_nor_void_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The closing of a day, and a type that the contract learnt after this was written."""
    head = {key: SALE[key] for key in list(SALE)[:7]} | {"business_date": "2026-01-02"}
    closing = head | {"event_type": "store_day_closed", "ticket_count": 1, "net_total": "1", "currency": "EUR"}
    monkeypatch.setitem(TOPICS[SALES], "doors_counted", StoreDayClosed)
    quick_verdict._plans.cache_clear()
    try:
        values = [json.dumps(event).encode() for event in (closing, closing | {"event_type": "doors_counted"})]
        assert quick_verdict.read_valid(SALES, values[1]) is not None
        assert packed(_batch(*values), lambda source, product: "").num_rows == 0
    finally:
        quick_verdict._plans.cache_clear()
