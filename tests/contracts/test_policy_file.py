"""Stock levels go through a file and come back as they were; what cannot be is named by its line."""

from datetime import date
from pathlib import Path

import pytest

from contracts.policy_file import PolicyLevel, read_policy_file, write_policy_file
from contracts.problems import Problem

MADE = date(2026, 3, 1)
HEAD = "made_date,store_id,product_id,reorder_point,order_up_to\n"


def test_levels_come_back_as_they_were(tmp_path: Path) -> None:
    """Two levels written are the two read, sorted by the day they were made."""
    later = PolicyLevel(date(2026, 3, 29), date(2026, 3, 30), "S01", "P1", 4.0, 6.5)
    first = PolicyLevel(MADE, date(2026, 3, 2), "S01", "P1", 3.0, 3.0)
    assert write_policy_file(tmp_path / "levels.csv", [later, first]) == 2
    assert read_policy_file(tmp_path / "levels.csv") == [first, later]


def test_a_level_begins_the_day_after_it_is_made(tmp_path: Path) -> None:
    """Without from_date the first evening is that of the next day."""
    file = tmp_path / "levels.csv"
    file.write_text(HEAD + "2026-03-01,S01,P1,3,5\n")
    assert read_policy_file(file) == [PolicyLevel(MADE, date(2026, 3, 2), "S01", "P1", 3.0, 5.0)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2026-03-01,S01,P1,3,x", "Line 2"),
        ("1 March,S01,P1,3,5", "Line 2"),
        ("2026-03-01,S01,P1,5,3", "Line 2"),
        ("2026-03-01,S01,P1,-1,-1", "Line 2"),
        ("2026-03-01,S01,P1,3,inf", "Line 2"),
        ("2026-03-01,S01,P1,nan,3", "Line 2"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, line: str, says: str) -> None:
    """A level that is no number, not made on a day, or ordered up to from above is refused with its line."""
    file = tmp_path / "levels.csv"
    file.write_text(HEAD + line + "\n")
    with pytest.raises(Problem, match=says):
        read_policy_file(file)


def test_levels_do_not_begin_before_they_are_made(tmp_path: Path) -> None:
    """What is made on the 1st counts from the 2nd at the earliest."""
    file = tmp_path / "levels.csv"
    file.write_text(
        "made_date,from_date,store_id,product_id,reorder_point,order_up_to\n2026-03-01,2026-03-01,S,P,1,1\n"
    )
    with pytest.raises(Problem, match="after they are made"):
        read_policy_file(file)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """Without order_up_to the file is refused by that name."""
    file = tmp_path / "levels.csv"
    file.write_text("made_date,store_id,product_id,reorder_point\n")
    with pytest.raises(Problem, match="no column order_up_to"):
        read_policy_file(file)


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    """The sentence names the verb that writes one."""
    with pytest.raises(Problem, match="policies export"):
        read_policy_file(tmp_path / "none.csv")
