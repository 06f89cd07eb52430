"""What a streaming query has committed, read from its checkpoint, and how to make it forget."""

import json
from pathlib import Path


def committed_batches(checkpoint: Path) -> list[Path]:
    """Spark's commit files, oldest first."""
    return sorted((checkpoint / "commits").glob("[0-9]*"), key=lambda file: int(file.name))


def committed_ends(checkpoint: Path) -> dict[str, dict[int, int]]:
    """First offset after the last committed batch, by topic and partition; {} without a commit."""
    for commit in reversed(committed_batches(checkpoint)):
        offsets = checkpoint / "offsets" / commit.name
        if offsets.exists():
            ends = json.loads(offsets.read_text().splitlines()[-1])  # the last line, as {"topic": {"0": 17}}
            return {topic: {int(number): end for number, end in of_topic.items()} for topic, of_topic in ends.items()}
    return {}


def committed_messages(checkpoint: Path) -> int:
    """Messages up to the end of the last committed batch, of all topics and partitions, counted from offset 0 on."""
    return sum(end for of_topic in committed_ends(checkpoint).values() for end in of_topic.values())


def lose_last_commit(checkpoint: Path) -> bool:
    """Delete the newest commit file, as if the machine had gone down before it was written; False if there is none."""
    commits = committed_batches(checkpoint)
    if not commits:
        return False
    commits[-1].unlink()
    commits[-1].with_name(f".{commits[-1].name}.crc").unlink(missing_ok=True)
    return True
