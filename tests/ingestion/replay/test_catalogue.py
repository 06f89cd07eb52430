"""The catalogue a file implies."""

from collections.abc import Callable

MAPPING = """\
kind: sales
source: shop
time_zone: UTC
columns:
  transaction_id: ticket
  line_number: line
  event_time: at
  product_id: sku
  quantity: units
  unit_price: price
  customer_id: who
constants: {currency: GBP, store_id: s1}
rules:
  - {when: {unit_price: {equals: 0}}, event: adjustment, set: {reason: zero}}
  - event: sale
catalog:
  product:
    product_id: {field: product_id}
    product_name:
      - {column: text, when: {unit_price: {above: 0}}}
      - {column: text, matching: "[A-Z]{3}"}
      - {field: product_id}
    line_type: {constant: merchandise}
    status: {constant: active}
    launch_date: {column: launched, format: "%d.%m.%Y"}
  customer:
    customer_id: {field: customer_id}
"""
HEADER = "ticket,line,at,sku,units,price,who,text,launched\n"


def _entries(events: list[dict], kind: str) -> dict[str, dict]:
    return {event[f"{kind}_id"]: event for event in events if event["event_type"] == kind}


def _name(replayed: Callable, events_of: Callable, *lines: tuple[str, str, str]) -> str:
    """The name of product a after lines of (day, price, text)."""
    rows = [f"t,1,2026-01-{day},a,1,{price},,{text}," for day, price, text in lines]
    return _entries(events_of(replayed(MAPPING, HEADER + "\n".join(rows))), "product")["a"]["product_name"]


def test_name_is_the_latest_of_priced_lines(replayed: Callable, events_of: Callable) -> None:
    """A clerk's note on a zero-price line is no name, however late; an empty text is none either."""
    assert _name(replayed, events_of, ("05", "0", "MUG"), ("06", "1", "red mug")) == "red mug"
    lines = [("05", "1", "RED MUG"), ("06", "2", "BLUE MUG"), ("07", "2", ""), ("08", "0", "found by jackie")]
    assert _name(replayed, events_of, *lines) == "BLUE MUG"


def test_latest_is_of_time_not_of_file(replayed: Callable, events_of: Callable) -> None:
    """Where a file is not in order of time, time decides, also among repeated texts."""
    lines = [("05", "1", "OLD"), ("09", "1", "NEW"), ("09", "1", "NEW"), ("06", "1", "OLDER")]
    assert _name(replayed, events_of, *lines) == "NEW"
    lines = [("05", "1", "OLD"), ("08", "1", "OLD"), ("06", "1", "OTHER")]
    assert _name(replayed, events_of, *lines) == "OLD"


def test_name_falls_back(replayed: Callable, events_of: Callable) -> None:
    """Without a priced line a text that looks like a name is taken, then the id."""
    assert _name(replayed, events_of, ("05", "0", "TEA TRAY"), ("06", "0", "damages")) == "TEA TRAY"
    assert _name(replayed, events_of, ("05", "0", "damages")) == "a"


def test_each_entry_once_and_first(replayed: Callable, events_of: Callable) -> None:
    """Entries come before the lines, each once, valid from their earliest line; nobody is no customer."""
    rows = ["t,1,2026-01-06,a,1,1,ann,A,", "t,2,2026-01-05,a,1,1,,A,", "t,3,2026-01-07,b,1,1,ann,B,01.02.2020"]
    events = events_of(replayed(MAPPING, HEADER + "\n".join(rows)))
    assert [event["event_type"] for event in events] == ["product"] * 2 + ["customer"] + ["sale"] * 3
    products = _entries(events, "product")
    assert products["a"]["valid_from"] == products["a"]["event_time"] == "2026-01-05T00:00:00.000Z"
    assert products["b"]["launch_date"] == "2020-02-01"
    assert "launch_date" not in products["a"]


def test_rejected_lines_imply_nothing(replayed: Callable, events_of: Callable) -> None:
    """A line that cannot be an event makes no product."""
    rows = ["t,1,2026-01-06,a,1,1,,A,", "t,2,2026-01-05,b,many,1,,B,"]
    assert list(_entries(events_of(replayed(MAPPING, HEADER + "\n".join(rows))), "product")) == ["a"]


def test_entry_that_cannot_be_one_is_a_reject(replayed: Callable) -> None:
    """A broken entry is named with its line; the sale stays a sale."""
    steps = replayed(MAPPING, HEADER + "t,1,2026-01-06,a,1,1,,A,soon\n")
    assert [(step.line, step.outcome, step.is_line) for step in steps] == [(2, "rejected", False), (2, "sale", True)]
    assert steps[0].reason == "product a: launch_date: not a date like %d.%m.%Y: 'soon'"
