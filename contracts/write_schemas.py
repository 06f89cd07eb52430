"""Write the JSON Schema of every event into `docs/schemas/`, a file per topic: `python -m contracts.write_schemas`."""

import json
from pathlib import Path
from typing import Any

from contracts.events import TOPICS
from contracts.settings import PROJECT

FOLDER = PROJECT / "docs" / "schemas"


def topic_schema(topic: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of a topic's messages: one of its events, told apart by `event_type`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": topic,
        "oneOf": [_event_schema(model) for model in TOPICS[topic].values()],
    }


def _event_schema(model: Any) -> dict[str, Any]:
    schema = model.model_json_schema()
    schema["title"] = model.event
    schema["properties"]["event_type"] = {"const": model.event}
    return schema


def main() -> None:
    """Write the files and say where."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for topic in TOPICS:
        _file(topic).write_text(json.dumps(topic_schema(topic), indent=2) + "\n")


def _file(topic: str) -> Path:
    return FOLDER / f"{topic}.schema.json"


if __name__ == "__main__":
    main()
