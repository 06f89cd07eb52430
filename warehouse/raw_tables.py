"""DDL of the raw tables, made from the event contracts.

Each message is a row whatever it holds. The engine parses the payload once into `_text`, a tuple of Nullable strings;
the typed columns and `_error`, the first broken rule or '', are defaults of that tuple, so a bad type is an error and
never a silent 0 (`contracts.verdict.verdict` gives the same words).
"""

from contracts.events import TOPICS, Event
from contracts.fields import WORD, Kind, sql_literal
from contracts.quick_verdict import kind_of
from contracts.tables import QUARANTINE, RAW_TABLES, WITH_ARCHIVE
from contracts.verdict import NO_TYPE, UNKNOWN_TYPE, UNREADABLE

# Retries of the last inserts of a landing run; older ones are caught by their offsets.
DEDUPLICATION_WINDOW = 1000
# What landing inserts is merged less often (16 parts instead of 5 at a time) and written as one file until it is large:
# 4.6 instead of 5.9 microseconds of the engine's time for an event of 230 bytes.
PARTS_TO_MERGE = 16
COMPACT_PART_BYTES = 128 << 20

_INSTANT = "DateTime64(3, 'UTC')"
COORDINATES = {
    "_topic": WORD,
    "_partition": "Int32",
    "_offset": "Int64",
    "_kafka_timestamp": _INSTANT,
    "_ingested_at": _INSTANT,
    "payload": "String",
}
_REQUIRED = {name for name in Event.model_fields if name != "corrects_event_id"}
_LOOKS_LIKE_OBJECT = r"startsWith(trimLeft(payload, ' \t\r\n'), '{')"


def raw_table(topic: str) -> str:
    """CREATE TABLE of the topic's raw table."""
    return f"""\
CREATE TABLE IF NOT EXISTS {RAW_TABLES[topic]}
(
    `_topic` {COORDINATES["_topic"]},
    `_partition` {COORDINATES["_partition"]},
    `_offset` {COORDINATES["_offset"]} CODEC(Delta, ZSTD),
    `_kafka_timestamp` {_INSTANT} CODEC(Delta, ZSTD),
    `_ingested_at` {_INSTANT} DEFAULT now64(3, 'UTC') CODEC(Delta, ZSTD),
    `payload` {COORDINATES["payload"]} CODEC(ZSTD),
    `_text` {_text_type(topic)} DEFAULT {_text_value(topic)} CODEC(LZ4),
{_typed_columns(topic)},
    `_error` LowCardinality(String) DEFAULT {_error(topic)},
    INDEX event_time event_time TYPE minmax
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(_kafka_timestamp)
ORDER BY (_topic, _partition, _offset)
SETTINGS non_replicated_deduplication_window = {DEDUPLICATION_WINDOW},
    merge_selector_base = {PARTS_TO_MERGE}, min_bytes_for_wide_part = {COMPACT_PART_BYTES}"""


def quarantine_view() -> str:
    """CREATE VIEW of every message that broke a rule, with the rule."""
    columns = "_topic, _partition, _offset, _kafka_timestamp, _ingested_at, event_id, event_type, _error, payload"
    selects = (f"SELECT {columns} FROM {table} WHERE _error != ''" for table in WITH_ARCHIVE.values())
    return f"CREATE OR REPLACE VIEW {QUARANTINE} AS\n" + "\nUNION ALL\n".join(selects)


def fields(topic: str) -> dict[str, Kind]:
    """Every field of the topic's events by name, the envelope first."""
    found: dict[str, Kind] = {}
    for model in TOPICS[topic].values():
        for name in model.model_fields:
            kind = kind_of(model, name)
            if found.setdefault(name, kind).sql_type != kind.sql_type:
                raise TypeError(f"{topic}.{name} has two types")
    return found


def column_types(topic: str) -> dict[str, str]:
    """Type of every column that readers of the topic's raw table count on, as the engine writes it down."""
    return COORDINATES | {name: _column_type(name, kind) for name, kind in fields(topic).items()} | {"_error": WORD}


def derived_columns(topic: str) -> dict[str, tuple[str, str]]:
    """Type and expression of every column that is read out of the payload."""
    typed = {name: (_column_type(name, kind), _column_value(name, kind)) for name, kind in fields(topic).items()}
    return {"_text": (_text_type(topic), _text_value(topic)), **typed, "_error": (WORD, _error(topic))}


def _text_type(topic: str) -> str:
    return "Tuple(" + ", ".join(f"{name} Nullable(String)" for name in fields(topic)) + ")"


def _text_value(topic: str) -> str:
    # A top-level array would be read by position, as if it were an object.
    extract = f"JSONExtract(payload, {sql_literal(_text_type(topic))})"
    return f"if({_LOOKS_LIKE_OBJECT}, {extract}, {_nothing(topic)})"


def _nothing(topic: str) -> str:
    return f"defaultValueOfTypeName({sql_literal(_text_type(topic))})"


def _typed_columns(topic: str) -> str:
    typed = [(name, *column) for name, column in derived_columns(topic).items() if name in fields(topic)]
    return ",\n".join(f"    `{name}` {kind} DEFAULT {value}" for name, kind, value in typed)


def _column_type(name: str, kind: Kind) -> str:
    return kind.sql_type if name in _REQUIRED else _nullable(kind.sql_type)


def _column_value(name: str, kind: Kind) -> str:
    value = kind.sql_value(f"_text.{name}")
    return f"ifNull({value}, defaultValueOfTypeName({sql_literal(kind.sql_type)}))" if name in _REQUIRED else value


def _nullable(sql_type: str) -> str:
    if sql_type.startswith("LowCardinality("):
        return sql_type.replace("(String)", "(Nullable(String))")
    return f"Nullable({sql_type})"


def _error(topic: str) -> str:
    branches = [
        (
            f"isNull(_text.event_type) and not ({_LOOKS_LIKE_OBJECT} and isValidJSON(payload))",
            _say(UNREADABLE),
        ),
        ("isNull(_text.event_type)", _say(NO_TYPE)),
        *((f"event_type = {sql_literal(name)}", _first_error(model)) for name, model in TOPICS[topic].items()),
    ]
    return _multi_if(branches, _say(UNKNOWN_TYPE))


def _first_error(model: type[Event]) -> str:
    branches = []
    for name, info in model.model_fields.items():
        kind, text = kind_of(model, name), f"_text.{name}"
        if info.is_required():
            branches.append((f"isNull({text})", _say(f"{name}: missing")))
        branches.append(
            (f"isNotNull({text}) and not ifNull({kind.sql_test(text)}, false)", _say(f"{name}: not {kind.says}"))
        )
    branches += [(f"not ({rule.sql})", _say(rule.says)) for rule in model.rules]
    return _multi_if(branches, "''")


def _multi_if(branches: list[tuple[str, str]], otherwise: str) -> str:
    return "multiIf(" + ", ".join(f"{condition}, {value}" for condition, value in branches) + f", {otherwise})"


def _say(text: str) -> str:
    return sql_literal(text)
