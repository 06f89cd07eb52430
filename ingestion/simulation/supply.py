"""What happens to orders: suppliers confirm, deliver, are late or short or silent; the depot picks and sends."""

import numpy as np

from ingestion.simulation.clock import HOUR, MINUTE
from ingestion.simulation.faults import record_fault
from ingestion.simulation.feasts import is_closed
from ingestion.simulation.state import DEPOT, Delivery, OrderLine
from ingestion.simulation.today import Today
from ingestion.simulation.world import Supplier

PATIENCE = 14
_PICKING, _DEPOT_OPENS, _CONFIRMING = 15, 8, 10
_LEAST_LIFE = 2
_SHORT, _GHOST, _LATE, _EARLY, _POSTPONED = 0.05, 0.004, 0.09, 0.03, 0.03


def send_to_supplier(today: Today, lines: list[OrderLine]) -> None:
    """The supplier takes an order; what will come of it is settled now and learnt by the buyers as days go by."""
    terms = list(today.chain.world.suppliers.values())[lines[0].source]
    random = today.random(f"supplier {lines[0].order_id}")
    arrival = _arrival(today, random, terms, lines[0])
    for line in lines:
        _settle(today, random, terms, line, arrival)


def _arrival(today: Today, random: np.random.Generator, terms: Supplier, line: OrderLine) -> int:
    """The whole truck is on time, late by a few days with a long tail, or a day early."""
    delay = 0
    if terms.lead > 1 and random.random() < _LATE * terms.trouble:
        delay = 1 + int(random.geometric(0.35)) if random.random() < 0.8 else 5 + int(random.integers(10))
    elif terms.lead > 2 and random.random() < _EARLY:
        delay = -1
    return _next_open(today, line.row, line.promised + delay)


def _settle(today: Today, random: np.random.Generator, terms: Supplier, line: OrderLine, arrival: int) -> None:
    state, luck = today.state, random.random()
    postponed = random.random() < _POSTPONED * terms.trouble and arrival > line.promised
    state.confirmations[today.day + 1].append((line, line.ordered, arrival if postponed else line.promised))
    if arrival > line.promised:
        _failure(today, line, "late", line.ordered, arrival - line.promised)
    if luck < _GHOST * terms.trouble:
        _failure(today, line, "ghost", line.ordered, 0)
        state.endings[line.promised + PATIENCE].append(line)
    elif luck < (_GHOST + _SHORT) * terms.trouble and line.ordered > line.pack:
        _deliver_short(today, random, line, arrival)
    else:
        state.arriving[arrival].append(_from_supplier(today, random, line, line.ordered, arrival, last=True))


def _deliver_short(today: Today, random: np.random.Generator, line: OrderLine, arrival: int) -> None:
    packs = line.ordered // line.pack
    units = int(random.integers(1, packs)) * line.pack if packs > 1 else line.ordered
    rest = line.ordered - units
    ending = str(random.choice(["backordered", "short", "never_closed"], p=[0.4, 0.45, 0.15]))
    first = _from_supplier(today, random, line, units, arrival, last=ending == "short")
    today.state.arriving[arrival].append(first)
    _failure(today, line, ending, rest, 0)
    if ending == "backordered":
        later = _next_open(today, line.row, arrival + int(random.integers(2, 9)))
        today.state.arriving[later].append(_from_supplier(today, random, line, rest, later, last=True))
    elif ending == "never_closed":
        today.state.endings[arrival + PATIENCE].append(line)


