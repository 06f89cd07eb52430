"""The gate of what enters: suites over a batch of raw messages, which is a window of the time they were ingested."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd
from clickhouse_connect.driver.client import Client

from contracts.tables import QUALITY_RESULTS, RAW_TABLES, WITH_ARCHIVE
from quality.gates.figures import frame, query_text
from quality.gates.suites import (
    CRITICAL,
    WARNING,
    Suite,
    any_rows,
    at_least,
    at_most,
    none_of,
    not_above,
    not_below,
    same,
)
from warehouse.raw_tables import column_types, fields

GATE = "raw"
OVERLAP = timedelta(minutes=10)  # a row is stamped before its insert is through, so windows overlap
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)
_INSTANT = "{%s:DateTime64(3, 'UTC')}"
_PRICES = ("unit_price", "unit_cost", "regular_price")


@dataclass(frozen=True)
class Batch:
    """Messages ingested after `since` and until `until`."""

    since: datetime
    until: datetime

    @property
    def parameters(self) -> dict[str, datetime]:
        """What queries call the two."""
        return {"since": self.since, "until": self.until}


def next_batch(client: Client, since: datetime | None = None) -> Batch:
    """From where the last batch ended that passed, until now by the engine's clock. One that failed comes again."""
    [(until,)] = client.query("SELECT toUnixTimestamp64Milli(now64(3, 'UTC'))").result_rows
    return Batch(since or _passed_until(client) or _LONG_AGO, datetime.fromtimestamp(until / 1000, UTC))


def _passed_until(client: Client) -> datetime | None:
    query = f"""
        SELECT toUnixTimestamp64Milli(max(batch_to)) FROM (
            SELECT batch_to FROM {QUALITY_RESULTS} WHERE gate = '{GATE}'
            GROUP BY run_id, batch_to HAVING countIf(severity = '{CRITICAL}' AND NOT success) = 0
        )
    """  # noqa: S608 - names of our own
    [(passed,)] = client.query(query).result_rows
    return datetime.fromtimestamp(passed / 1000, UTC) - OVERLAP if passed > 0 else None


def raw_suites(client: Client, batch: Batch) -> list[Suite]:
    """What is expected of the batch."""

    def measured(name: str) -> pd.DataFrame:
        return frame(client, f"WITH {_messages()}{query_text(GATE, name)}", batch.parameters)

    return [
        _schema(client),
        _coordinates(client, batch),
        Suite(
            "raw_messages",
            ("topic",),
            lambda: measured("messages"),
            (
                at_most("rejected_share", 0.02, WARNING, "Few messages break their contract"),
                at_most("rejected_share", 0.2, CRITICAL, "Not every fifth message breaks its contract"),
            ),
        ),
        Suite(
            "raw_sources",
            ("topic", "source"),
            lambda: measured("sources"),
            (
                at_most("ahead_share", 0.01, WARNING, "Clocks of tills are right: events do not precede themselves"),
                at_most("misdated_share", 0.01, CRITICAL, "Business dates fit the instants of their events"),
                at_least("first_year", 1990, CRITICAL, "No event is of the beginning of time"),
                at_most("largest_quantity", 1_000_000, CRITICAL, "Quantities are such as shops move"),
                at_most("highest_price", 1_000_000, CRITICAL, "Prices are such as shops ask"),
            ),
        ),
        Suite(
            "raw_hours",
            ("topic", "source", "hour"),
            lambda: measured("hours"),
            (
                not_below("messages", "least", WARNING, "An hour has as many messages as that of other weeks"),
                not_above("messages", "most", WARNING, "An hour has no more messages than that of other weeks"),
            ),
        ),
        Suite(
            "raw_freshness",
            ("topic", "source"),
            lambda: measured("freshness"),
            (not_above("silent_minutes", "allowed_minutes", WARNING, "Who sends regularly has not fallen silent"),),
        ),
    ]


def _messages() -> str:
    """Common table expressions: `messages`, and `batch`, those in the window."""
    selects = "\nUNION ALL\n".join(_select(topic) for topic in RAW_TABLES)
    window = f"ingested_at > {_INSTANT % 'since'} AND ingested_at <= {_INSTANT % 'until'}"
    return f"messages AS (\n{selects}\n),\nbatch AS (SELECT * FROM messages WHERE {window})\n"  # noqa: S608


