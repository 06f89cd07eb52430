"""Whether what people read may be trusted, by source: written by the reporting gate, shown by its readers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.tables import PUBLICATION
from quality.gates.verdicts import Verdict

OK, AMBER = "ok", "amber"
_LONGEST = 500


@dataclass(frozen=True)
class Published:
    """What was published of a source last: its status, since when, and as of when its figures were ok."""

    status: str
    since: datetime
    as_of: datetime


def publications(
    verdicts: Iterable[Verdict], as_of: dict[str, datetime], before: dict[str, Published], run_id: str, now: datetime
) -> list[dict[str, Any]]:
    """A row per source. A critical failure that names no source is one of all."""
    stopping = [verdict for verdict in verdicts if verdict.stops]
    rows = []
    for source, shown in sorted(as_of.items()):
        reasons = [_reason(verdict, source) for verdict in stopping if _concerns(verdict, source)]
        status, last = AMBER if reasons else OK, before.get(source)
        rows.append(
            {
                "run_id": run_id,
                "source": source,
                "status": status,
                "as_of": last.as_of if reasons and last else shown,
                "reason": "; ".join(reasons)[:_LONGEST],
                "since": last.since if last and last.status == status else now,
                "checked_at": now,
            }
        )
    return rows


def last_published(client: Client) -> dict[str, Published]:
    """The newest row of each source."""
    newest = "(checked_at, run_id)"
    rows = client.query(
        f"SELECT source, argMax(status, {newest}), toUnixTimestamp64Milli(argMax(since, {newest})),"  # noqa: S608
        f" toUnixTimestamp64Milli(argMax(as_of, {newest})) FROM {PUBLICATION} GROUP BY source"
    ).result_rows
    return {source: Published(status, _instant(since), _instant(as_of)) for source, status, since, as_of in rows}


def shown_as_of(client: Client, prefix: str) -> dict[str, datetime]:
    """The instant that each source's views are as of."""
    query = f"SELECT source, toUnixTimestamp64Milli(toDateTime64(as_of, 3, 'UTC')) FROM {prefix}intermediate.int_sources_dated"  # noqa: S608, E501
    return {source: _instant(milliseconds) for source, milliseconds in client.query(query).result_rows}


def _concerns(verdict: Verdict, source: str) -> bool:
    named = {offender["source"] for offender in verdict.offenders if "source" in offender}
    return not named or source in named


def _reason(verdict: Verdict, source: str) -> str:
    of_source = [one for one in verdict.offenders if one.get("source", source) == source]
    where = ", ".join(str(value) for name, value in of_source[0].items() if name != "source") if of_source else ""
    return f"Not so: {verdict.says.lower()} ({where})" if where else f"Not so: {verdict.says.lower()}"


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
