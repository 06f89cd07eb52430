"""What a streaming query has committed, read from its checkpoint, and how to make it forget."""

import json
from pathlib import Path


def committed_batches(checkpoint: Path) -> list[Path]:
    """Spark's commit files, oldest first."""
    return sorted((checkpoint / "commits").glob("[0-9]*"), key=lambda file: int(file.name))


def committed_messages(checkpoint: Path) -> int:
    """Messages up to the end of the last committed batch, of all topics and partitions; 0 without a checkpoint.

    Counts from offset 0 on.
    """
    for commit in reversed(committed_batches(checkpoint)):
        offsets = checkpoint / "offsets" / commit.name
        if offsets.exists():
            return _messages(offsets.read_text().splitlines())
    return 0


def _messages(lines: list[str]) -> int:
    """The offsets are the last line, as `{"topic": {"0": 17}}`."""
    ends = json.loads(lines[-1])
    return sum(end for of_topic in ends.values() for end in of_topic.values())


def lose_last_commit(checkpoint: Path) -> bool:
    """Delete the newest commit file, as if the machine had gone down before it was written; False if there is none."""
    commits = committed_batches(checkpoint)
    if not commits:
        return False
    commits[-1].unlink()
    commits[-1].with_name(f".{commits[-1].name}.crc").unlink(missing_ok=True)
    return True