def _select(topic: str) -> str:
    there = fields(topic)
    prices = [name for name in _PRICES if name in there]
    price = f"greatest({', '.join(f'ifNull({name}, 0)' for name in prices)})" if prices else "0"
    quantity = "quantity" if "quantity" in there else "NULL"
    day = "business_date" if "business_date" in there else "NULL"
    return f"""
        SELECT
            '{topic}' AS topic, source, _error AS reason, event_time AS event_at,
            _kafka_timestamp AS arrived_at, _ingested_at AS ingested_at,
            CAST({quantity} AS Nullable(Decimal(18, 3))) AS quantity,
            CAST({price} AS Nullable(Decimal(18, 4))) AS price,
            CAST({day} AS Nullable(Date32)) AS business_date
        FROM {RAW_TABLES[topic]}
    """  # noqa: S608 - names of our own


def _schema(client: Client) -> Suite:
    return Suite(
        "raw_schema",
        ("table", "column"),
        lambda: _columns(client),
        (
            any_rows(CRITICAL, "The contracts have columns"),
            same("found_type", "contract_type", CRITICAL, "Raw tables have the contract's columns and types"),
        ),
    )


def _columns(client: Client) -> pd.DataFrame:
    query = "SELECT database || '.' || table, name, type FROM system.columns WHERE database = 'raw'"
    found = {(table, name): kind for table, name, kind in client.query(query).result_rows}
    rows = [
        (table, name, wanted, found.get((table, name), "missing"))
        for topic, table in RAW_TABLES.items()
        for name, wanted in column_types(topic).items()
    ]
    return pd.DataFrame(rows, columns=["table", "column", "contract_type", "found_type"])


def _coordinates(client: Client, batch: Batch) -> Suite:
    return Suite(
        "raw_coordinates",
        ("topic", "partition"),
        lambda: pd.concat([_offsets(client, topic, batch) for topic in RAW_TABLES], ignore_index=True),
        (
            none_of("repeated_offsets", CRITICAL, "Every topic, partition and offset is there once"),
            none_of("missing_offsets", CRITICAL, "No offset is left out between others"),
        ),
    )


def _offsets(client: Client, topic: str, batch: Batch) -> pd.DataFrame:
    """Offsets from the batch's first to its last of each partition, and the one before: by the primary key."""
    table, columns = RAW_TABLES[topic], ["topic", "partition", "messages", "repeated_offsets", "missing_offsets"]
    window = f"_ingested_at > {_INSTANT % 'since'} AND _ingested_at <= {_INSTANT % 'until'}"
    ranges = client.query(
        f"SELECT _partition, min(_offset), max(_offset) FROM {table} WHERE {window} GROUP BY _partition ORDER BY 1",  # noqa: S608
        batch.parameters,
    ).result_rows
    rows = [(topic, number, *_counted(client, topic, number, first, last)) for number, first, last in ranges]
    return pd.DataFrame(rows, columns=columns)


def _counted(client: Client, topic: str, partition: int, first: int, last: int) -> tuple[int, int, int]:
    """Messages, offsets that came more than once, offsets that did not come; of a hole the archive is asked."""
    found = _counted_in(client, RAW_TABLES[topic], topic, partition, first, last)
    return _counted_in(client, WITH_ARCHIVE[topic], topic, partition, first, last) if found[2] else found


def _counted_in(client: Client, table: str, topic: str, partition: int, first: int, last: int) -> tuple[int, int, int]:
    lane = f"FROM {table} WHERE _topic = '{topic}' AND _partition = {partition}"
    older = client.query(f"SELECT 1 {lane} AND _offset < {first} LIMIT 1").result_rows
    begin = first - 1 if older else first
    # A bitmap counts exactly and holds a run of offsets in a few bytes.
    [(messages, distinct)] = client.query(
        f"SELECT count(), groupBitmap(toUInt64(_offset)) {lane} AND _offset BETWEEN {begin} AND {last}"
    ).result_rows
    return messages, messages - distinct, last - begin + 1 - distinct
