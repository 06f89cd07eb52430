"""A real retailer's file, to the cent."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from contracts.settings import load_settings
from ingestion.replay_files import replay
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild

FILE = load_settings().retail_test_online_retail
CHUNK = 50_000


class RawLanding:
    """Takes what the replay publishes straight into the raw tables."""

    def __init__(self, build: WarehouseBuild) -> None:
        self._build, self._log = build, RawLog(partitions=4)

    def send(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Land the messages, many at a time."""
        messages = (self._log.append_payload(topic, value, key.decode(), seconds=0) for topic, key, value in records)
        while chunk := list(islice(messages, CHUNK)):
            land(self._build.client, chunk)

    def flush(self) -> None:
        """Nothing waits."""


@pytest.mark.long
@pytest.mark.skipif(not FILE, reason="RETAIL_TEST_ONLINE_RETAIL names no file")
def test_the_figures_of_online_retail(build: WarehouseBuild, tmp_path: Path) -> None:
    """Σ net amount of all lines, transactions and known customers with a sale; the same after replaying twice."""
    settings = build.settings.model_copy(update={"retail_home": tmp_path})
    landing = RawLanding(build)
    for again in (False, True):
        replay(Path(str(FILE)), "online_retail", settings, again=again, connect=lambda: landing)
        build.dbt("run")
        assert _figures(build) == [(Decimal("9769872.054"), 19_960, 4_338)]
    query = "select verdict, count() from staging.stg_events__sales_messages group by verdict order by verdict"
    assert build.rows(query) == [("duplicate", 530_104 + 9_288), ("stands", 530_104 + 9_288)]


def _figures(build: WarehouseBuild) -> list[tuple]:
    return build.rows("""
        select sum(net_amount), uniqExactIf((store_id, transaction_id), event_type = 'sale'),
            uniqExactIf(customer_key, event_type = 'sale' and customer_key != 0)
        from core.fact_sales
    """)
