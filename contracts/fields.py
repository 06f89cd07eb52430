"""Kinds of event field. Each is one grammar, said twice: to pydantic and to ClickHouse.

Raw tables keep every field as the text the engine reads out of the JSON, so a kind judges text: `12.50` and `"12.50"`
are the same money, `2.5` is no integer, and nothing is silently turned into 0.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


@dataclass(frozen=True)
class Kind:
    """One grammar of field text.

    `says` completes "not …" in the verdict. The two `sql_` functions take a SQL expression of type Nullable(String):
    one gives the condition that good text fulfils, the other turns good text into Nullable(`sql_type`).
    """

    says: str
    sql_type: str
    sql_test: Callable[[str], str]
    sql_value: Callable[[str], str]
    parse: Callable[[str], Any]
    write: Callable[[Any], Any]
    schema: dict[str, Any] = field(hash=False)

    def read(self, value: Any) -> Any:
        """The typed value of a JSON or Python value. Raises ValueError with the verdict's words."""
        try:
            return self.parse(json_text(value))
        except (ValueError, ArithmeticError):
            raise ValueError(f"not {self.says}") from None

    def of(self, python_type: Any) -> Any:
        """The annotated type to use in a contract."""
        return Annotated[
            python_type,
            BeforeValidator(self.read),
            PlainSerializer(self.write),
            WithJsonSchema(self.schema),
            self,
        ]


def json_text(value: Any) -> str:
    """The text ClickHouse's `JSONExtract(…, 'Nullable(String)')` gives for a JSON value that is not null."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return _instant_text(value)
    if isinstance(value, int | date):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _float_text(value: float) -> str:
    """As JavaScript writes it: the shortest digits, an exponent from 1e21 up and from 1e-7 down."""
    shortest = Decimal(repr(value)).normalize()
    sign, digits, exponent = shortest.as_tuple()
    point = len(digits) + int(exponent)
    if -6 < point <= 21:
        return format(shortest, "f")
    first, *rest = map(str, digits)
    return "-" * sign + first + ("." + "".join(rest) if rest else "") + f"e{point - 1}"


def sql_literal(text: str) -> str:
    """`text` as a ClickHouse string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _matching(pattern: str, then: Callable[[str], Any]) -> Callable[[str], Any]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: then(text) if compiled.fullmatch(text) else _refuse(text)


def _sql_match(pattern: str) -> Callable[[str], str]:
    return lambda x: f"match({x}, {sql_literal(f'^{pattern}$')})"


def _sql_text(x: str) -> str:
    return x


def _patterned(pattern: str, says: str) -> Kind:
    schema = {"type": "string", "pattern": f"^{pattern}$"}
    return Kind(says, WORD, _sql_match(pattern), _sql_text, _matching(pattern, str), str, schema)


def _decimal(whole: int, places: int, says: str) -> Kind:
    pattern = rf"-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{places}}})?"
    return Kind(
        says=says,
        sql_type=f"Decimal(18, {places})",
        sql_test=_sql_match(pattern),
        sql_value=lambda x: f"toDecimal64OrNull({x}, {places})",
        parse=_matching(pattern, Decimal),
        write=lambda value: format(value, "f"),
        schema={"type": "string", "pattern": f"^{pattern}$"},
    )


def _sized(limit: int, says: str) -> Kind:
    return Kind(
        says=says,
        sql_type="String",
        sql_test=lambda x: f"length({x}) between 1 and {limit}",
        sql_value=_sql_text,
        parse=lambda text: text if 1 <= len(text.encode()) <= limit else _refuse(text),
        write=str,
        schema={"type": "string", "minLength": 1, "maxLength": limit},
    )


def _in_range(moment: date) -> date:
    """ClickHouse's Date32 and DateTime64 clip what lies far away: it is refused here and there."""
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else _refuse(str(moment))


def _sql_in_range(x: str) -> str:
    return f"substring({x}, 1, 4) between '{FIRST_YEAR}' and '{LAST_YEAR}'"


