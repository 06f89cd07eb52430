"""Which sale line a return gives back, where that is certain.

Certain means: among the earlier lines of the same customer, product and price (the mapping names the fields) exactly
one still has the returned quantity left, and no return of that group was left unreferenced before, for it may have used
that line up. Only groups that have a return in the file are remembered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ingestion.replay.drafts import Draft
from ingestion.replay.event_plan import UNREFERENCED

Group = tuple[Any, ...]


@dataclass
class _SoldLine:
    transaction_id: str
    line_number: int
    sold_at: datetime
    left: Decimal


@dataclass
class SaleFinder:
    """Groups with returns are noted in the first pass; sales are remembered and returns resolved in the second."""

    by: Sequence[str]
    _sold: dict[Group, list[_SoldLine]] = field(default_factory=dict)
    _unclear: set[Group] = field(default_factory=set)

    def note(self, returned: Draft) -> None:
        """First pass: sales of this return's group will be wanted."""
        if group := self._group(returned):
            self._sold.setdefault(group, [])

    def remember(self, sale: Draft) -> None:
        """Second pass: a sale line that a later return may name."""
        group = self._group(sale)
        if group in self._sold:
            seen = sale.typed
            self._sold[group].append(
                _SoldLine(seen["transaction_id"], seen["line_number"], seen["event_time"], seen["quantity"])
            )

    def resolve(self, returned: Draft) -> None:
        """Second pass: write the sale line into the return if it is certain."""
        group, seen = self._group(returned), returned.typed
        if "returned_transaction_id" in returned.wire or not self._sold.get(group):
            return
        fits = self._fitting(group, seen)
        if len(fits) != 1 or group in self._unclear:
            self._unclear.add(group)
            return
        fits[0].left -= seen["quantity"]
        returned.wire["returned_transaction_id"] = fits[0].transaction_id
        returned.wire["returned_line_number"] = fits[0].line_number
        if returned.wire["reason"] == UNREFERENCED:
            del returned.wire["reason"]

    def _fitting(self, group: Group, seen: dict[str, Any]) -> list[_SoldLine]:
        enough, by_then = seen["quantity"], seen["event_time"]
        return [line for line in self._sold[group] if line.left >= enough and line.sold_at <= by_then]

    def _group(self, draft: Draft) -> Group | None:
        """The values a return and its sale have in common; None if one is unknown."""
        group = tuple([draft.typed.get(name) for name in self.by])
        return None if None in group else group
