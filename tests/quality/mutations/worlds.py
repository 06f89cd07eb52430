"""The events that judge mistakes: every world the tests of the models have, side by side in one warehouse."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from ingestion.simulation.truth import Truth
from tests.dbt_project.kpis_by_hand import EVENTS, EXPECTED, differences
from tests.dbt_project.random_stock import random_stock_log
from tests.dbt_project.random_worlds import random_log
from tests.dbt_project.raw_log import Message, RawLog, land
from tests.dbt_project.scenarios import scenarios
from tests.dbt_project.test_twin import simulated_messages
from tests.dbt_project.warehouse_build import WarehouseBuild

_APART = 10  # so many partitions lie between two worlds: the place of a message is its own


def land_worlds(build: WarehouseBuild) -> int:
    """Land them all; gives how many messages they are."""
    log = RawLog()
    told = [log.append(event) for scenario in scenarios() for event in (*scenario.first, *scenario.later)]
    quarrels = random_log(worlds=40, messages=14, seed=7)
    ledger = [_renamed(message) for message in random_stock_log(worlds=40, messages=24, seed=7)]
    paper = RawLog()
    week = [paper.append(event) for event in EVENTS]
    worlds = [told, quarrels, ledger, simulated_messages(Truth()), week]
    return sum(_landed(build, world, number * _APART) for number, world in enumerate(worlds))


def differences_by_hand(build: WarehouseBuild, model: str, database_of: Callable[[str], str]) -> list[str]:
    """What a model says otherwise than the week on paper; nothing for models that are not on it."""
    return differences(build.client, database_of, model) if model in EXPECTED else []


def _landed(build: WarehouseBuild, world: Iterable[Message], further: int) -> int:
    messages = [replace(message, partition=message.partition + further) for message in world]
    land(build.client, messages)
    return len(messages)


def _renamed(message: Message) -> Message:
    return replace(message, payload=message.payload.replace(b'"world-', b'"stock-'))
