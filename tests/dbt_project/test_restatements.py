"""Complete days, and days that changed after they were closed."""

import json
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.events import SALES
from tests.dbt_project.random_worlds import random_log
from tests.dbt_project.raw_log import Message, RawLog, land
from tests.dbt_project.reference import standing, verdicts
from tests.dbt_project.shop import DAY, days, returned, sale, store_day_closed, void
from tests.dbt_project.warehouse_build import WarehouseBuild

MODELS = ("--select", "+restatements")
AT_ONCE = (*MODELS, "--vars", "closing_grace_minutes: 0")
COLUMNS = """
    date_key, tickets_at_closing, tickets_now, units_at_closing, units_now, net_amount_at_closing, net_amount_now,
    late_lines, corrections, late_voids, later_set_aside, sample_event_ids
"""
GRACE = timedelta(minutes=15)  # what arrives within it came with the closing
SECONDS_APART = 20  # of messages, so that some come within the grace, some at its very end and many after it
Totals = tuple[int, Decimal, Decimal]


def test_a_day_that_matches_its_control_totals_is_complete(build: WarehouseBuild) -> None:
    """All line types count, voided lines do not; a missing ticket, a wrong amount or no control is not complete."""
    log, fee = RawLog(), {"line_number": 2, "line_type": "postage", "quantity": 1, "unit_price": 4}
    events = [
        *(sale(), sale(**fee), sale(transaction_id="t2"), void(transaction_id="t2"), returned(unit_price=3)),
        store_day_closed(ticket_count=2, net_total=11),
        *(sale(store_id="s2"), store_day_closed(store_id="s2", ticket_count=2, net_total=10)),
        *(sale(store_id="s3"), store_day_closed(store_id="s3", ticket_count=1, net_total="10.01")),
        sale(store_id="s4"),
        store_day_closed(store_id="s5", ticket_count=0, net_total=0),
    ]
    land(build.client, [log.append(event) for event in events])
    build.dbt("run", "--select", "+completeness")
    columns = "store_id, control_tickets, known_tickets, known_net_amount, is_closed, is_complete"
    assert build.rows(f"select {columns} from monitoring.completeness order by store_id") == [
        ("s1", 2, 2, Decimal(11), True, True),
        ("s2", 2, 1, Decimal(10), True, False),
        ("s3", 1, 1, Decimal(10), True, False),
        ("s4", None, 1, Decimal(10), False, False),
        ("s5", 0, 0, Decimal(0), True, True),
    ]


def test_what_comes_soon_after_the_closing_came_with_it(build: WarehouseBuild) -> None:
    """A closing that overtook its tickets by up to 15 minutes found them; what comes a second later is late."""
    log = RawLog()
    messages = [
        log.append(sale()),
        log.append(store_day_closed()),
        log.append(sale(transaction_id="t2", quantity=3), seconds=15 * 60),
        log.append(sale(event_id="late", transaction_id="t3", quantity=1), seconds=1),
        log.append(store_day_closed(business_date=DAY + days(1))),
        log.append(sale(transaction_id="t4", business_date=DAY + days(1)), seconds=60),
    ]
    land(build.client, messages)
    build.dbt("run", *MODELS)
    found = build.rows(f"select {COLUMNS} from monitoring.restatements")
    assert found == [(DAY, 2, 3, Decimal(5), Decimal(6), Decimal(25), Decimal(30), 1, 0, 0, 0, ["late"])]


