"""The live sales on a real Kafka, Spark and ClickHouse: their law, whatever is killed or lost on the way."""

import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from landing_lab import Run, wait_until
from live_lab import MONEY, broken_windows, disturbed_log, land, produce
from support import settings_for

from contracts.settings import PROJECT, Settings, process_environment
from local_stack import stack, supervision
from spark_jobs.session import checkpoint_folder
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.client import connect

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
MODELS = ("stg_realtime__late_events", "stg_realtime__sales_metrics")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A stack of the module's own."""
    settings = settings_for(tmp_path_factory.mktemp("live") / "home")
    try:
        yield stack.up(settings, lambda _step: None)
    finally:
        supervision.stop(settings)


def _start(settings: Settings, *arguments: str) -> Run:
    return Run(
        subprocess.Popen(
            [sys.executable, "-m", "spark_jobs.sales_streaming", *arguments],
            env=process_environment(settings),
            cwd=PROJECT,
            stderr=subprocess.PIPE if arguments else subprocess.DEVNULL,  # nobody reads what a long run says
            text=True,
            start_new_session=True,
        )
    )


def test_events_and_late_events_are_all_there_are(live: Settings) -> None:
    """After a kill -9 and after a lost checkpoint each window's events and late events are raw's; money too."""
    client, log = connect(live), disturbed_log(6_000, seed=3)
    third = len(log) // 3
    produce(live, log[:third])
    land(live, client)
    killed = _start(live)
    wait_until(lambda: _windows(client), 300)
    for at in range(third, 2 * third, 200):
        produce(live, log[at : at + 200])
    before = _windows(client)
    wait_until(lambda: _windows(client) > before, 120)
    killed.kill()
    _work_off(live)
    models = WarehouseBuild(live)
    models.dbt("run", "--select", *MODELS)
    _holds(live, client)
    produce(live, log[2 * third :])
    shutil.rmtree(checkpoint_folder(live, "sales"))
    land(live, client)
    _work_off(live)
    _holds(live, client)
    assert client.command("select uniqExact(computation) from realtime.realtime_sales_metrics") == 2


def _windows(client) -> int:
    return int(client.command("select count() from realtime.realtime_sales_metrics"))


def _work_off(settings: Settings) -> None:
    code, said = _start(settings, "--once").end(400)
    assert code == 0, said


def _holds(settings: Settings, client) -> None:
    land(settings, client)
    for grain in ("store", "category"):
        assert broken_windows(client, grain) == []
    assert client.query(MONEY).result_rows == []
    late, events = client.query(
        "select sum(late_events), sum(events) from staging.stg_realtime__sales_metrics where grain = 'store'"
        " and window_minutes = 1"
    ).result_rows[0]
    assert 0 < late < events, "nothing was late, so nothing was proved"
