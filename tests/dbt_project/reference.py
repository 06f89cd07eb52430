"""What becomes of a log, said once more in plain Python: an independent check of the SQL. One topic, valid messages."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from tests.dbt_project.raw_log import Message

Place = tuple[str, int, int]
_MOVEMENTS = ("receipt", "transfer_out", "transfer_in", "adjustment", "damage", "expired", "theft_report", "own_use")
_NAMES = ("event_id", "corrects_event_id", "schema_version")


def verdicts(log: list[Message]) -> dict[Place, str]:
    """(topic, partition, offset) to what became of the message."""
    by_source: dict[str, list[Message]] = defaultdict(list)
    for message in sorted(log, key=lambda message: message.arrival):
        by_source[_body(message)["source"]].append(message)
    found: dict[Place, str] = {}
    for messages in by_source.values():
        found |= _verdicts_of_source(messages)
    return found


def standing(log: list[Message]) -> list[dict[str, Any]]:
    """The events that stand, in order of arrival."""
    found = verdicts(log)
    arrived = sorted(log, key=lambda message: message.arrival)
    return [_body(message) for message in arrived if found[_place(message)] == "stands"]


def version_at(versions: list[dict[str, Any]], instant: str) -> dict[str, Any] | None:
    """The catalogue event in force at an instant: the latest `valid_from` up to it, then the last said and arrived."""
    begun = [event for event in versions if _instant(event["valid_from"]) <= _instant(instant)]
    in_order = sorted(begun, key=lambda event: (_instant(event["valid_from"]), _instant(event["event_time"])))
    return in_order[-1] if in_order else None


def _verdicts_of_source(messages: list[Message]) -> dict[Place, str]:
    found: dict[Place, str] = {}
    first: dict[str, Message] = {}
    for message in messages:
        earlier = first.setdefault(_body(message)["event_id"], message)
        if earlier is not message:
            found[_place(message)] = "duplicate" if earlier.payload == message.payload else "conflicting_id"
    last_words = _last_words(first)
    for message in first.values():
        if message not in last_words:
            found[_place(message)] = "corrected"
    for document in _documents(last_words):
        found |= _one_stands(document)
    return found


def _last_words(first: dict[str, Message]) -> set[Message]:
    """Of the events that hang together by corrections, the last that nothing corrects."""
    corrects = {event_id: _corrected(message) for event_id, message in first.items() if _corrected(message)}
    families: dict[str, list[Message]] = defaultdict(list)
    for event_id, message in first.items():
        families[_root(event_id, corrects)].append(message)
    is_final = {event_id: event_id not in corrects.values() for event_id in first}
    return {
        max(family, key=lambda message: (is_final[_body(message)["event_id"]], message.arrival))
        for family in families.values()
    }


def _root(event_id: str, corrects: dict[str, str]) -> str:
    path = [event_id]
    while (target := corrects.get(path[-1])) and target not in path:
        path.append(target)
    return path[-1]


def _corrected(message: Message) -> str | None:
    body = _body(message)
    target = body.get("corrects_event_id")
    return target if target != body["event_id"] else None


def _documents(messages: set[Message]) -> list[list[Message]]:
    documents: dict[tuple, list[Message]] = defaultdict(list)
    for message in messages:
        documents[_document(_body(message))].append(message)
    return list(documents.values())


def _document(body: dict[str, Any]) -> tuple:
    if body["event_type"] in ("sale", "return"):
        return "line", body["store_id"], body["transaction_id"], body["line_number"]
    if body["event_type"] == "void":
        return "void", body["store_id"], body["transaction_id"], body["line_number"]
    if body["event_type"] == "store_day_closed":
        return "close", body["store_id"], body["business_date"]
    if body["event_type"] in _MOVEMENTS:
        return "movement", body["event_id"]  # goods that move can be alike and yet be two
    return ("content", _content(body))


def _one_stands(document: list[Message]) -> dict[Place, str]:
    speaker = min(document, key=lambda message: (_corrected(message) is None, message.arrival))
    alike = [message for message in document if _content(_body(message)) == _content(_body(speaker))]
    stands = min(alike, key=lambda message: _body(message)["event_id"])
    found = {_place(message): "conflicting_document" for message in document}
    found |= {_place(message): "duplicate_document" for message in alike}
    return found | {_place(stands): "stands"}


def _body(message: Message) -> dict[str, Any]:
    return json.loads(message.payload)


def _content(body: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in body.items() if name not in _NAMES}, sort_keys=True)


def _place(message: Message) -> Place:
    return message.topic, message.partition, message.offset


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
