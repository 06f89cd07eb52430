"""Tonight's purchase orders: one per place and source, a line per product that is due."""

from itertools import groupby

import numpy as np

from ingestion.simulation.buying import DEPOT_LEAD, Levels, levels, may_order, orderable
from ingestion.simulation.clock import short_day
from ingestion.simulation.state import DEPOT, OrderLine
from ingestion.simulation.supply import send_to_supplier
from ingestion.simulation.today import Today

_LINE_GAP = 7
_URGENT = 0.5


def place_orders(today: Today) -> None:
    """Order what is due, by the incumbent's rule, and hand the orders to their sources."""
    chain, state = today.chain, today.state
    known = levels(chain, state, today.day)
    due = orderable(chain, today.day) & may_order(chain, today.day) & (known.position <= known.reorder_point)
    forgotten = today.random("forgotten").random(due.shape) < chain.world.buying.forgotten_rate
    state.missed |= due & forgotten
    pairs = [(int(row), int(product)) for row, product in np.argwhere(due & ~forgotten)]
    ordered = sorted((row, _source(today, row, product), product) for row, product in pairs)
    for (row, source), lines in groupby(ordered, key=lambda each: each[:2]):
        _order(today, known, row, source, [product for _, _, product in lines])


def _source(today: Today, row: int, product: int) -> int:
    chain = today.chain
    if row == chain.places.depot or chain.direct[product]:
        return int(chain.supplier[product])
    return DEPOT


def _order(today: Today, known: Levels, row: int, source: int, products: list[int]) -> None:
    lines = _lines(today, known, row, source, products)
    if _too_small(today, known, source, lines):
        today.state.missed[row, products] = True
        return
    for line in lines:
        _place(today, known, line)
    if source == DEPOT:
        today.state.to_pick.extend(lines)
    else:
        send_to_supplier(today, lines)


def _lines(today: Today, known: Levels, row: int, source: int, products: list[int]) -> list[OrderLine]:
    chain = today.chain
    name = "DC01" if source == DEPOT else chain.supplier_ids[source]
    order_id = f"PO{short_day(today.day)}-{chain.places.stock_ids[row]}-{name}"
    promised = today.day + DEPOT_LEAD if source == DEPOT else _promise(today, source)
    return [
        OrderLine(
            row=row,
            product=product,
            source=source,
            order_id=order_id,
            line=number,
            ordered=(units := _units(today, known, row, product)),
            pack=_pack(today, row, product),
            cost=int(today.state.cost[product]),
            placed=today.day,
            promised=promised,
            open_units=units,
            missed=bool(today.state.missed[row, product]),
        )
        for number, product in enumerate(products, start=1)
    ]


def _units(today: Today, known: Levels, row: int, product: int) -> int:
    """Whole packs up to the target; never none, for what is due is needed."""
    pack = _pack(today, row, product)
    missing = int(known.order_up_to[row, product] - known.position[row, product])
    return max(1, -(-missing // pack)) * pack


def _pack(today: Today, row: int, product: int) -> int:
    """Stores order inner packs, the depot cases."""
    goods = today.chain.goods
    return int((goods.pack if row == today.chain.places.depot else goods.inner)[product])


def _promise(today: Today, source: int) -> int:
    chain = today.chain
    day = today.day + int(chain.lead[source])
    while day % 7 not in chain.delivery_days[source]:
        day += 1
    return day


def _too_small(today: Today, known: Levels, source: int, lines: list[OrderLine]) -> bool:
    """Below the supplier's minimum value, and nothing on it is urgent: it waits for the next order day."""
    if source == DEPOT:
        return False
    minimum = list(today.chain.world.suppliers.values())[source].minimum
    worth = sum(line.ordered * line.cost for line in lines) / 10_000
    urgent = any(
        known.position[line.row, line.product] <= _URGENT * known.reorder_point[line.row, line.product]
        for line in lines
    )
    return worth < minimum and not urgent


def _place(today: Today, known: Levels, line: OrderLine) -> None:
    time = today.night(line.row) + line.line * _LINE_GAP
    today.state.on_order[line.row, line.product] += line.ordered
    today.state.missed[line.row, line.product] = False
    today.state.expected[line.row, line.product].append(line)
    today.ledger.placed(time, line)
    if today.quiet:
        return
    pair = line.row, line.product
    today.truth.add(
        "order_lines",
        placed_at=time,
        purchase_order_id=line.order_id,
        purchase_order_line=line.line,
        location_id=today.chain.places.stock_ids[line.row],
        supply_source_id="DC01" if line.source == DEPOT else today.chain.supplier_ids[line.source],
        product_id=today.chain.goods.ids[line.product],
        ordered_units=line.ordered,
        reason=_reason(today, line),
        sales_rate=float(known.rate[pair]),
        reorder_point=int(known.reorder_point[pair]),
        order_up_to=int(known.order_up_to[pair]),
        position=int(known.position[pair]),
    )


def _reason(today: Today, line: OrderLine) -> str:
    if today.chain.ranged_from[line.row, line.product] > today.day - 14:
        return "new_item"
    return "out_of_stock" if today.state.stock.book[line.row, line.product] <= 0 else "reorder_point"
