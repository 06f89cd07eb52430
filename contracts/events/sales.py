"""What happens at a till: the events of `sales_events`."""

from contracts.events.envelope import SALES, Event, Rule, not_negative, positive, together
from contracts.fields import Currency, Day, Id, Integer, Money, Quantity, one_of

LineType = one_of("merchandise", "service", "fee", "deposit", "gift_card", "postage")
Channel = one_of("store", "online", "click_and_collect", "phone")
PaymentMethod = one_of("cash", "card", "mobile", "voucher", "invoice", "other")
Disposition = one_of("resell", "damaged", "vendor")
ReturnReason = one_of("unreferenced", "unwanted", "faulty", "wrong_item", "other")


class _SalesEvent(Event):
    topic = SALES
    store_id: Id
    business_date: Day


class _TicketLine(_SalesEvent):
    """One line of a ticket. `quantity` is positive on sales and returns alike; the event type carries the sign."""

    key_fields = ("store_id", "transaction_id")
    rules = (*positive("line_number", "quantity"), *not_negative("unit_price", "regular_price", "tax_amount"))

    transaction_id: Id
    line_number: Integer
    register_id: Id
    product_id: Id
    line_type: LineType
    customer_id: Id | None = None
    quantity: Quantity
    unit_price: Money
    regular_price: Money | None = None
    discount_amount: Money
    tax_amount: Money
    currency: Currency
    promotion_id: Id | None = None
    payment_method: PaymentMethod | None = None
    channel: Channel
    fulfilment_location_id: Id | None = None


class Sale(_TicketLine):
    """Goods or services left to a customer."""

    event = "sale"


class Return(_TicketLine):
    """A customer brought something back; names the line it returns, or the reason `unreferenced`."""

    event = "return"
    rules = (
        *_TicketLine.rules,
        together("returned_transaction_id", "returned_line_number"),
        Rule(
            "returned_transaction_id: missing, and the reason is not unreferenced",
            lambda e: e.returned_transaction_id is not None or e.reason == "unreferenced",
            "isNotNull(returned_transaction_id) or ifNull(reason = 'unreferenced', false)",
        ),
    )

    returned_transaction_id: Id | None = None
    returned_line_number: Integer | None = None
    reason: ReturnReason | None = None
    disposition: Disposition


class Void(_SalesEvent):
    """Takes a sale or return line back as if it had never been rung up."""

    event = "void"
    key_fields = ("store_id", "transaction_id")
    rules = positive("line_number")

    transaction_id: Id
    line_number: Integer
    register_id: Id


class StoreDayClosed(_SalesEvent):
    """Control totals of a store's business day: tickets and net amount of its lines, voided ones left out."""

    event = "store_day_closed"
    key_fields = ("store_id", "business_date")
    rules = not_negative("ticket_count")

    ticket_count: Integer
    net_total: Money
    currency: Currency
