"""Which release of forecasting models serves: a log of actions, one after the other.

What is released serves, unless another is pinned; a pinned one serves until it is unpinned or another is pinned;
rolling back gives the word to the one that served before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.tables import RELEASES
from warehouse.written_rows import write_rows

RELEASED, HELD, PINNED, UNPINNED, ROLLED_BACK = "released", "held", "pinned", "unpinned", "rolled back"

_ROWS = f"""
SELECT * FROM {RELEASES} WHERE source = {{source:String}}
ORDER BY acted_at, release_id, demand_class
LIMIT 1 BY acted_at, release_id, demand_class"""


@dataclass(frozen=True)
class Action:
    """Something that was done to a release."""

    acted_at: datetime
    action: str
    release_id: str
    serving_release_id: str  # afterwards
    is_pinned: bool  # afterwards
    acted_by: str
    acted_reason: str


@dataclass(frozen=True)
class ReleaseLog:
    """Every action on the releases of a source, oldest first, and what is in each release by class of demand."""

    source: str
    actions: list[Action]
    rows: dict[str, list[dict[str, Any]]]

    @property
    def serving(self) -> str:
        """Id of the release that serves; '' if nothing was ever released."""
        return self.actions[-1].serving_release_id if self.actions else ""

    @property
    def is_pinned(self) -> bool:
        """Whether what serves is pinned."""
        return bool(self.actions) and self.actions[-1].is_pinned

    @property
    def before(self) -> str:
        """Id of the release that served before the one that serves; '' if there was none."""
        served: list[str] = []
        for action in self.actions:
            if action.action == ROLLED_BACK:
                served.pop()
            elif action.action != HELD and served[-1:] != [action.serving_release_id]:
                served.append(action.serving_release_id)
        return served[-2] if len(served) > 1 else ""

    def require(self, release_id: str) -> str:
        """The id that begins with these letters. Raises Problem."""
        found = [one for one in self.rows if release_id and one.startswith(release_id)]
        found = [release_id] if release_id in found else found
        if len(found) != 1:
            what = f"{len(found)} releases begin with" if found else "There is no release"
            raise Problem(f"{what} {release_id!r} of {self.source}.", "./retail release list names them.")
        return found[0]


def release_log(client: Client, source: str) -> ReleaseLog:
    """What was done so far."""
    actions: dict[datetime, Action] = {}
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for row in client.query(_ROWS, {"source": source}).named_results():
        actions[row["acted_at"]] = Action(**{name: row[name] for name in Action.__dataclass_fields__})
        rows.setdefault(row["release_id"], {}).setdefault(row["demand_class"], row)
    return ReleaseLog(source, list(actions.values()), {name: list(one.values()) for name, one in rows.items()})


def released_sources(client: Client) -> list[str]:
    """Sources of which something was released."""
    return [source for (source,) in client.query(f"SELECT DISTINCT source FROM {RELEASES} ORDER BY source").result_rows]


def add_release(
    client: Client, log: ReleaseLog, rows: Sequence[dict[str, Any]], by: str, why: str, now: datetime | None = None
) -> Action:
    """Write down a new release, which serves unless another is pinned. `rows`: one per class of demand."""
    release_id = rows[0]["release_id"]
    if log.is_pinned:
        return _write(client, log, rows, HELD, log.serving, True, by, why, now)
    return _write(client, log, rows, RELEASED, release_id, False, by, why, now)


def pin(client: Client, log: ReleaseLog, release_id: str, by: str, why: str, now: datetime | None = None) -> Action:
    """Let a release serve, and keep serving. Raises Problem if there is none of this id."""
    name = log.require(release_id)
    return _write(client, log, log.rows[name], PINNED, name, True, by, why, now)


def unpin(client: Client, log: ReleaseLog, by: str, why: str, now: datetime | None = None) -> Action:
    """Let the next release that is trained serve again. Raises Problem if nothing is pinned."""
    if not log.is_pinned:
        raise Problem(f"No release of {log.source} is pinned.", "See ./retail release list.")
    return _write(client, log, log.rows[log.serving], UNPINNED, log.serving, False, by, why, now)


def roll_back(client: Client, log: ReleaseLog, by: str, why: str, now: datetime | None = None) -> Action:
    """Give the word to the release that served before. Raises Problem if there was none, or one is pinned."""
    if log.is_pinned:
        raise Problem(f"{log.serving} is pinned.", "Unpin it first: ./retail release unpin.")
    if not log.before:
        raise Problem(
            f"No release of {log.source} served before {log.serving or 'today'}.", "See ./retail release list."
        )
    return _write(client, log, log.rows[log.before], ROLLED_BACK, log.before, False, by, why, now)


def _write(
    client: Client,
    log: ReleaseLog,
    rows: Sequence[dict[str, Any]],
    action: str,
    serving: str,
    is_pinned: bool,
    by: str,
    why: str,
    now: datetime | None,
) -> Action:
    moment = now or datetime.now(UTC)
    if log.actions:  # clocks may stand still or go back; the log may not
        moment = max(moment, log.actions[-1].acted_at.replace(tzinfo=UTC) + timedelta(milliseconds=1))
    done = Action(moment, action, rows[0]["release_id"], serving, is_pinned, by, why)
    write_rows(client, RELEASES, [{**row, **done.__dict__} for row in rows])
    return done
