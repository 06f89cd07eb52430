"""What every event has, and the rules that events obey."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

from contracts.fields import Id, Instant, Integer

SALES, INVENTORY, CATALOG = "sales_events", "inventory_events", "catalog_events"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Rule:
    """A condition on a whole event, said in Python over the model and in SQL over the raw table's typed columns."""

    says: str
    holds: Callable[[Any], bool]
    sql: str


def positive(*names: str) -> tuple[Rule, ...]:
    """Rules: these fields are above zero where given."""
    return tuple(
        Rule(f"{name}: not above zero", _compare(name, lambda v: v > 0), f"ifNull({name} > 0, true)") for name in names
    )


def not_negative(*names: str) -> tuple[Rule, ...]:
    """Rules: these fields are zero or more where given."""
    return tuple(
        Rule(f"{name}: below zero", _compare(name, lambda v: v >= 0), f"ifNull({name} >= 0, true)") for name in names
    )


def _compare(name: str, holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda event: getattr(event, name) is None or holds(getattr(event, name))


def together(first: str, second: str) -> Rule:
    """A rule: both fields are given, or neither."""
    return Rule(
        f"{first}: not together with {second}",
        lambda event: (getattr(event, first) is None) == (getattr(event, second) is None),
        f"isNull({first}) = isNull({second})",
    )


class Event(BaseModel):
    """The envelope of every event."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    topic: ClassVar[str]
    event: ClassVar[str]
    key_fields: ClassVar[tuple[str, ...]]
    rules: ClassVar[tuple[Rule, ...]] = ()

    event_id: Id
    event_type: Id
    schema_version: Integer
    event_time: Instant
    source: Id
    corrects_event_id: Id | None = None

    @model_validator(mode="after")
    def _obey(self) -> "Event":
        for rule in type(self).rules:
            if not rule.holds(self):
                raise ValueError(rule.says)
        return self

    @property
    def key(self) -> str:
        """The Kafka key: what must stay in order goes to one partition."""
        values = ":".join(str(getattr(self, name) or "") for name in self.key_fields)
        return f"{self.event}:{values}" if self.topic == CATALOG else values

    def json_bytes(self) -> bytes:
        """The message's value; absent fields are left out."""
        return self.model_dump_json(exclude_none=True).encode()
