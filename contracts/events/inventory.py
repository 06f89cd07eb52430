"""What happens to stock and orders: the events of `inventory_events`."""

from contracts.events.envelope import INVENTORY, Event, not_negative, positive
from contracts.fields import Day, Id, Instant, Integer, Money, Quantity, one_of

CountScope = one_of("full", "cycle", "spot")


class _StockEvent(Event):
    topic = INVENTORY
    key_fields = ("location_id", "product_id")

    location_id: Id
    product_id: Id
    quantity: Quantity


class _Movement(_StockEvent):
    rules = positive("quantity")


class OpeningBalance(_StockEvent):
    """Book stock when the history starts; may be negative where a system's book is."""

    event = "opening_balance"
    rules = not_negative("unit_cost")
    unit_cost: Money | None = None


class Receipt(_Movement):
    """Goods from a supplier entered the stock, at this cost per base unit."""

    event = "receipt"
    rules = (*_Movement.rules, *not_negative("unit_cost"))
    unit_cost: Money
    supplier_id: Id | None = None
    purchase_order_id: Id | None = None
    purchase_order_line: Integer | None = None
    lot_id: Id | None = None
    expiry_date: Day | None = None


class _Transfer(_Movement):
    transfer_id: Id
    counterpart_location_id: Id
    purchase_order_id: Id | None = None
    purchase_order_line: Integer | None = None
    lot_id: Id | None = None
    expiry_date: Day | None = None


class TransferOut(_Transfer):
    """Goods left for another location of ours."""

    event = "transfer_out"


class TransferIn(_Transfer):
    """Goods arrived from another location of ours."""

    event = "transfer_in"


class Adjustment(_StockEvent):
    """A signed change of the book for a stated reason."""

    event = "adjustment"
    reason: Id


class _KnownLoss(_Movement):
    lot_id: Id | None = None
    reason: Id | None = None


class Damage(_KnownLoss):
    """Known loss: broken."""

    event = "damage"


class Expired(_KnownLoss):
    """Known loss: past its date."""

    event = "expired"


class TheftReport(_KnownLoss):
    """Known loss: stolen and noticed."""

    event = "theft_report"


class OwnUse(_KnownLoss):
    """Known loss: used by ourselves."""

    event = "own_use"


class StockCount(_StockEvent):
    """Somebody counted; the difference to the book at `counted_at` is derived, never sent."""

    event = "stock_count"
    rules = not_negative("quantity")
    count_id: Id
    scope: CountScope
    counted_at: Instant


class StockSnapshot(_StockEvent):
    """What another system believes; compared, never booked."""

    event = "stock_snapshot"
    snapshot_at: Instant


class _OrderLine(_Movement):
    key_fields = ("location_id", "product_id")
    purchase_order_id: Id
    purchase_order_line: Integer
    supply_source_id: Id


class PurchaseOrderPlaced(_OrderLine):
    """A line ordered by `location_id` from a supplier or from a location of ours (`supply_source_id`)."""

    event = "purchase_order_placed"
    rules = (*_OrderLine.rules, *positive("pack_size"), *not_negative("unit_cost"))
    pack_size: Quantity
    unit_cost: Money
    promised_date: Day


class PurchaseOrderConfirmed(_OrderLine):
    """The source will send `quantity` by `promised_date`."""

    event = "purchase_order_confirmed"
    promised_date: Day


class PurchaseOrderCancelled(_OrderLine):
    """`quantity` of the line will not come."""

    event = "purchase_order_cancelled"
    reason: Id | None = None


class PurchaseOrderClosed(_OrderLine):
    """Nothing more is expected; `quantity` was received in all."""

    event = "purchase_order_closed"
    rules = not_negative("quantity")
