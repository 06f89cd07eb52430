"""Where raw and the log differ."""

import pytest

from local_stack.chaos.raw_log import partition_difference

LOG = {0: b"a", 1: b"b", 2: b""}
ROWS = [(0, b"a"), (1, b"b"), (2, b"")]


def test_equal_is_no_difference() -> None:
    """Each offset once with its payload, an empty one too."""
    assert partition_difference(LOG, ROWS) == ""


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (ROWS[:2], "1 offsets missing in raw, the first 2"),
        ([*ROWS, (1, b"b")], "1 offsets more than once in raw, the first 1"),
        ([*ROWS, (3, b"d")], "1 offsets in raw and not in the log, the first 3"),
        ([(0, b"x"), *ROWS[1:]], "1 offsets with another payload, the first 0"),
    ],
)
def test_each_difference_is_told(rows: list[tuple[int, bytes]], says: str) -> None:
    """Lost, doubled, foreign and changed messages are told with the first offset."""
    assert partition_difference(LOG, rows) == says
