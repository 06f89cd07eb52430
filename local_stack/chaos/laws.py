"""What must be equal, whatever was broken: each law says whether it holds, and if not, what differs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.events import SALES
from contracts.tables import QUARANTINE, RAW_TABLES
from local_stack.chaos.data_faults import Disturbed
from local_stack.chaos.laboratory import Laboratory
from local_stack.chaos.raw_log import raw_differences
from quality.content_hash import content_hashes
from quality.model_copies import model_differences

SERVED_HOURS = 48  # by every computation of the live streams
_LATEST = " UNION ALL ".join(
    f"SELECT max(event_time) AS at FROM {table} WHERE _error = ''" for table in RAW_TABLES.values()
)
_TOPICS = ("sales", "inventory", "catalog")
_MESSAGES = {f"staging.stg_events__{topic}_messages": "verdict = 'stands'" for topic in _TOPICS}
# Models with a row per message, or that count those rows, have more to say of a log with more messages. Of them, what
# stands must be equal; what else they hold is a law of its own.
ROWS_OF_EVENTS: Mapping[str, str] = {
    **_MESSAGES,
    "staging.stg_events__quarantined_messages": "false",
    "reporting.quarantine_summary": "false",
    "reporting.warehouse_summary": (
        "not (startsWith(figure, 'rows of stg_events__') or figure = 'rows of quarantined_events')"
    ),
}


@dataclass(frozen=True)
class Law:
    """A sentence that must be true; `broken` says in what it is not, one sentence each."""

    says: str
    figures: str
    broken: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True if nothing speaks against it."""
        return not self.broken


def raw_is_the_log(lab: Laboratory) -> Law:
    """Every offset of Kafka is in raw once, with its payload."""
    broken = raw_differences(lab.settings, lab.client)
    return Law("raw is the log: topic, partition, offset, payload", f"{lab.landed():,} messages", tuple(broken))


def models_are_equal(lab: Laboratory, says: str, one: str, other: str, where: Mapping[str, str] | None = None) -> Law:
    """The kept models `one` and `other` have the same content hashes."""
    differences = model_differences(lab.client, one, other, where)
    count = len(content_hashes(lab.client, one, where=where))
    return Law(says, f"{count} models", tuple(str(difference) for difference in differences))


def raw_holds_the_extra(lab: Laboratory, clean: int, bad: Disturbed) -> Law:
    """Raw holds the clean events, their copies and the damaged ones, and no message besides."""
    expected = clean + bad.copied + len(bad.corrupted)
    found = lab.landed()
    figures = f"{clean:,} + {bad.copied:,} copies + {len(bad.corrupted):,} corrupted = {found:,}"
    return Law("raw holds exactly the extra messages", figures, _unequal("messages in raw", expected, found))


def quarantine_holds_the_corrupted(lab: Laboratory, bad: Disturbed) -> Law:
    """The quarantine has the corrupted copies, byte for byte, and nothing else."""
    found = Counter(_quarantined(lab))
    expected = Counter((message.topic, message.value) for message in bad.corrupted)
    lost, foreign = expected - found, found - expected
    broken = [
        f"{counts.total():,} {what}, for example {next(iter(counts))}"
        for counts, what in ((lost, "corrupted copies are not in quarantine"), (foreign, "others are in quarantine"))
        if counts
    ]
    return Law("quarantine holds exactly the corrupted copies", f"{found.total():,} messages", tuple(broken))


def _quarantined(lab: Laboratory) -> list[tuple[str, bytes]]:
    table = lab.client.query_arrow(f"SELECT _topic, payload FROM {QUARANTINE}", use_strings=False)
    topics = [value.decode() if isinstance(value, bytes) else value for value in table.column("_topic").to_pylist()]
    return list(zip(topics, table.column("payload").to_pylist(), strict=True))


def quarantine_says_why(bad: Disturbed, found: Counter[str]) -> Law:
    """As many corrupted copies by each reason as were made."""
    reasons = sorted(bad.reasons.keys() | found.keys())
    broken = [line for reason in reasons for line in _unequal(reason, bad.reasons[reason], found[reason])]
    return Law("quarantine says why, as the contract does", f"{len(found)} reasons", tuple(broken))


def quarantined_reasons(lab: Laboratory) -> Counter[str]:
    """Messages in quarantine by reason."""
    return Counter(dict(lab.client.query(f"SELECT _error, count() FROM {QUARANTINE} GROUP BY 1").result_rows))


def copies_are_duplicates(lab: Laboratory, bad: Disturbed) -> Law:
    """Of the valid messages the copies are duplicates, and every other one stands."""
    found: Counter[str] = Counter()
    for model in _MESSAGES:
        found.update(dict(lab.client.query(f"SELECT verdict, count() FROM {model} GROUP BY 1").result_rows))
    aside = {verdict: count for verdict, count in found.items() if verdict != "stands"}
    expected = {"duplicate": bad.copied} if bad.copied else {}
    figures = f"{found['duplicate']:,} duplicates"
    return Law("staging finds exactly the copies", figures, _unequal("messages that do not stand", expected, aside))


def live_windows_are_raw(lab: Laboratory) -> Law:
    """In each minute of a store, events counted live and late ones are the distinct valid lines that raw has.

    Held over the last 48 hours of events, which every computation serves, also one that began after a lost checkpoint.
    """
    rows = lab.client.query(_LIVE_AND_RAW).result_rows
    broken = tuple(
        f"{store} of {source} at {minute:%F %H:%M}: {live} live and late, {raw} in raw"
        for source, store, minute, live, raw in rows
        if live != raw
    )
    says = "live: events in a minute + late = distinct valid events in raw"
    return Law(says, f"{sum(row[-1] for row in rows):,} events in {len(rows):,} minutes of stores", broken)


_LIVE_AND_RAW = f"""
WITH (
    SELECT subtractHours(max(at), {SERVED_HOURS})
    FROM ({_LATEST})
) AS edge
SELECT source, store_id, minute, sum(n) AS live, sum(m) AS raw
FROM (
    SELECT source, store_id, window_starts_at AS minute, toInt64(events + late_events) AS n, 0 AS m
    FROM staging.stg_realtime__sales_metrics
    WHERE grain = 'store' AND window_minutes = 1 AND slide_minutes = 1
    UNION ALL
    SELECT
        source, store_id, toDateTime64(toStartOfMinute(event_time), 3, 'UTC') AS minute, 0, toInt64(uniqExact(event_id))
    FROM {RAW_TABLES[SALES]}
    WHERE _error = '' AND event_type IN ('sale', 'return')
    GROUP BY source, store_id, minute
)
WHERE minute >= edge
GROUP BY source, store_id, minute
ORDER BY source, store_id, minute
"""


def _unequal(what: str, expected: object, found: object) -> tuple[str, ...]:
    return () if expected == found else (f"{what}: {expected} put in, {found} found",)
