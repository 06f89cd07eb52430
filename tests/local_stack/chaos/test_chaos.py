"""A short run of both experiments, on a stack that may be broken: nobody notices, and what is noticed is told.

`./retail chaos` is the same with more events, more faults and another seed each time.
"""

from collections.abc import Iterator

import pytest

from contracts.settings import load_settings
from local_stack import supervision
from local_stack.chaos import laws
from local_stack.chaos.experiments import DISTURBED, STRUCK, Experiments, Outcome
from local_stack.chaos.laboratory import Laboratory
from local_stack.chaos.schedule import Fault
from local_stack.own_stack import on_its_own, own_stack
from tests.dbt_project.warehouse_build import WarehouseBuild

pytestmark = pytest.mark.long
EVENTS, BATCH = 5_000, 500
FAULTS = (Fault.SPARK, Fault.DATABASE, Fault.CHECKPOINT)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A stack of the module's own, of which nothing is left afterwards."""
    home = tmp_path_factory.mktemp("chaos") / "home"
    settings = on_its_own(load_settings(), home, landing_max_offsets_per_trigger=BATCH)
    with own_stack(settings, home) as running:
        yield Laboratory(running)
    assert not home.exists() and not list(supervision.orphans(settings))


@pytest.fixture(scope="module")
def outcome(lab: Laboratory) -> Outcome:
    """Of one seed."""
    models = WarehouseBuild(lab.settings)
    return Experiments(lab, lambda: models.dbt("run")).both(11, EVENTS, "tiny", FAULTS)


def test_a_disturbed_log_says_what_the_clean_one_says(outcome: Outcome) -> None:
    """Copies, shuffling, days of delay, corrupted copies, unknown fields: the same models, and every extra is found."""
    assert [law.broken for law in outcome.data_laws if not law.holds] == []
    assert min(outcome.bad.copied, outcome.bad.extended, outcome.bad.delayed, len(outcome.bad.corrupted)) > 30


def test_killed_machines_leave_no_trace(outcome: Outcome) -> None:
    """Spark and database killed, checkpoints lost, in mid-run: raw is the log, and the models are the same."""
    assert [law.broken for law in outcome.machine_laws if not law.holds] == []
    assert {struck.strike.fault for struck in outcome.strikes} == set(FAULTS)
    assert all(0 < struck.landed < len(outcome.bad.messages) for struck in outcome.strikes)


def test_a_lost_row_and_a_changed_figure_are_told(outcome: Outcome, lab: Laboratory) -> None:
    """The laws turn red, and say where."""
    lab.client.command("ALTER TABLE raw.raw_catalog_events DELETE WHERE _offset = 3", settings={"mutations_sync": 2})
    assert laws.raw_is_the_log(lab).broken == ("partition 0 of catalog_events: 1 offsets missing in raw, the first 3",)
    kept = f"`{STRUCK}core`.dim_store"
    lab.client.command(
        f"ALTER TABLE {kept} UPDATE store_name = 'Nowhere' WHERE store_id != ''", settings={"mutations_sync": 2}
    )
    [told] = laws.models_are_equal(lab, "", DISTURBED, STRUCK).broken
    assert told.startswith("core.dim_store (store_name): ") and "store_name Nowhere in the other" in told
