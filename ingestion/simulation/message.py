"""One message of the stream."""

from typing import NamedTuple


class Message(NamedTuple):
    """What goes to Kafka: the topic, the key and the JSON value."""

    topic: str
    key: bytes
    value: bytes
