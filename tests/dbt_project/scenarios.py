"""Scenarios, each a source of its own: what arrives before the first build, and what after it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from contracts.events import Damage, Event, Receipt, StockCount, TransferOut
from tests.dbt_project.shop import (
    DAY,
    LONG_AGO,
    NOON,
    cost,
    days,
    location,
    moved,
    product,
    returned,
    sale,
    store_day_closed,
    void,
)


@dataclass
class Scenario:
    """What arrives before the first build, and what after it."""

    source: str
    first: list[Event] = field(default_factory=list)
    later: list[Event] = field(default_factory=list)


def scenarios() -> Iterator[Scenario]:
    """All of them."""
    wrong = sale(source="corrected", event_id="wrong", unit_price=9)
    right = sale(source="corrected", event_id="right", unit_price=8, corrects_event_id="wrong")
    last = sale(source="corrected", event_id="last", unit_price=7, corrects_event_id="right")
    yield Scenario("corrected", [wrong], [last, right])

    target = sale(source="early", event_id="target")
    yield Scenario("early", [sale(source="early", unit_price=7, corrects_event_id="target")], [target])

    twice = sale(source="twice", event_id="e1")
    yield Scenario("twice", [twice], [twice, twice.model_copy(update={"event_id": "e2"})])

    said = sale(source="conflict", event_id="e1")
    other = said.model_copy(update={"quantity": Decimal(5)})
    yield Scenario("conflict", [said], [other, sale(source="conflict", quantity=6)])

    other_day = {"business_date": DAY + days(1), "event_time": NOON + days(1)}
    yield Scenario(
        "emptied",
        [sale(source="emptied", event_id="only"), sale(source="emptied", transaction_id="t2", **other_day)],
        [sale(source="emptied", corrects_event_id="only", **other_day)],
    )
    yield Scenario("voided", [sale(source="voided"), sale(source="voided", line_number=2)], [void(source="voided")])

    sold = sale(source="returns", quantity=3, unit_price=5, discount_amount=3, tax_amount=1)
    back = {"event_time": NOON + days(40), "business_date": DAY + days(40), "quantity": 2, "unit_price": 5}
    names = {"returned_transaction_id": "t1", "returned_line_number": 1, "reason": None}
    costs = [cost(source="returns"), cost(source="returns", unit_cost=4, valid_from=NOON + days(30))]
    yield Scenario(
        "returns",
        [sold, *costs],
        [
            returned(source="returns", **back, **names, discount_amount=2, tax_amount=1),
            returned(source="returns", **back, transaction_id="r2"),
            returned(source="returns", **back, transaction_id="r3", **names, disposition="damaged"),
        ],
    )

    before = {"business_date": DAY - days(3), "event_time": NOON - days(3)}
    yield Scenario(
        "sale-later",
        [
            returned(source="sale-later", **names),
            cost(source="sale-later", unit_cost=3),
            cost(source="sale-later", unit_cost=4, valid_from=NOON - days(1)),
        ],
        [sale(source="sale-later", **before)],
    )

    noon_sales = [
        sale(source="versions", transaction_id=f"t{n}", business_date=DAY + days(n), event_time=NOON + days(n))
        for n in range(5)
    ]
    yield Scenario(
        "versions",
        [
            *noon_sales,
            product(source="versions", product_name="first", valid_from=NOON + days(1)),
            product(source="versions", product_name="second", valid_from=NOON + days(4)),
            location(source="versions"),
        ],
        [product(source="versions", product_name="between", valid_from=NOON + days(2) + timedelta(milliseconds=1))],
    )
    yield Scenario(
        "costs",
        [sale(source="costs"), sale(source="costs", line_number=2, currency="USD"), cost(source="costs", unit_cost=3)],
        [cost(source="costs", supplier_id="v2", unit_cost=2, valid_from=LONG_AGO + days(1))],
    )
    many = {"quantity": Decimal("999999999999"), "unit_price": Decimal("99999999999999")}
    yield Scenario("too-large", [sale(source="too-large", **many), sale(source="too-large", line_number=2)])
    yield Scenario("weighed", [sale(source="weighed", quantity=Decimal("0.375"), unit_price=Decimal("3.999"))])
    yield Scenario(
        "untouched",
        [sale(source="untouched", business_date=DAY - days(60)), sale(source="untouched", transaction_id="t2")],
        [sale(source="untouched", transaction_id="t3")],
    )
    fee = {"line_number": 2, "line_type": "postage", "quantity": 1, "unit_price": 4}
    yield Scenario(
        "mart",
        [
            sale(source="mart", quantity=3, unit_price=5, discount_amount=3),
            sale(source="mart", **fee),
            sale(source="mart", line_number=3, product_id="p2"),
            cost(source="mart", unit_cost=3),
            product(source="mart"),
            store_day_closed(source="mart", ticket_count=1, net_total=26),
        ],
        [returned(source="mart", unit_price=5), returned(source="mart", line_number=2, disposition="damaged")],
    )
    delivered = [moved(Receipt, source="stock", unit_cost=3, purchase_order_id="po1") for _ in range(2)]
    counted = [moved(StockCount, source="stock", count_id="c1", scope="full", counted_at=NOON) for _ in range(2)]
    sent = moved(TransferOut, source="stock", transfer_id="x1", counterpart_location_id="s2")
    yield Scenario("stock", [delivered[0], counted[0], sent], [delivered[1], counted[1], moved(Damage, source="stock")])
    promoted = sale(source="promotions", promotion_id="P9")
    yield Scenario("promotions", [promoted, sale(source="promotions", line_number=2)])
    yield Scenario("customers", [sale(source="customers", customer_id="c1"), sale(source="customers", line_number=2)])
