"""How far each simulated source has been sent: `<home>/simulation/<source>.json`."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contracts.problems import Problem


@dataclass(frozen=True)
class Entry:
    """What the topics hold of a run: every message up to the end of `last_day`, and the first `ahead` of the next day.

    `digest` is that of the last day's messages, by which a program notices that it would make another history.
    """

    run: dict[str, Any]
    last_day: str | None
    ahead: int = 0
    digest: str = ""
    policy: str = ""  # the file of levels that the buyers order by; '': their own rule


def read_journal(home: Path, source: str) -> Entry | None:
    """The entry of a source, None if it was never sent."""
    path = _path(home, source)
    return Entry(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def write_journal(home: Path, source: str, entry: Entry) -> None:
    """Replace the entry as a whole."""
    path = _path(home, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    draft.write_text(json.dumps(asdict(entry), indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


@contextmanager
def alone(home: Path, source: str) -> Iterator[None]:
    """While the block runs no other program sends this source. Raises Problem if one does."""
    path = _path(home, source).with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets go when the program ends, however
        except BlockingIOError:
            raise Problem(
                f"Another program is sending the source {source}.",
                "Wait for it, stop it with ./retail down live, or give another --source.",
            ) from None
        yield


def digest(messages: Iterable[tuple[str, bytes, bytes]]) -> str:
    """A fingerprint of messages in their order."""
    hashed = hashlib.blake2b(digest_size=16)
    for topic, key, value in messages:
        hashed.update(b"\0".join((topic.encode(), key, value)) + b"\n")
    return hashed.hexdigest()


def truth_folder(home: Path, source: str) -> Path:
    """Where the truth of a source is kept."""
    return home / "simulation" / source / "truth"


def _path(home: Path, source: str) -> Path:
    return home / "simulation" / f"{source}.json"
