"""Every figure of every page, in the order in which pages are opened: to be asked for ahead, and by tests."""

from collections.abc import Callable
from typing import Any

from dashboard.figures import executive, inventory, learning, live, state, store
from dashboard.figures.filters import Filters
from dashboard.figures.reading import Reader

Ask = Callable[[Reader, Filters], Any]
ASKED: tuple[Ask, ...] = (
    state.completeness,
    executive.cards,
    executive.revenue_by_week,
    executive.like_for_like,
    executive.lost_margin_by_cause,
    executive.stores_by_growth,
    executive.stock_by_category,
    executive.margin_by_category,
    executive.year_to_date,
    executive.lifetime_value,
    live.by_hour,
    live.late_stores,
    inventory.cards,
    inventory.orders_by_supplier,
    inventory.causes,
    inventory.classes,
    inventory.ageing,
    inventory.below_reorder_point,
    inventory.count_first,
    inventory.items,
    inventory.turnover_by_category,
    learning.measured,
    learning.serving,
    learning.coming,
    learning.sold_before,
    learning.days_without_stock,
    learning.frontier,
    learning.promoted,
    store.cards,
    store.ranking,
    store.mix,
    store.hours,
    store.peers,
)
# What changes by the second is never asked for ahead.
ASKED_LIVE: tuple[Ask, ...] = (live.alerts, live.anomalies, live.heartbeat, live.out_of_stock)
