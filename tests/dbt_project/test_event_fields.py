"""Staging knows every field of the contracts: the macro that lists them, and the models of messages."""

import re

import pytest
import yaml

from contracts.events import TOPICS
from contracts.events.envelope import Event
from contracts.settings import PROJECT

FOLDER = PROJECT / "dbt_project"
ENVELOPE = set(Event.model_fields)
SHORT = {topic.removesuffix("_events"): topic for topic in TOPICS}


def _contract(topic: str) -> set[str]:
    return {name for model in TOPICS[SHORT[topic]].values() for name in model.model_fields} - ENVELOPE


@pytest.mark.parametrize("topic", SHORT)
def test_the_macro_lists_the_fields_of_the_contract(topic: str) -> None:
    """Else two messages that differ in a field that is not listed would count as one document."""
    text = (FOLDER / "macros" / "messages" / "event_fields.sql").read_text()
    listed = re.findall(r"'(\w+)'", re.search(rf"'{topic}': \[(.*?)\]", text, re.DOTALL)[1])
    assert sorted(listed) == sorted(_contract(topic))


@pytest.mark.parametrize("topic", SHORT)
def test_the_model_of_messages_has_the_fields_of_the_contract(topic: str) -> None:
    """What a raw table holds reaches staging."""
    page = FOLDER / "models" / "staging" / "events" / "messages" / f"stg_events__{topic}_messages.yml"
    [model] = yaml.safe_load(page.read_text())["models"]
    assert _contract(topic) - {column["name"] for column in model["columns"]} == set()
