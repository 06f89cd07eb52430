"""What a mapping file may say. `mapping_file.py` reads one, `checks.py` compares it with its kind."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from ingestion.replay.kinds import KINDS


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileFormat(_Part):
    """How the file is written. `header` names the columns of a file that has no header line."""

    format: Literal["delimited", "parquet"] | None = None
    delimiter: str | None = None
    quote: str = Field('"', description="one character, or the word none")
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    header: list[str] | None = None

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        value = {"tab": "\t", "\\t": "\t"}.get(value, value) if value else value
        if value is not None and len(value) != 1:
            raise ValueError("give one character, or the word tab")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(f"{value!r} is no encoding; try utf-8, latin-1 or cp1252") from None
        return value

    @model_validator(mode="after")
    def _marks_differ(self) -> "FileFormat":
        if self.quote != "none" and len(self.quote) != 1:
            raise ValueError("quote: give one character, or the word none")
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same mark")
        return self


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


Pattern = Annotated[str, BeforeValidator(_pattern)]


def _number(text: str) -> str:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text, re.ASCII):
        raise ValueError(f"{text!r} is no number; write one like 0 or 12.5")
    return text


Number = Annotated[str, BeforeValidator(_number)]


class Condition(_Part):
    """A test of one field's text. Numbers compare as numbers; all that is said must hold."""

    state: Literal["present", "absent"] | None = None
    equals: str | None = None
    one_of: list[str] | None = None
    starts_with: str | None = None
    matching: Pattern | None = None
    above: Number | None = None
    below: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if not self.model_fields_set:
            raise ValueError("says nothing; give present, absent, equals, one_of, starts_with, matching, above, …")
        return self


Conditions = dict[str, Annotated[Condition, BeforeValidator(lambda v: {"state": v} if isinstance(v, str) else v)]]


class Cell(_Part):
    """Where a text comes from, then what is done to it, in the order below."""

    column: str | None = None
    columns: list[str] | None = Field(None, min_length=1)
    constant: str | None = None
    field: str | None = None
    running_within: list[str] | None = Field(None, min_length=1)

    joined_with: str = " "
    remove_suffix: str | None = None
    case: Literal["upper", "lower"] | None = None
    matching: Pattern | None = None
    slug: bool = False
    values: dict[str, str] | None = None
    otherwise: str | None = None
    default: str | None = None
    format: str | None = None
    at: str | None = Field(None, pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")
    when: Conditions | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "Cell":
        origins = (self.column, self.columns, self.constant, self.field, self.running_within)
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("give exactly one of column, columns, constant, field, running_within")
        if self.otherwise is not None and self.values is None:
            raise ValueError("otherwise needs values")
        return self


def _from_column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _from_constant(value: Any) -> Any:
    return {"constant": value} if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


ColumnCell = Annotated[Cell, BeforeValidator(_from_column)]
ConstantCell = Annotated[Cell, BeforeValidator(_from_constant)]
Candidates = Annotated[list[ColumnCell], BeforeValidator(_as_list), Field(min_length=1)]
Names = Annotated[list[str], BeforeValidator(_as_list)]


class LineRule(_Part):
    """What becomes of a line that fulfils `when`; the first rule that fits decides."""

    when: Conditions = {}
    event: Names | None = None
    reject: str | None = None
    negate: Names = []
    set: dict[str, ConstantCell] = {}
    find_sale_by: Names | None = None

    @model_validator(mode="after")
    def _event_or_reject(self) -> "LineRule":
        if (self.event is None) == (self.reject is None):
            raise ValueError("give either event or reject")
        if self.find_sale_by is not None and self.event != ["return"]:
            raise ValueError("find_sale_by goes with event: return")
        return self


class Mapping(_Part):
    """One file's translation into events."""

    kind: Literal[tuple(KINDS)]  # type: ignore[valid-type]
    source: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
    description: str = ""
    file: FileFormat = FileFormat()
    time_zone: ConstantCell
    ambiguous_time: Literal["first", "second", "reject"] = "first"
    missing_time: Literal["shift", "reject"] = "shift"
    event_id: Literal["line"] | Names = "line"
    columns: dict[str, ColumnCell]
    constants: dict[str, str] = {}
    helpers: dict[str, ColumnCell] = {}
    rules: list[LineRule] = []
    catalog: dict[str, dict[str, Candidates]] = {}

    @property
    def line_rules(self) -> list[LineRule]:
        """The mapping's rules, or its kind's where it has none."""
        return self.rules or [LineRule.model_validate(rule) for rule in KINDS[self.kind].rules]

    @property
    def cells(self) -> dict[str, Cell]:
        """Every field that has a value, by the mapping's word: defaults of the kind, constants, columns."""
        constants = {**KINDS[self.kind].defaults, **self.constants}
        return {**{name: Cell(constant=text) for name, text in constants.items()}, **self.columns}
