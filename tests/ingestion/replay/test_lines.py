"""What becomes of lines: rules, rejects, numbers and ids."""

import json
from collections.abc import Callable

import pytest

from ingestion.replay.problems import ReplayProblem

MAPPING = """\
kind: sales
source: shop
time_zone: Europe/London
columns:
  transaction_id: ticket
  line_number: {running_within: [store_id, transaction_id]}
  event_time: at
  store_id: store
  product_id: sku
  quantity: units
  unit_price: price
constants: {currency: GBP}
"""
HEADER = "store,ticket,at,sku,units,price\n"


def _reasons(steps: list) -> list[tuple[int, str]]:
    return [(step.line, step.reason) for step in steps if step.outcome == "rejected"]


def test_rejects_have_line_and_reason(replayed: Callable) -> None:
    """Each line that cannot be an event is named with its number and the contract's words."""
    lines = [
        "s1,t1,2026-01-05 09:00,a,1,2.50",
        "s1,t1,2026-01-05 09:00,a,one,2.50",
        "s1,t1,yesterday,a,1,2.50",
        "s1,t1,2026-01-05 09:00,,1,2.50",
        "s1,t1,2026-01-05 09:00,a,1",
        "s1,t1,2026-01-05 09:00,a,0,2.50",
        "s1,t1,2026-01-05 09:00,a,1,0.00001",
        "s1,t1,0026-01-05 09:00,a,1,2.50",
        f"s1,t1,2026-01-05 09:00,{'é' * 101},1,2.50",
    ]
    assert _reasons(replayed(MAPPING, HEADER + "\n".join(lines))) == [
        (3, "quantity: not a number: 'one'"),
        (4, "event_time: not a time like 2026-01-31 09:30:00: 'yesterday'"),
        (5, "product_id: missing"),
        (6, "5 cells where the file has 6 columns"),
        (7, "quantity: not above zero"),
        (8, "unit_price: not money with at most 4 decimals: '0.00001'"),
        (9, "event_time: the year 26 is out of range"),
        (10, f"product_id: not an id of 1 to 200 bytes: '{'é' * 101}'"),
    ]


def test_wrong_encoding_rejects_the_line_only(replayed: Callable) -> None:
    """A byte that is not UTF-8 costs its own line."""
    content = HEADER.encode() + b"s1,t1,2026-01-05 09:00,caf\xe9,1,1\ns1,t1,2026-01-05 09:00,tea,1,1\n"
    steps = replayed(MAPPING, content)
    assert [step.outcome for step in steps] == ["rejected", "sale"]
    assert "not of the file's encoding; set file.encoding" in steps[0].reason


def test_running_numbers_count_every_line(replayed: Callable, events_of: Callable) -> None:
    """Lines of a ticket are numbered in file order, also where tickets interleave; a rejected line keeps its number."""
    rows = ["s1,t1", "s1,t2", "s2,t1", "s1,t1", "s1,t2"]
    lines = [f"{row},2026-01-05 09:00,a,{'x' if i == 1 else 1},1" for i, row in enumerate(rows)]
    events = events_of(replayed(MAPPING, HEADER + "\n".join(lines)))
    assert [(e["store_id"], e["transaction_id"], e["line_number"]) for e in events] == [
        ("s1", "t1", 1),
        ("s2", "t1", 1),
        ("s1", "t1", 2),
        ("s1", "t2", 2),
    ]


def test_equal_lines_are_separate_events(replayed: Callable, events_of: Callable) -> None:
    """Two equal lines are two sales with two ids."""
    events = events_of(replayed(MAPPING, HEADER + "s1,t1,2026-01-05 09:00,a,1,1\n" * 2))
    assert len({event["event_id"] for event in events}) == 2


def test_negative_quantity_is_a_return_without_rules(replayed: Callable, events_of: Callable) -> None:
    """A mapping without rules takes negative quantities for unreferenced returns."""
    (event,) = events_of(replayed(MAPPING, HEADER + "s1,t1,2026-01-05 09:00,a,-3,1\n"))
    assert (event["event_type"], event["quantity"], event["reason"]) == ("return", "3", "unreferenced")


def test_first_fitting_rule_decides(replayed: Callable, events_of: Callable) -> None:
    """Rules are asked in order; a line that no rule fits is rejected."""
    rules = """\
helpers: {note: sku}
rules:
  - {when: {unit_price: {equals: 0}, note: {starts_with: x}}, reject: a gift}
  - {when: {unit_price: {at_most: 0.00}}, event: own_use, set: {reason: tasting}}
  - {when: {quantity: {above: 0, below: 10}}, event: sale}
"""
    rows = [("x1", 1, "0.000"), ("a", 2, "0.0"), ("b", 3, "1"), ("c", 10, "1")]
    lines = [f"s1,t1,2026-01-05 09:00,{sku},{units},{price}" for sku, units, price in rows]
    steps = replayed(MAPPING + rules, HEADER + "\n".join(lines))
    assert [step.outcome for step in steps] == ["rejected", "own_use", "sale", "rejected"]
    assert [steps[0].reason, steps[3].reason] == ["a gift", "no rule of the mapping fits this line"]
    loss = events_of(steps)[0]
    assert (loss["location_id"], loss["quantity"], loss["reason"]) == ("s1", "2", "tasting")


