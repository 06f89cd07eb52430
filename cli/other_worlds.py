"""Worlds of other trades, each in a home of its own: simulated, landed, built, graded, removed."""

from pathlib import Path

from cli.console import step
from cli.programs import run_dbt, run_python
from cli.scorecard import grade_sources
from contracts.problems import Problem
from contracts.settings import Settings
from local_stack.own_stack import on_its_own, own_stack

SEEDS = {"fashion": 21, "gifts": 22, "hardware": 23}
SIZE, MONTHS = "small", 14
# The faults of every demo, and days of which no ticket ever arrives.
FAULTS = (
    "duplicate_same_id=0.0005,duplicate_new_id=0.0002,late=0.001,out_of_order=0.002,malformed=0.0001,corrected=0.0001,"
    "late_day=0.004,clock_off=0.004,back_dated_cost=0.006,pack_each=0.0005,missing_day=0.002"
)
BUILD = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--quiet"]


def grade_other_worlds(settings: Settings, folder: Path) -> dict[str, dict]:
    """Headlines by world; a page for each is written into `folder`."""
    found: dict[str, dict] = {}
    for world, seed in SEEDS.items():
        home = folder / "worlds" / world
        with own_stack(on_its_own(settings, home), home) as own:
            found |= _graded(own, world, seed, folder)
    return found


def _graded(settings: Settings, world: str, seed: int, folder: Path) -> dict[str, dict]:
    options = {"world": world, "source": world, "seed": seed, "size": SIZE, "months": MONTHS, "faults": FAULTS}
    arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    step(f"The world {world}: simulating, landing and building {MONTHS} months")
    _must_succeed(run_python(settings, "ingestion.data_generator", *arguments), world)
    _must_succeed(run_python(settings, "spark_jobs.land_events", "--once"), world)
    _must_succeed(run_python(settings, "ingestion.load_truth", "--source", world), world)
    _must_succeed(run_dbt(settings, BUILD), world)
    return grade_sources(settings, world, folder, tell=False)


def _must_succeed(code: int, world: str) -> None:
    if code == 130:
        raise KeyboardInterrupt
    if code:
        raise Problem(f"The world {world} is not graded: a step ended with code {code}.", "What it said is above.")
