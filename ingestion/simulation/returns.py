"""What comes back: to the same store on a later day, most with the ticket, some without."""

from collections import defaultdict

import numpy as np

from ingestion.simulation import money
from ingestion.simulation.chain import Chain
from ingestion.simulation.clock import day_text
from ingestion.simulation.customers import customer_id
from ingestion.simulation.outbox import Fields
from ingestion.simulation.state import SoldLine
from ingestion.simulation.till import Rung, transaction_id
from ingestion.simulation.today import Today

_REASONS = ["unwanted", "faulty", "wrong_item", "other"]
_DISPOSITIONS, _SOUND, _PERISHED = ["resell", "damaged", "vendor"], [0.75, 0.18, 0.07], [0.0, 0.9, 0.1]
_LONGEST_LAG = 35
_BURST = (12, 25)
_PATIENCE_DAYS = 60


def settle_returns(today: Today, rung: Rung) -> None:
    """Choose the lines of today that will come back, and when."""
    random, chain, tape = today.random("returns"), today.chain, rung.tape
    rate = np.array([kind.returns for kind in chain.world.categories.values()])[chain.goods.category]
    rate = np.concatenate([rate * chain.world.habits.return_factor, np.zeros(len(chain.world.services))])
    coming = (random.random(len(tape)) < rate[tape.product]) & ~tape.void
    for line in np.flatnonzero(coming).tolist():
        lag = min(int(random.geometric(1 / chain.world.habits.return_lag_days)), _LONGEST_LAG)
        day = _next_open(chain, int(tape.row[line]), today.day + lag)
        if day:
            today.state.returning[day].append(_sold_line(today, rung, line))


def _next_open(chain: Chain, row: int, day: int) -> int | None:
    return next((each for each in range(day, day + _PATIENCE_DAYS) if chain.places.is_open(row, each)), None)


def _sold_line(today: Today, rung: Rung, line: int) -> SoldLine:
    tape, prices = rung.tape, rung.prices
    row, ticket = int(tape.row[line]), int(tape.ticket[line])
    return SoldLine(
        row=row,
        transaction_id=transaction_id(today, row, int(tape.ticket_number[ticket])),
        line=int(tape.number[line]),
        product=int(tape.product[line]),
        units=int(tape.units[line]),
        unit_price=int(prices.unit[line]),
        regular_price=int(prices.regular[line]),
        discount=int(prices.discount[line]),
        tax_percent=int(prices.tax_percent[line]),
        customer=int(tape.ticket_customer[ticket]),
        promotion_id=rung.promotion[line],
    )


def take_back(today: Today, rung: Rung) -> None:
    """Today's returns, each a ticket of its own after the day's sales; adds them to the tills' totals."""
    random = today.random("take back")
    sold = today.state.returning.pop(today.day, [])
    moments = np.sort(random.random(len(sold)))
    numbers: dict[int, int] = defaultdict(int, enumerate(rung.tickets.tolist()))
    for line, moment in zip(sold, moments, strict=True):
        numbers[line.row] += 1
        _take_back(today, rung, random, line, float(moment), numbers[line.row])
    _burst(today, rung, random, numbers)
    rung.tickets = np.array([numbers[row] for row in range(today.chain.places.rows)])


def _burst(today: Today, rung: Rung, random: np.random.Generator, numbers: dict[int, int]) -> None:
    """Somebody at the till refunds what nobody brought back."""
    for incident in today.incidents:
        if incident.kind != "refund_burst":
            continue
        carried = np.flatnonzero(today.chain.is_ranged(today.day)[incident.row])
        for product in random.choice(carried, size=int(random.integers(*_BURST))).tolist():
            numbers[incident.row] += 1
            price = int(today.state.price[product])
            line = SoldLine(
                incident.row, "", 0, product, 1, price, price, 0, int(today.chain.goods.tax[product]), -1, None
            )
            time = int(random.integers(incident.begins, incident.ends))
            _send(today, rung, line, 1, time, numbers[incident.row], {"reason": "unreferenced"}, "damaged")


def _take_back(
    today: Today, rung: Rung, random: np.random.Generator, line: SoldLine, moment: float, number: int
) -> None:
    chain, row = today.chain, line.row
    units = line.units if random.random() < 0.8 else int(random.integers(1, line.units + 1))
    perishes = chain.goods.shelf_life[line.product] > 0
    disposition = str(random.choice(_DISPOSITIONS, p=_PERISHED if perishes else _SOUND))
    time = int(today.opening(row) + moment * (today.closing(row) - today.opening(row)))
    if disposition == "resell":
        today.state.stock.physical[row, line.product] += units
        today.state.stock.book[row, line.product] += units
    _send(today, rung, line, units, time, number, _origin(today, random, line), disposition)


def _send(
    today: Today, rung: Rung, line: SoldLine, units: int, time: int, number: int, origin: Fields, disposition: str
) -> None:
    chain, row = today.chain, line.row
    discount = line.discount * units // line.units
    net = units * line.unit_price - discount
    rung.net[row] -= net
    store = chain.places.selling_ids[row]
    fields = {
        "store_id": store,
        "business_date": day_text(today.day),
        "transaction_id": transaction_id(today, row, number),
        "line_number": 1,
        "register_id": f"{store}-R1",
        "product_id": chain.goods.ids[line.product],
        "line_type": "merchandise",
        "quantity": str(units),
        "unit_price": money.text(line.unit_price),
        "regular_price": money.text(line.regular_price),
        "discount_amount": money.text(discount),
        "tax_amount": money.text(money.share(net, line.tax_percent)),
        "currency": chain.world.currency,
        "payment_method": "card",
        **origin,
        "disposition": disposition,
        **_way(chain, row),
    }
    today.outbox.add("return", time, fields)


def _origin(today: Today, random: np.random.Generator, line: SoldLine) -> Fields:
    """The line that comes back, where it is known."""
    if random.random() < today.chain.world.habits.unreferenced_share:
        return {"reason": "unreferenced"}
    known = {"customer_id": customer_id(line.customer)} if line.customer >= 0 else {}
    promoted = {"promotion_id": line.promotion_id} if line.promotion_id else {}
    sale = {"returned_transaction_id": line.transaction_id, "returned_line_number": line.line}
    return {**known, **promoted, **sale, "reason": str(random.choice(_REASONS, p=[0.5, 0.3, 0.12, 0.08]))}


def _way(chain: Chain, row: int) -> Fields:
    if row == chain.places.depot:
        return {"channel": "online", "fulfilment_location_id": chain.places.stock_ids[row]}
    return {"channel": "store"}