def test_a_restated_day_says_what_changed_and_why(build: WarehouseBuild) -> None:
    """A late line, a late void and a correction change their days; a day that closed whole is not listed."""
    log = RawLog()
    second = {"business_date": DAY + days(1)}
    events = [
        *(sale(event_id="first"), sale(event_id="wrong", transaction_id="t2", quantity=3), store_day_closed()),
        *(sale(transaction_id="t3", **second), store_day_closed(**second)),
        sale(event_id="late", transaction_id="t4"),
        void(event_id="back"),
        sale(event_id="right", transaction_id="t2", quantity=1, corrects_event_id="wrong"),
        sale(event_id="early", transaction_id="t5", business_date=DAY + days(2)),
    ]
    land(build.client, [log.append(event) for event in events])
    build.dbt("run", *AT_ONCE)
    assert build.rows(f"select {COLUMNS} from monitoring.restatements") == [
        # t1 (2 at 5.00) and t2 (3) then; t2 (1) and t4 (2) now
        (DAY, 2, 2, Decimal(5), Decimal(3), Decimal(25), Decimal(15), 1, 1, 1, 0, ["back", "late", "right"])
    ]


@pytest.mark.parametrize(("seed", "select", "grace"), [(1, AT_ONCE, timedelta()), (2, MODELS, GRACE)])
def test_what_was_known_at_closing_is_what_the_rules_say(
    build: WarehouseBuild, seed: int, select: tuple[str, ...], grace: timedelta
) -> None:
    """Over quarrelling logs of hours the listed days, then and now, are those of the rules said in Python."""
    log = random_log(worlds=40, messages=25, seed=seed, seconds=SECONDS_APART)
    land(build.client, log)
    build.dbt("run", *select)
    found = restated(log, grace)
    assert len(found) > 20
    assert days_restated(build) == found


def days_restated(build: WarehouseBuild, database: str = "monitoring", like: str = "%") -> dict[tuple, tuple]:
    """What the model lists of the sources whose name is like that: store day to its totals when it closed and now."""
    columns = "tickets_at_closing, units_at_closing, net_amount_at_closing, tickets_now, units_now, net_amount_now"
    query = f"select source, store_id, toString(date_key), {columns} from {database}.restatements"
    return {row[:3]: row[3:] for row in build.rows(f"{query} where source like '{like}'")}


def restated(messages: list[Message], grace: timedelta = GRACE) -> dict[tuple, tuple]:
    """Per store day that changed: its totals when it closed, `grace` later, and now."""
    log = [message for message in messages if message.topic == SALES]
    now, found = _totals(standing(log)), {}
    for day, closed_at in _closings(log).items():
        of_source = [m for m in log if m.arrived_at <= closed_at + grace and f'"{day[0]}"'.encode() in m.payload]
        then = _totals(standing(of_source))[day]
        if then != now[day]:
            found[day] = (*then, *now[day])
    return found


def _closings(log: list[Message]) -> dict[tuple, Any]:
    found, said = {}, verdicts(log)
    for message in sorted(log, key=lambda message: message.arrival, reverse=True):
        body = json.loads(message.payload)
        place = message.topic, message.partition, message.offset
        if body["event_type"] == "store_day_closed" and said[place] != "conflicting_id":
            found[_day(body)] = message.arrived_at
    return found


def _totals(events: list[dict[str, Any]]) -> dict[tuple, Totals]:
    voided = {_line(event) for event in events if event["event_type"] == "void"}
    tickets, sums = defaultdict(set), defaultdict(lambda: (Decimal(0), Decimal(0)))
    for event in events:
        if event["event_type"] in ("sale", "return") and _line(event) not in voided:
            sign = -1 if event["event_type"] == "return" else 1
            units = sign * Decimal(event["quantity"])
            tickets[_day(event)].add(event["transaction_id"])
            units_before, net_before = sums[_day(event)]
            sums[_day(event)] = units_before + units, net_before + units * Decimal(event["unit_price"])
    return defaultdict(lambda: (0, Decimal(0), Decimal(0)), {day: (len(tickets[day]), *sums[day]) for day in sums})


def _line(event: dict[str, Any]) -> tuple:
    return event["source"], event["store_id"], event["transaction_id"], event["line_number"]


def _day(event: dict[str, Any]) -> tuple:
    return event["source"], event["store_id"], event["business_date"]
