"""Rejected messages, mended: judged again, and given the key that the contract gives them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from clickhouse_connect.driver.client import Client

from contracts.events import TOPICS
from contracts.verdict import BrokenRuleError, read_event
from warehouse.quarantine import Rejected, valid_events

_TOPIC = {name: topic for topic, models in TOPICS.items() for name in models}


class Mended(NamedTuple):
    """A message to be sent, or the reason why it is not. `origin` is where it came from."""

    origin: str
    topic: str
    key: bytes
    value: bytes
    event: tuple[str, str] = ("", "")  # source and event id
    refused: str = ""


def mended_by(changes: Mapping[str, Any], messages: Iterable[Rejected]) -> Iterator[Mended]:
    """Each message with the fields of `changes` set (null takes a field away), judged again."""
    for message in messages:
        try:
            event = json.loads(message.payload)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            yield Mended(message.place, message.topic, b"", b"", refused="not a JSON object: mend it in a file")
            continue
        changed = {name: value for name, value in {**event, **changes}.items() if value is not None}
        yield judged(message.place, message.topic, json.dumps(changed, ensure_ascii=False).encode())


def mended_lines(name: str, lines: Iterable[bytes]) -> Iterator[Mended]:
    """Each line of a file of events, for the topic that its `event_type` belongs to."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            topic = _TOPIC.get(json.loads(line).get("event_type"), "")
        except (ValueError, AttributeError):
            topic = ""
        origin = f"{name}:{number}"
        if topic:
            yield judged(origin, topic, line.strip())
        else:
            yield Mended(origin, "", b"", line.strip(), refused="event_type: not one of any topic's")


def judged(origin: str, topic: str, value: bytes) -> Mended:
    """The message with the key its event has by the contract, or the rule it breaks."""
    try:
        event = read_event(topic, value)
    except BrokenRuleError as broken:
        return Mended(origin, topic, b"", value, refused=str(broken))
    return Mended(origin, topic, event.key.encode(), value, (event.source, event.event_id))


def without_known(client: Client, messages: Iterable[Mended]) -> list[Mended]:
    """The messages, those refused whose event is valid in raw already or comes twice among them."""
    listed = list(messages)
    known = {topic: _valid(client, topic, listed) for topic in {m.topic for m in listed if not m.refused}}
    checked: list[Mended] = []
    for message in listed:
        if not message.refused and message.event in known[message.topic]:
            message = message._replace(refused=f"{message.event[1]} is valid already")
        elif not message.refused:
            known[message.topic].add(message.event)
        checked.append(message)
    return checked


def _valid(client: Client, topic: str, messages: list[Mended]) -> set[tuple[str, str]]:
    ids = [message.event[1] for message in messages if message.topic == topic and not message.refused]
    return valid_events(client, topic, ids)