def test_business_date_is_the_stores_day(replayed: Callable, events_of: Callable) -> None:
    """Half past midnight in a London summer is the day before in UTC; zones may come from a column."""
    (event,) = events_of(replayed(MAPPING, HEADER + "s1,t1,2026-07-05 00:30,a,1,1\n"))
    assert (event["event_time"], event["business_date"]) == ("2026-07-04T23:30:00.000Z", "2026-07-05")
    zones = "time_zone: {column: store, values: {s1: Europe/London, s2: Asia/Tokyo}}"
    mapping = MAPPING.replace("time_zone: Europe/London", zones)
    rows = "s1,t1,2026-07-05 12:00,a,1,1\ns2,t1,2026-07-05 00:30,a,1,1\ns3,t1,2026-07-05 00:30,a,1,1\n"
    steps = replayed(mapping, HEADER + rows)
    times = [(event["event_time"], event["business_date"]) for event in events_of(steps)]
    assert times == [("2026-07-05T11:00:00.000Z", "2026-07-05"), ("2026-07-04T15:30:00.000Z", "2026-07-05")]
    assert _reasons(steps) == [(4, "event_time: 's3' is no time zone")]


def test_ids_of_fields_survive_another_export(replayed: Callable, events_of: Callable) -> None:
    """With event_id from fields, the same line elsewhere in another file is the same message, byte for byte."""
    mapping = MAPPING + "event_id: [store_id, transaction_id, line_number]\n"
    monday, tuesday = "s1,t1,2026-01-05 09:00,a,1,1\n", "s1,t2,2026-01-06 09:00,b,2,1\n"
    first = replayed(mapping, HEADER + monday)
    second = replayed(mapping, HEADER + tuesday + monday)
    assert first[0].messages == second[1].messages
    assert [event["event_id"] for event in events_of(second)] == ["shop:sales:s1:t2:1", "shop:sales:s1:t1:1"]


def test_same_file_same_bytes(replayed: Callable) -> None:
    """A second run gives every message again, byte for byte."""
    content = HEADER + "s1,t1,2026-01-05 09:00,a,1,1\ns1,t1,2026-01-05 09:00,b,-1,1\n"
    first, second = replayed(MAPPING, content, "one.csv"), replayed(MAPPING, content, "two.csv")
    assert [step.messages for step in first] == [step.messages for step in second]


def test_keys_keep_a_ticket_together(replayed: Callable) -> None:
    """Sales are keyed by store and ticket, stock by location and product."""
    rules = "rules: [{when: {unit_price: {equals: 0}}, event: own_use}, {event: sale}]\n"
    rows = "s1,t1,2026-01-05 09:00,a,1,1\ns1,t1,2026-01-05 09:00,a,1,0\n"
    steps = replayed(MAPPING + rules, HEADER + rows)
    assert [step.messages[0][:2] for step in steps] == [("sales_events", b"s1:t1"), ("inventory_events", b"s1:a")]


def test_blanks_and_halves(replayed: Callable, events_of: Callable) -> None:
    """Blanks around a cell do not count; of a text made of two columns both must be there."""
    mapping = MAPPING.replace("event_time: at", "event_time: {columns: [at, time]}")
    rows = "s1 , t1,2026-01-05,a,1 ,1,09:00\ns1,t1,2026-01-05,a,1,1, \n"
    steps = replayed(mapping, HEADER.strip() + ",time\n" + rows)
    (event,) = events_of(steps)
    assert (event["store_id"], event["transaction_id"], event["quantity"]) == ("s1", "t1", "1")
    assert _reasons(steps) == [(3, "event_time: missing")]


def test_column_the_file_lacks(replayed: Callable) -> None:
    """A mapping for another file is told which columns there are."""
    with pytest.raises(ReplayProblem, match="no column 'store'; it has shop, ticket, at"):
        replayed(MAPPING, "shop,ticket,at\n")
    with pytest.raises(ReplayProblem, match="several columns 'store'"):
        replayed(MAPPING, "store," + HEADER)


def test_messages_are_compact_json(replayed: Callable) -> None:
    """Absent fields are left out, money and quantities are strings, line numbers are numbers."""
    step = replayed(MAPPING, HEADER + "s1,t1,2026-01-05 09:00,a,1,2.50\n")[0]
    event = json.loads(step.messages[0][2])
    assert "customer_id" not in event
    assert (event["unit_price"], event["quantity"], event["line_number"]) == ("2.50", "1", 1)