def _from_supplier(
    today: Today, random: np.random.Generator, line: OrderLine, units: int, arrival: int, *, last: bool
) -> Delivery:
    life = int(today.chain.goods.shelf_life[line.product])
    expiry = arrival + life - int(random.integers(0, 1 + min(2, life // 5))) if life else 0
    late = 0
    if not life and random.random() < today.chain.world.habits.late_booking_rate:
        late = int(random.integers(1, 4))
    return Delivery(line, [(expiry, units)], units, None, last, late)


def pick_for_stores(today: Today) -> None:
    """The depot picks last night's orders, short where it runs out, and now and then picks wrong."""
    chain, state = today.chain, today.state
    depot = chain.places.depot
    if is_closed(chain.places.calendars[depot], today.day):
        return
    lines, state.to_pick = state.to_pick, []
    random = today.random("picking")
    for number in random.permutation(len(lines)):
        _pick(today, random, lines[number], today.hour(depot, _PICKING) + int(number) * 11)


def _pick(today: Today, random: np.random.Generator, line: OrderLine, time: int) -> None:
    chain, state = today.chain, today.state
    depot = chain.places.depot
    picked = state.stock.pick(depot, line.product, line.ordered, _LEAST_LIFE)
    units = sum(each for _, each in picked)
    if units < line.ordered:
        _failure(today, line, "depot_short", line.ordered - units, 0)
        state.short[line.row, line.product] = "dc_short"
        release(today, line, line.ordered - units)
        today.ledger.cancelled(time, line, line.ordered - units, "depot_short")
    if not units:
        today.ledger.closed(time, line)
        return
    transfer = f"T{line.order_id[2:]}"
    lots = [(today.day + left if left >= 0 else 0, each) for left, each in picked]
    for expiry, each in lots:
        today.ledger.transfer_out(time, line, each, transfer, expiry)
    lots = _maybe_wrong(today, random, line, lots, time)
    arrival = _next_open(today, line.row, today.day + 1)
    state.arriving[arrival].append(Delivery(line, lots, units, transfer, last=True))


def _maybe_wrong(
    today: Today, random: np.random.Generator, line: OrderLine, lots: list[tuple[int, int]], time: int
) -> list[tuple[int, int]]:
    """A unit or a pack too few or too many leaves, and nobody notices."""
    wrong = random.random() < today.chain.world.habits.pick_error_rate
    step = int(random.choice([-1, 1])) * (1 if random.random() < 0.6 else line.pack)
    if not wrong or lots[0][0]:
        return lots
    depot = today.chain.places.depot
    units = lots[0][1]
    step = max(-units, min(step, int(today.state.stock.physical[depot, line.product])))
    if not step:
        return lots
    today.state.stock.physical[depot, line.product] -= step
    hidden(today, time, depot, line.product, -step, "pick_error", line.order_id)
    return [(0, units + step)]


def receive(today: Today) -> None:
    """Goods arrive and are booked, or lie there unbooked for days; what was forgotten is booked now."""
    for number, delivery in enumerate(today.state.arriving.pop(today.day, [])):
        _arrive(today, delivery, number)
    for delivery in today.state.late_bookings.pop(today.day, []):
        time = today.delivery(delivery.line.row) - MINUTE
        hidden(
            today, time, delivery.line.row, delivery.line.product, -delivery.booked, "late_booking",
            delivery.line.order_id,
        )  # fmt: skip
        _book(today, delivery, time)


def _arrive(today: Today, delivery: Delivery, number: int) -> None:
    line, units = delivery.line, delivery.units
    time = _arrival_time(today, line.row, number)
    for expiry, each in delivery.lots:
        today.state.stock.put(line.row, line.product, each, expiry - today.day)
    _record_arrival(today, delivery, time)
    if units != delivery.booked:
        hidden(today, time, line.row, line.product, units - delivery.booked, "pick_error", line.order_id)
    if delivery.late_days:
        hidden(today, time, line.row, line.product, delivery.booked, "late_booking", line.order_id)
        later = _next_open(today, line.row, today.day + delivery.late_days)
        today.state.late_bookings[later].append(delivery)
    else:
        _book(today, delivery, time)


def _arrival_time(today: Today, row: int, number: int) -> int:
    """Stores book goods in the minutes before they are on the shelf, the depot all morning."""
    if row == today.chain.places.depot:
        return today.hour(row, _DEPOT_OPENS) + (number * 97_003) % (2 * HOUR)
    return today.delivery(row) - 20 * MINUTE + (number * 1009) % (19 * MINUTE)


def _book(today: Today, delivery: Delivery, time: int) -> None:
    line = delivery.line
    if not delivery.transfer_id and _in_packs(today, delivery):
        _book_packs(today, delivery, time)
        return
    lots = delivery.lots if delivery.units == delivery.booked else [(0, delivery.booked)]
    for expiry, units in lots:
        if delivery.transfer_id:
            today.ledger.transfer_in(time, line, units, delivery.transfer_id, expiry)
        else:
            today.ledger.receipt(time, line, units, line.cost, expiry)
    line.received += delivery.booked
    if line.received >= line.ordered:
        today.state.short.pop((line.row, line.product), None)
    elif line.source != DEPOT:
        today.state.short[line.row, line.product] = "supplier_short"
    release(today, line, delivery.booked)
    if not delivery.last:
        return
    if line.open_units:
        today.ledger.cancelled(time, line, line.open_units, "supplier_short")
        release(today, line, line.open_units)
    today.ledger.closed(time, line)


def _in_packs(today: Today, delivery: Delivery) -> bool:
    """Whether somebody keys in packs where units are meant."""
    line = delivery.line
    if line.pack == 1 or delivery.booked % line.pack or delivery.booked != delivery.units:
        return False
    return today.random(f"packs {line.order_id} {line.line}").random() < today.faults.pack_each


def _book_packs(today: Today, delivery: Delivery, time: int) -> None:
    line, units = delivery.line, delivery.booked
    packs = units // line.pack
    today.ledger.receipt(time, line, packs, line.cost * line.pack, delivery.lots[0][0])
    hidden(today, time, line.row, line.product, units - packs, "pack_each", line.order_id)
    line.received += packs
    release(today, line, line.open_units)
    today.ledger.closed(time, line)
    place, goods = today.chain.places.stock_ids[line.row], today.chain.goods
    if not today.quiet:
        record_fault(
            today.truth, "pack_each", today.day, time, location_id=place, product_id=goods.ids[line.product],
            detail=f"{line.order_id} line {line.line}: {packs} for {units}",
        )  # fmt: skip


def confirm(today: Today) -> None:
    """Suppliers answer yesterday's orders: those who deliver the next morning in the night, others during the day."""
    for number, (line, units, promised) in enumerate(today.state.confirmations.pop(today.day, [])):
        soon = line.promised <= line.placed + 1
        time = today.hour(line.row, 0 if soon else _CONFIRMING) + 3 * MINUTE + (number * 211) % (HOUR // 2)
        today.ledger.confirmed(time, line, units, promised)
    for line in today.state.endings.pop(today.day, []):
        release(today, line, line.open_units)  # the buyers give up on it; no system is told


def release(today: Today, line: OrderLine, units: int) -> None:
    """The buyers no longer expect these units of a line."""
    units = min(units, line.open_units)
    line.open_units -= units
    today.state.on_order[line.row, line.product] -= units
    if not line.open_units:
        pair = line.row, line.product
        today.state.expected[pair] = [other for other in today.state.expected[pair] if other is not line]


def hidden(today: Today, time: int, row: int, product: int, units: int, kind: str, reference: str = "") -> None:
    """Record a change of physical stock that no event reports."""
    if today.quiet:
        return
    today.truth.add(
        "hidden_movements",
        moved_at=time,
        location_id=today.chain.places.stock_ids[row],
        product_id=today.chain.goods.ids[product],
        quantity=units,
        unit_cost=int(today.state.cost[product]),
        kind=kind,
        reference=reference,
    )


def _record_arrival(today: Today, delivery: Delivery, time: int) -> None:
    if today.quiet:
        return
    line = delivery.line
    today.truth.add(
        "deliveries",
        purchase_order_id=line.order_id,
        purchase_order_line=line.line,
        location_id=today.chain.places.stock_ids[line.row],
        supply_source_id="DC01" if line.source == DEPOT else today.chain.supplier_ids[line.source],
        product_id=today.chain.goods.ids[line.product],
        placed_date=line.placed,
        promised_date=line.promised,
        arrived_at=time,
        lead_time_days=today.day - line.placed,
        arrived_units=delivery.units,
        booked_units=delivery.booked,
        booked_late_days=delivery.late_days,
    )


def _failure(today: Today, line: OrderLine, failure: str, units: int, days: int) -> None:
    if today.quiet:
        return
    today.truth.add(
        "supply_failures",
        purchase_order_id=line.order_id,
        purchase_order_line=line.line,
        supply_source_id="DC01" if line.source == DEPOT else today.chain.supplier_ids[line.source],
        product_id=today.chain.goods.ids[line.product],
        failure=failure,
        units=units,
        days=days,
    )


def _next_open(today: Today, row: int, day: int) -> int:
    """The first day from `day` on that the row takes goods in."""
    places = today.chain.places
    while is_closed(places.calendars[row], day) or places.refit_from[row] <= day < places.refit_to[row]:
        day += 1
    return day
