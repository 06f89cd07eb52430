"""From a text to a contract's value: numbers and times as the file writes them, judged by the contract's grammar."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.fields import BOOLEAN, DAY, INSTANT, INTEGER, MONEY, QUANTITY, RATE, Kind
from ingestion.replay.mapping import Cell, Mapping
from ingestion.replay.problems import WRONG_ENCODING, LineRejected

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
_WORDS = {"1": "true", "yes": "true", "y": "true", "t": "true", "0": "false", "no": "false", "n": "false", "f": "false"}


class Value(NamedTuple):
    """A field's value as the contract types it, and as it stands in the JSON."""

    typed: Any
    wire: Any


ABSENT = Value(None, None)


@dataclass(frozen=True)
class Habits:
    """How this file writes numbers and times."""

    decimal: str
    thousands: str
    ambiguous_time: str
    missing_time: str

    @classmethod
    def of(cls, mapping: Mapping) -> "Habits":
        """The habits a mapping declares."""
        return cls(mapping.file.decimal, mapping.file.thousands, mapping.ambiguous_time, mapping.missing_time)

    def number(self, text: str) -> Decimal:
        """The number a text stands for, exactly. Raises LineRejected."""
        plain = text
        if self.thousands and self.thousands in text:
            groups = rf"[+-]?[0-9]{{1,3}}({re.escape(self.thousands)}[0-9]{{3}})+({re.escape(self.decimal)}[0-9]*)?"
            plain = text.replace(self.thousands, "") if re.fullmatch(groups, text, re.ASCII) else ""
        if self.decimal != ".":
            plain = "" if "." in plain else plain.replace(self.decimal, ".")
        if not _NUMBER.fullmatch(plain):
            raise LineRejected(f"not a number: {text!r}")
        return Decimal(plain)

    def utc(self, local: datetime, zone: str) -> datetime:
        """The instant of a local time. A time that is twice or never on that day follows the mapping's rule."""
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        here = local.replace(tzinfo=_zone(zone))
        first, second = here.utcoffset(), here.replace(fold=1).utcoffset()
        if first > second and self.ambiguous_time == "reject":
            raise LineRejected(f"{local} is twice on the clock of {zone}")
        if first < second and self.missing_time == "reject":
            raise LineRejected(f"{local} is never on the clock of {zone}")
        is_second = first > second and self.ambiguous_time == "second"
        return here.replace(fold=int(is_second)).astimezone(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LineRejected(f"{name!r} is no time zone") from None


def reader_of(grammar: Kind, habits: Habits, cell: Cell, *, negate: bool = False) -> Callable[[str], Value]:
    """Text to value for one field that is not an instant. The reader raises LineRejected."""
    if grammar in (MONEY, QUANTITY, RATE):
        places = int(grammar.sql_type.rpartition(",")[2].strip(" )"))
        return _judged(grammar, lambda text: _decimal_text(_signed(habits.number(text), negate), places))
    if grammar is INTEGER:
        return _judged(grammar, lambda text: _decimal_text(_signed(habits.number(text), negate), 0))
    if grammar is DAY:
        return _judged(grammar, lambda text: str(day(text, cell)))
    if grammar is BOOLEAN:
        return _judged(grammar, lambda text: _WORDS.get(text.lower(), text.lower()))
    return _judged(grammar, str)


def _signed(number: Decimal, negate: bool) -> Decimal:
    return (-number if negate else number) or Decimal(0)


def _decimal_text(number: Decimal, places: int) -> str:
    text = format(number, "f")
    whole, _, fraction = text.partition(".")
    if len(fraction) > places:
        fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _judged(grammar: Kind, plain: Callable[[str], str]) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        try:
            typed = grammar.read(plain(text))
        except ValueError as error:
            raise LineRejected(f"{error}: {text!r}" if _is_text(text) else WRONG_ENCODING) from None
        return Value(typed, grammar.write(typed))

    return read


def _is_text(text: str) -> bool:
    """False for bytes that were carried along because they are not of the encoding."""
    return not any("\udc80" <= character <= "\udcff" for character in text)


def local_time(text: str, cell: Cell) -> datetime:
    """The time a text says, naive unless it carries an offset. Raises LineRejected."""
    try:
        said = datetime.strptime(text, cell.format) if cell.format else datetime.fromisoformat(text)
    except ValueError:
        raise LineRejected(f"not a time like {cell.format or '2026-01-31 09:30:00'}: {text!r}") from None
    return datetime.combine(said.date(), time.fromisoformat(cell.at), said.tzinfo) if cell.at else said


def day(text: str, cell: Cell) -> date:
    """The day a text says. Raises LineRejected."""
    try:
        said = datetime.strptime(text, cell.format) if cell.format else datetime.fromisoformat(text)
    except ValueError:
        raise LineRejected(f"not a date like {cell.format or '2026-01-31'}: {text!r}") from None
    return said.date()


def instant(moment: datetime) -> Value:
    """An instant in UTC as a value. Raises LineRejected outside the years a warehouse can hold."""
    try:
        wire = INSTANT.write(moment)
        return Value(INSTANT.read(wire), wire)
    except (ValueError, OverflowError):
        raise LineRejected(f"the year {moment.year} is out of range") from None


def local_day(moment: datetime, zone: str) -> Value:
    """The store's local day of an instant."""
    here = moment.astimezone(_zone(zone)).date()
    return Value(here, str(here))


def end_of_day(of: date, habits: Habits, zone: str) -> Value:
    """The instant at which a local day is over."""
    return instant(habits.utc(datetime.combine(of + timedelta(days=1), time()), zone))
