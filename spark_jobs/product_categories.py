"""Which category a product is in, asked where Python workers run and kept there for a while."""

import time
from functools import cache

from clickhouse_connect.driver.client import Client

from contracts.events import CATALOG
from contracts.settings import Settings
from contracts.tables import WITH_ARCHIVE
from warehouse.client import connect

NOT_STATED = "not stated"
_FRESH_S, _UNKNOWN_FRESH_S = 60, 5
_QUERY = f"""
SELECT source, product_id, argMax(category, (valid_from, _partition, _offset))
FROM {WITH_ARCHIVE[CATALOG]}
WHERE event_type = 'product' AND _error = '' AND isNotNull(category)
GROUP BY source, product_id
"""  # noqa: S608


class ProductCategories:
    """Category by source and product, of the newest valid version; asked again every minute, or for an unknown one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[tuple[str, str], str] = {}
        self._asked = float("-inf")

    def __call__(self, source: str, product_id: str) -> str:
        """The category, or 'not stated'."""
        age = time.monotonic() - self._asked
        if age > _FRESH_S or (age > _UNKNOWN_FRESH_S and (source, product_id) not in self._known):
            rows = self._client.query(_QUERY).result_rows
            self._known = {(source, product): category for source, product, category in rows}
            self._asked = time.monotonic()
        return self._known.get((source, product_id), NOT_STATED)


@cache
def categories_of(settings: Settings) -> ProductCategories:
    """The one of this worker: workers are used again, batch after batch."""
    return ProductCategories(connect(settings))
