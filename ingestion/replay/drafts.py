"""An event before it is written."""

from dataclasses import dataclass
from typing import Any

import orjson

from contracts.events import CATALOG, Event
from ingestion.replay.problems import WRONG_ENCODING, LineRejected

Message = tuple[str, bytes, bytes]


@dataclass(slots=True)
class Draft:
    """The JSON of an event and the same values typed, both without absent fields."""

    model: type[Event]
    wire: dict[str, Any]
    typed: dict[str, Any]

    def message(self) -> Message:
        """Topic, key and value as Kafka gets them. Raises LineRejected on text that is not of the encoding."""
        model, wire = self.model, self.wire
        key = ":".join([wire.get(name, "") for name in model.key_fields])
        if model.topic == CATALOG:
            key = f"{model.event}:{key}"
        try:
            return model.topic, key.encode(), orjson.dumps(wire)
        except (TypeError, UnicodeEncodeError):
            raise LineRejected(WRONG_ENCODING) from None
