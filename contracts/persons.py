"""What a message says about a customer, how it is taken out, and by what an erased one is known again."""

import hashlib
import hmac
import json
from typing import NamedTuple

from contracts.events import TOPICS

CUSTOMER, CUSTOMER_ID = "customer", "customer_id"
# Breaks the contract, so no model reads it; it is counted in the quarantine.
ERASED = b'{"event_type":"erased"}'
EXPIRED = b'{"event_type":"expired"}'
_ABOUT_MANY = {name for models in TOPICS.values() for model in models.values() for name in model.model_fields}


class Person(NamedTuple):
    """A retailer's customer."""

    source: str
    customer_id: str

    def mark(self, salt: str) -> str:
        """A keyed hash (HMAC-SHA-256, hexadecimal) that leads back to nobody without the salt."""
        said = f"{self.source}\0{self.customer_id}".encode()
        return hmac.new(salt.encode(), said, hashlib.sha256).hexdigest()


def without_person(payload: bytes, names: frozenset[str]) -> bytes:
    """The message about somebody else: of an event of the catalogue nothing is left, of a sale all but the customer.

    `names` are what the person is called: id, name, e-mail. What the contract does not know and equals one goes too.
    """
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return ERASED
    if not isinstance(found, dict) or found.get("event_type") == CUSTOMER:
        return ERASED
    kept = {key: None if _names(key, value, names) else _cleaned(key, value, names) for key, value in found.items()}
    return json.dumps(kept, separators=(",", ":")).encode()


def _names(key: str, value: object, names: frozenset[str]) -> bool:
    if key == CUSTOMER_ID:
        return True
    return key not in _ABOUT_MANY and isinstance(value, str | int) and str(value) in names


def _cleaned(key: str, value: object, names: frozenset[str]) -> object:
    """Only what the contract does not know may hold more than one value."""
    if key in _ABOUT_MANY:
        return value
    if isinstance(value, dict):
        return {name: None if _names(name, one, names) else _cleaned(name, one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [None if _names("", one, names) else _cleaned("", one, names) for one in value]
    return value
