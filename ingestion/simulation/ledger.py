"""The chain's own stock book: every change of it, but for sales, is an event made here."""

from ingestion.simulation import money
from ingestion.simulation.chain import Chain
from ingestion.simulation.clock import day_text, instant
from ingestion.simulation.outbox import Fields, Outbox
from ingestion.simulation.state import DEPOT, OrderLine
from ingestion.simulation.stock import Stock


class Ledger:
    """Writes stock events of one day and moves the book by them. Times are UTC milliseconds, money ten-thousandths."""

    def __init__(self, chain: Chain, stock: Stock, outbox: Outbox) -> None:
        self._chain, self._stock, self._outbox = chain, stock, outbox

    def opening(self, time: int, row: int, product: int, units: int, cost: int) -> None:
        """Book stock when a row's history starts."""
        self._stock.book[row, product] += units
        self._add("opening_balance", time, row, product, units, {"unit_cost": money.text(cost)})

    def receipt(self, time: int, line: OrderLine, units: int, cost: int, expiry: int) -> None:
        """Goods from a supplier."""
        self._stock.book[line.row, line.product] += units
        fields = {"unit_cost": money.text(cost), "supplier_id": self._chain.supplier_ids[line.source]}
        self._add("receipt", time, line.row, line.product, units, fields | _order(line) | self._lot(line, expiry))

    def transfer_out(self, time: int, line: OrderLine, units: int, transfer: str, expiry: int) -> None:
        """Goods leave the depot for the store that ordered them."""
        depot = self._chain.places.depot
        self._stock.book[depot, line.product] -= units
        fields = {"transfer_id": transfer, "counterpart_location_id": self._chain.places.stock_ids[line.row]}
        self._add("transfer_out", time, depot, line.product, units, fields | _order(line) | self._lot(line, expiry))

    def transfer_in(self, time: int, line: OrderLine, units: int, transfer: str, expiry: int) -> None:
        """Goods of the depot reach the store that ordered them."""
        self._stock.book[line.row, line.product] += units
        depot = self._chain.places.stock_ids[self._chain.places.depot]
        fields = {"transfer_id": transfer, "counterpart_location_id": depot}
        self._add("transfer_in", time, line.row, line.product, units, fields | _order(line) | self._lot(line, expiry))

    def known_loss(self, kind: str, time: int, row: int, product: int, units: int, lot: Fields | None = None) -> None:
        """Goods that are written off: damage, expired, theft_report or own_use."""
        self._stock.book[row, product] -= units
        self._add(kind, time, row, product, units, lot or {})

    def adjustment(self, time: int, row: int, product: int, units: int, reason: str) -> None:
        """A signed change for a reason."""
        self._stock.book[row, product] += units
        self._add("adjustment", time, row, product, units, {"reason": reason})

    def count(self, time: int, row: int, product: int, units: int, count_id: str, scope: str, counted: int) -> None:
        """Somebody counted; the book follows."""
        self._stock.book[row, product] = units
        fields = {"count_id": count_id, "scope": scope, "counted_at": instant(counted)}
        self._add("stock_count", time, row, product, units, fields)

    def snapshot(self, time: int, row: int, product: int, units: int) -> None:
        """What the warehouse's own system believes; nothing is booked."""
        self._add("stock_snapshot", time, row, product, units, {"snapshot_at": instant(time)})

    def placed(self, time: int, line: OrderLine) -> None:
        """An order line is sent."""
        terms = {"pack_size": str(line.pack), "unit_cost": money.text(line.cost)}
        promised = {"promised_date": day_text(line.promised)}
        self._add_order("placed", time, line, line.ordered, terms | promised)

    def confirmed(self, time: int, line: OrderLine, units: int, promised: int) -> None:
        """The source says what it will send, and when."""
        self._add_order("confirmed", time, line, units, {"promised_date": day_text(promised)})

    def cancelled(self, time: int, line: OrderLine, units: int, reason: str) -> None:
        """Part of a line will not come."""
        self._add_order("cancelled", time, line, units, {"reason": reason})

    def closed(self, time: int, line: OrderLine) -> None:
        """Nothing more is expected."""
        self._add_order("closed", time, line, line.received, {})

    def _add(self, event: str, time: int, row: int, product: int, units: int, fields: Fields) -> None:
        where = {"location_id": self._chain.places.stock_ids[row], "product_id": self._chain.goods.ids[product]}
        self._outbox.add(event, time, {**where, "quantity": str(units), **fields})

    def _add_order(self, step: str, time: int, line: OrderLine, units: int, fields: Fields) -> None:
        places = self._chain.places
        source = places.stock_ids[places.depot] if line.source == DEPOT else self._chain.supplier_ids[line.source]
        fields = {**_order(line), "supply_source_id": source, **fields}
        self._add(f"purchase_order_{step}", time, line.row, line.product, units, fields)

    def _lot(self, line: OrderLine, expiry: int) -> Fields:
        return lot(self._chain, line.product, expiry)


def lot(chain: Chain, product: int, expiry: int) -> Fields:
    """Lot and expiry date of goods that perish on day `expiry` (0: they do not)."""
    if not expiry:
        return {}
    date = day_text(expiry)
    return {"lot_id": f"{chain.goods.ids[product]}-{date}", "expiry_date": date}


def _order(line: OrderLine) -> Fields:
    return {"purchase_order_id": line.order_id, "purchase_order_line": line.line}
