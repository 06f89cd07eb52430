"""The tills of a day: lines become sale events, voids and, days later, returns."""

from dataclasses import dataclass

import numpy as np

from ingestion.simulation import money, promotions
from ingestion.simulation.clock import MINUTE, day_text, short_day
from ingestion.simulation.customers import customer_id
from ingestion.simulation.outbox import Fields
from ingestion.simulation.pricing import Prices, price_lines
from ingestion.simulation.tape import Tape, scan
from ingestion.simulation.tickets import Lines
from ingestion.simulation.today import Today

_PAYMENTS = np.array(["card", "mobile", "cash", "voucher"])
_IN_STORE, _ONLINE = np.array([0.62, 0.82, 0.98]), np.array([0.7, 0.94, 0.94])
_COLLECTED = 0.03
_VOID_FIELDS = ("store_id", "business_date", "transaction_id", "line_number", "register_id")


@dataclass(eq=False)
class Rung:
    """What a day's tills know: the tape with its prices and promotions, and the units booked per row and product."""

    tape: Tape
    prices: Prices
    promotion: list[str | None]
    units: np.ndarray
    tickets: np.ndarray
    net: np.ndarray


def transaction_id(today: Today, row: int, number: int) -> str:
    """The id of a row's ticket."""
    return f"{today.chain.places.selling_ids[row]}-{short_day(today.day)}-{number:04d}"


def ring_up(today: Today, lines: Lines) -> Rung:
    """Scan, price, book and send the day's lines."""
    tape = scan(today, lines)
    prices = price_lines(today, tape)
    shape = today.state.stock.book.shape
    units = np.zeros(shape, dtype=np.int64)
    counts = ~tape.void & (tape.product < shape[1])
    np.add.at(units, (tape.row[counts], tape.product[counts]), tape.units[counts])
    today.state.stock.book -= units
    net = np.zeros(shape[0], dtype=np.int64)
    np.add.at(net, tape.row[~tape.void], prices.net[~tape.void])
    rung = Rung(tape, prices, _promoted(today, tape), units, np.bincount(tape.ticket_row, minlength=shape[0]), net)
    if not today.quiet:
        _send(today, rung)
    return rung


def _promoted(today: Today, tape: Tape) -> list[str | None]:
    """The promotion each line belongs to."""
    found: dict[tuple[int, int], str] = {}
    for promotion in promotions.running(today.chain, today.day):
        rows = range(today.chain.places.rows) if promotion.row is None else [promotion.row]
        found.update({(row, promotion.product): promotion.promotion_id for row in rows})
    return [found.get(pair) for pair in zip(tape.row.tolist(), tape.product.tolist(), strict=True)]


def _send(today: Today, rung: Rung) -> None:
    tape, prices = rung.tape, rung.prices
    heads = _ticket_fields(today, tape)
    products = _product_fields(today)
    columns = (tape.ticket, tape.number, tape.product, tape.units, tape.time, tape.void)
    amounts = (prices.unit, prices.regular, prices.discount, prices.tax)
    lists = [column.tolist() for column in (*columns, *amounts)]
    for *line, promotion in zip(*lists, rung.promotion, strict=True):
        ticket, number, product, units, time, void, unit, regular, discount, tax = line
        head, tail = heads[ticket]
        fields = {
            **head,
            "line_number": number,
            **products[product],
            "quantity": str(units),
            "unit_price": money.text(unit),
            "regular_price": money.text(regular),
            "discount_amount": money.text(discount),
            "tax_amount": money.text(tax),
            **tail,
        }
        if promotion:
            fields["promotion_id"] = promotion
        today.outbox.add("sale", time, fields)
        if void:
            today.outbox.add("void", time + MINUTE, {name: fields[name] for name in _VOID_FIELDS})


def _product_fields(today: Today) -> list[Fields]:
    goods = [{"product_id": each, "line_type": "merchandise"} for each in today.chain.goods.ids]
    services = today.chain.world.services
    return goods + [{"product_id": name, "line_type": each.line_type} for name, each in services.items()]


def _ticket_fields(today: Today, tape: Tape) -> list[tuple[Fields, Fields]]:
    """Per ticket: what opens each of its lines, and what ends it."""
    random, places = today.random("ticket fields"), today.chain.places
    drawn, collected = random.random((2, len(tape.ticket_row)))
    online = (tape.ticket_row == places.depot).tolist()
    limits = np.where((tape.ticket_row == places.depot)[:, None], _ONLINE, _IN_STORE)
    payment = _PAYMENTS[(drawn[:, None] > limits).sum(axis=1)].tolist()
    registers = (random.random(len(tape.ticket_row)) * np.array(places.tills)[tape.ticket_row]).astype(int).tolist()
    rows, customers = tape.ticket_row.tolist(), tape.ticket_customer.tolist()
    fields = []
    for n, number in enumerate(tape.ticket_number.tolist()):
        store = places.selling_ids[rows[n]]
        head = {
            "store_id": store,
            "business_date": day_text(today.day),
            "transaction_id": transaction_id(today, rows[n], number),
            "register_id": f"{store}-R{registers[n] + 1}",
        }
        if customers[n] >= 0:
            head["customer_id"] = customer_id(customers[n])
        tail = {"currency": today.chain.world.currency, "payment_method": payment[n]}
        way = _way(online[n], customers[n] >= 0 and collected[n] < _COLLECTED, places.stock_ids[rows[n]])
        fields.append((head, tail | way))
    return fields


def _way(online: bool, collected: bool, place: str) -> Fields:
    """How the goods reach the customer; where they leave from another place's stock, which."""
    if online:
        return {"channel": "online", "fulfilment_location_id": place}
    return {"channel": "click_and_collect"} if collected else {"channel": "store"}
