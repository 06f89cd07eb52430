"""Numbers and times as files write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from contracts.fields import BOOLEAN, DAY, INTEGER, MONEY, QUANTITY
from ingestion.replay.mapping import Cell
from ingestion.replay.problems import LineRejected
from ingestion.replay.values import Habits, local_time, reader_of

POINT = Habits(".", "", "first", "shift")
GERMAN = Habits(",", ".", "first", "shift")
CELL = Cell(column="x")


@pytest.mark.parametrize(
    ("habits", "text", "number"),
    [
        (POINT, "2.55", "2.55"),
        (POINT, "-11062.06", "-11062.06"),
        (POINT, ".5", "0.5"),
        (POINT, "5.", "5"),
        (POINT, "1e-05", "0.00001"),
        (GERMAN, "2,55", "2.55"),
        (GERMAN, "1.299,00", "1299.00"),
        (GERMAN, "1.234.567", "1234567"),
        (Habits(".", ",", "first", "shift"), "1,299.00", "1299.00"),
        (Habits(",", " ", "first", "shift"), "12 299,5", "12299.5"),
    ],
)
def test_number_is_exact(habits: Habits, text: str, number: str) -> None:
    """A number is the decimal its text says, by the file's marks."""
    assert habits.number(text) == Decimal(number)


@pytest.mark.parametrize(
    ("habits", "text"),
    [
        (POINT, "2,55"),
        (POINT, "1_000"),
        (POINT, "nan"),
        (POINT, "Infinity"),
        (POINT, "٣"),
        (POINT, "£2.55"),
        (GERMAN, "2.55"),
        (Habits(",", "", "first", "shift"), "2.55"),
        (GERMAN, "12.99,00"),
        (GERMAN, "1.2"),
    ],
)
def test_doubtful_number_is_refused(habits: Habits, text: str) -> None:
    """Nothing is guessed: a point where a comma is declared is no thousand."""
    with pytest.raises(LineRejected, match="not a number"):
        habits.number(text)


def test_money_keeps_its_digits() -> None:
    """Money leaves as it was written, with four decimals at most."""
    read = reader_of(MONEY, POINT, CELL)
    assert read("0.030").wire == "0.030"
    assert read("1.500000").wire == "1.5"
    with pytest.raises(LineRejected, match="at most 4 decimals"):
        read("0.00001")


def test_negated_quantity() -> None:
    """A returned quantity is positive; zero has no sign."""
    read = reader_of(QUANTITY, POINT, CELL, negate=True)
    assert (read("-6").wire, read("6").wire, read("0").wire) == ("6", "-6", "0")
    assert reader_of(QUANTITY, POINT, CELL)("-0").wire == "0"


def test_integer_written_as_float() -> None:
    """5.0 is five; 5.5 is no whole number."""
    read = reader_of(INTEGER, POINT, CELL)
    assert read("5.0").wire == 5
    with pytest.raises(LineRejected, match="not a whole number"):
        read("5.5")


def test_words_for_true_and_false() -> None:
    """Y, 1 and TRUE are true, no and 0 are false, maybe is neither."""
    read = reader_of(BOOLEAN, POINT, CELL)
    assert [read(word).wire for word in ("Y", "1", "TRUE", "no", "0")] == [True, True, True, False, False]
    with pytest.raises(LineRejected, match="not true or false"):
        read("maybe")


def test_day_with_a_format() -> None:
    """A day is read by its format, and an impossible one is refused."""
    read = reader_of(DAY, POINT, Cell(column="x", format="%d.%m.%Y"))
    assert read("05.01.2026").wire == "2026-01-05"
    with pytest.raises(LineRejected, match=r"not a date like %d.%m.%Y: '31.04.2026'"):
        read("31.04.2026")


@pytest.mark.parametrize(
    ("local", "rule", "utc"),
    [
        ("2011-07-01 12:00", "first", "2011-07-01 11:00"),  # summer time
        ("2011-01-01 12:00", "first", "2011-01-01 12:00"),  # winter time
        ("2011-10-30 01:30", "first", "2011-10-30 00:30"),  # clocks go back at 2:00, 1:30 is twice
        ("2011-10-30 01:30", "second", "2011-10-30 01:30"),
        ("2011-10-30 02:00", "second", "2011-10-30 02:00"),  # once again
        ("2011-03-27 01:30", "first", "2011-03-27 01:30"),  # clocks go forward at 1:00, 1:30 is never: shown as 2:30
        ("2011-03-27 02:30", "first", "2011-03-27 01:30"),
    ],
)
def test_local_time_of_london(local: str, rule: str, utc: str) -> None:
    """Local times become UTC; twice and never follow the stated rule."""
    habits = Habits(".", "", rule, "shift")
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert habits.utc(local_time(local, CELL), "Europe/London") == expected


def test_twice_and_never_can_be_refused() -> None:
    """A mapping may have doubtful times rejected."""
    strict = Habits(".", "", "reject", "reject")
    with pytest.raises(LineRejected, match="twice on the clock of Europe/London"):
        strict.utc(local_time("2011-10-30 01:30", CELL), "Europe/London")
    with pytest.raises(LineRejected, match="never on the clock of Europe/London"):
        strict.utc(local_time("2011-03-27 01:30", CELL), "Europe/London")
    assert strict.utc(local_time("2011-10-30 03:30", CELL), "Europe/London").hour == 3


def test_written_offset_wins() -> None:
    """A time that carries its offset needs no zone."""
    assert POINT.utc(local_time("2011-07-01T12:00:00-05:00", CELL), "Europe/London").hour == 17


def test_time_of_day_for_a_date() -> None:
    """`at` says when on that day, for files that know dates only."""
    assert local_time("2026-01-05", Cell(column="x", at="23:30")) == datetime(2026, 1, 5, 23, 30)