def _sql_instant(x: str) -> str:
    return f"toDateTime64OrNull(substring({x}, 1, length({x}) - 1), 3, 'UTC')"


def _sql_instant_test(x: str) -> str:
    # The engine moves an impossible day (31 April) to another one, so the text must survive the round trip.
    survives = f"formatDateTime({_sql_instant(x)}, '%FT%T') = substring({x}, 1, 19)"
    return f"{_sql_match(_INSTANT)(x)} and {_sql_in_range(x)} and {survives}"


def _instant_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


FIRST_YEAR, LAST_YEAR = 1925, 2282
WORD = "LowCardinality(String)"
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INTEGER = r"-?[0-9]{1,9}"

ID = _sized(200, "an id of 1 to 200 bytes")
NAME = _sized(1000, "a text of 1 to 1000 bytes")
MONEY = _decimal(14, 4, "money with at most 4 decimals")
QUANTITY = _decimal(15, 3, "a quantity with at most 3 decimals")
RATE = _decimal(10, 8, "a rate with at most 8 decimals")
CURRENCY = _patterned("[A-Z]{3}", "an ISO 4217 currency")
WEEKDAYS = _patterned("[1-7](,[1-7]){0,6}", "ISO weekdays like 1,3,5")
CLOCK_TIME = _patterned("([01][0-9]|2[0-4]):[0-5][0-9]", "a time of day like 09:30")
INTEGER = Kind(
    says="a whole number",
    sql_type="Int32",
    sql_test=_sql_match(_INTEGER),
    sql_value=lambda x: f"toInt32OrNull({x})",
    parse=_matching(_INTEGER, int),
    write=int,
    schema={"type": "integer"},
)
BOOLEAN = Kind(
    says="true or false",
    sql_type="Bool",
    sql_test=lambda x: f"{x} in ('true', 'false')",
    sql_value=lambda x: f"{x} = 'true'",
    parse=lambda text: text == "true" if text in ("true", "false") else _refuse(text),
    write=bool,
    schema={"type": "boolean"},
)
INSTANT = Kind(
    says="a UTC instant like 2026-01-31T09:30:00.000Z",
    sql_type="DateTime64(3, 'UTC')",
    sql_test=_sql_instant_test,
    sql_value=_sql_instant,
    parse=_matching(_INSTANT, lambda text: _in_range(datetime.fromisoformat(text))),
    write=_instant_text,
    schema={"type": "string", "format": "date-time", "pattern": f"^{_INSTANT}$"},
)
DAY = Kind(
    says="a date like 2026-01-31",
    sql_type="Date32",
    sql_test=lambda x: f"toString(toDate32OrNull({x})) = {x} and {_sql_in_range(x)}",
    sql_value=lambda x: f"toDate32OrNull({x})",
    parse=_matching(_DAY, lambda text: _in_range(date.fromisoformat(text))),
    write=str,
    schema={"type": "string", "format": "date"},
)


def one_of(*words: str) -> Any:
    """A field that takes one of these words."""
    kind = Kind(
        says="one of " + ", ".join(words),
        sql_type=WORD,
        sql_test=lambda x: f"{x} in ({', '.join(map(sql_literal, words))})",
        sql_value=_sql_text,
        parse=lambda text: text if text in words else _refuse(text),
        write=str,
        schema={"type": "string", "enum": list(words)},
    )
    return kind.of(str)


Id = ID.of(str)
Name = NAME.of(str)
Money = MONEY.of(Decimal)
Quantity = QUANTITY.of(Decimal)
Rate = RATE.of(Decimal)
Integer = INTEGER.of(int)
Boolean = BOOLEAN.of(bool)
Instant = INSTANT.of(datetime)
Day = DAY.of(date)
Currency = CURRENCY.of(str)
Weekdays = WEEKDAYS.of(str)
ClockTime = CLOCK_TIME.of(str)
