"""Reading how far a streaming query has come."""

from pathlib import Path

from local_stack.chaos.checkpoint import committed_ends, committed_messages, lose_last_commit

OFFSETS = """v1
{"batchWatermarkMs":0}
{"sales_events":{"0":%d,"1":3},"catalog_events":{"0":4}}"""


def _commit(checkpoint: Path, batch: int, end: int, committed: bool = True) -> None:
    for folder in ("offsets", "commits"):
        (checkpoint / folder).mkdir(parents=True, exist_ok=True)
    (checkpoint / "offsets" / str(batch)).write_text(OFFSETS % end)
    if committed:
        (checkpoint / "commits" / str(batch)).write_text("v1\n{}")
        (checkpoint / "commits" / f".{batch}.crc").write_bytes(b"crc")


def test_committed_is_up_to_the_last_commit(tmp_path: Path) -> None:
    """A batch that was begun and not committed does not count; batches are numbers, not words."""
    assert committed_messages(tmp_path) == 0
    _commit(tmp_path, 9, 10)
    _commit(tmp_path, 10, 100)
    _commit(tmp_path, 11, 1000, committed=False)
    assert committed_ends(tmp_path) == {"sales_events": {0: 100, 1: 3}, "catalog_events": {0: 4}}
    assert committed_messages(tmp_path) == 100 + 3 + 4


def test_a_lost_commit_is_the_newest_one_with_its_checksum(tmp_path: Path) -> None:
    """Spark must find neither; where there was none, nothing is lost."""
    assert not lose_last_commit(tmp_path)
    _commit(tmp_path, 9, 10)
    _commit(tmp_path, 10, 100)
    assert lose_last_commit(tmp_path)
    assert {file.name for file in (tmp_path / "commits").iterdir()} == {"9", ".9.crc"}
    assert committed_messages(tmp_path) == 10 + 3 + 4
