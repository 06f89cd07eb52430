"""Which sources the topics of this stack hold: one, unless somebody asked for another beside it.

The record lives under the stack's home, so it goes away with the data when the home is reset.
"""

import json
import os
from pathlib import Path

from contracts.problems import Problem

RECORD = "sources.json"


class AnotherSourceHeld(Problem):
    """The topics hold events of another source, and nobody asked to mix them."""


def held_sources(home: Path) -> dict[str, str]:
    """What the topics hold, by source: the program that made it. Raises Problem if the record is damaged."""
    record = home / RECORD
    if not record.exists():
        return {}
    try:
        return dict(json.loads(record.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        remedy = 'Write {"SOURCE": "replay"} into it, with the source that the topics hold.'
        raise Problem(f"{record} is damaged.", remedy) from None


def claim_source(home: Path, source: str, made_by: str, *, add: bool = False) -> None:
    """Record that `source` is sent to the topics, before its first event is. Raises AnotherSourceHeld if another one
    is held and `add` is false.
    """
    held = held_sources(home)
    if source in held:
        return
    if held and not add:
        raise AnotherSourceHeld(
            f"The topics of {home} already hold the source {', '.join(sorted(held))}.",
            f"Give --add-source to put {source} beside it, or use another RETAIL_HOME.",
        )
    _write(home / RECORD, {**held, source: made_by})


def _write(record: Path, held: dict[str, str]) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    draft = record.with_name(f"{record.name}.{os.getpid()}.tmp")
    draft.write_text(json.dumps(held, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(record)
