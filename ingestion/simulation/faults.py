"""Which faults and anomalies a run has, and how often. Each one that is put in leaves a row of truth."""

from dataclasses import asdict, dataclass, fields

from contracts.problems import Problem
from ingestion.simulation.truth import Truth


class UnknownFaultError(Problem):
    """No such fault, or a rate that is none; the message lists what there is."""


@dataclass(frozen=True)
class Faults:
    """Rates. Those of messages are shares of the messages they may befall, those of days chances per day."""

    # Messages, on their way
    duplicate_same_id: float = 0.0  # sent twice, byte for byte
    duplicate_new_id: float = 0.0  # a ticket line sent again under another event id
    late: float = 0.0  # arrives one to fourteen days later
    out_of_order: float = 0.0  # arrives some hours later, the same day
    malformed: float = 0.0  # a damaged copy beside the good one
    corrected: float = 0.0  # first sent wrong, later replaced through corrects_event_id
    # Days, on their way
    late_day: float = 0.0  # a store's tickets arrive two days later
    missing_day: float = 0.0  # a store's tickets never arrive, its control totals do
    clock_off: float = 0.0  # a till's clock is an hour off for a day
    # Mistakes in the chain
    back_dated_cost: float = 0.0  # a supplier's new cost is valid since weeks
    pack_each: float = 0.0  # a receipt is booked in packs instead of units (share of receipts)
    # Anomalies of trade
    sales_spike: float = 0.0
    sales_drop: float = 0.0
    silent_store: float = 0.0
    refund_burst: float = 0.0
    price_outlier: float = 0.0
    quantity_outlier: float = 0.0

    def as_json(self) -> dict[str, float]:
        """The rates above zero."""
        return {name: rate for name, rate in asdict(self).items() if rate}


NONE = Faults()
MODEST = Faults(
    duplicate_same_id=0.0005,
    duplicate_new_id=0.0002,
    late=0.001,
    out_of_order=0.002,
    malformed=0.0001,
    corrected=0.0001,
    late_day=0.004,
    clock_off=0.004,
    back_dated_cost=0.006,
    pack_each=0.0005,
    sales_spike=0.015,
    sales_drop=0.015,
    silent_store=0.01,
    refund_burst=0.01,
    price_outlier=0.01,
    quantity_outlier=0.01,
)
_PRESETS = {"none": NONE, "modest": MODEST}
_PLENTY = {"message": 0.01, "day": 0.2}
_OF_MESSAGES = ("duplicate_same_id", "duplicate_new_id", "late", "out_of_order", "malformed", "corrected", "pack_each")


def read_faults(text: str) -> Faults:
    """Faults from `none`, `modest`, `all`, or `name[=rate],…`. Raises UnknownFaultError."""
    if text in _PRESETS:
        return _PRESETS[text]
    names = [field.name for field in fields(Faults)]
    asked = ",".join(names) if text == "all" else text
    try:
        rates = dict(_named_rate(part, names) for part in asked.split(","))
    except ValueError:
        raise UnknownFaultError(
            f"{text!r} does not say which faults to inject.",
            f"Give none, modest, all, or a list of name=rate with a rate from 0 to 1: {', '.join(names)}.",
        ) from None
    return Faults(**rates)


def _named_rate(part: str, names: list[str]) -> tuple[str, float]:
    name, _, rate = part.strip().partition("=")
    value = float(rate) if rate else _PLENTY["message" if name in _OF_MESSAGES else "day"]
    if name not in names or not 0 <= value <= 1:
        raise ValueError(part)
    return name, value


def record_fault(truth: Truth, fault: str, day: int, begins: int, ends: int | None = None, **known: str) -> None:
    """A row of truth. `known` holds what applies of the other columns."""
    words = ("topic", "event_id", "original_event_id", "location_id", "product_id", "category", "detail")
    truth.add(
        "injected_faults",
        fault=fault,
        business_date=day,
        starts_at=begins,
        ends_at=begins if ends is None else ends,
        **{word: known.get(word, "") for word in words},
    )
