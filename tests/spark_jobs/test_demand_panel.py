"""Panels of demand are read as they were written."""

from pathlib import Path

import numpy as np
import pytest

from contracts.problems import Problem
from spark_jobs.demand_panel import read_panel

NAN = np.nan


def test_a_long_file_is_made_dense(tmp_path: Path) -> None:
    """Days left out are 0, two rows of one day add up, and before its first row a series does not exist."""
    file = tmp_path / "panel.csv"
    file.write_text("id,date,units\nB,2026-01-03,2\nA,2026-01-01,1\nA,2026-01-04,2.5\nA,2026-01-04,1\n")
    panel = read_panel(file)
    assert panel.ids == ("A", "B")
    assert panel.dates.astype(str).tolist() == ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"]
    np.testing.assert_array_equal(panel.units, [[1, 0, 0, 3.5], [NAN, NAN, 2, 0]])


def test_the_file_of_m5_begins_with_the_first_sale(tmp_path: Path) -> None:
    """Zeros before the first sale are days on which the item was not offered."""
    file = tmp_path / "m5.csv"
    file.write_text("id,d_1,d_2,d_3\nX,0,4,0\nY,1,0,2\n")
    panel = read_panel(file, "m5")
    assert panel.dates.astype(str).tolist() == ["2011-01-29", "2011-01-30", "2011-01-31"]
    np.testing.assert_array_equal(panel.units, [[NAN, 4, 0], [1, 0, 2]])


def test_a_panel_ends_where_it_is_cut(tmp_path: Path) -> None:
    """What comes after the day is gone."""
    file = tmp_path / "m5.csv"
    file.write_text("id,d_1,d_2,d_3\nY,1,0,2\n")
    cut = read_panel(file, "m5").until(np.datetime64("2011-01-30"))
    assert cut.dates[-1] == np.datetime64("2011-01-30")
    np.testing.assert_array_equal(cut.units, [[1, 0]])


@pytest.mark.parametrize(("text", "said"), [("id,day,units\nA,2026-01-01,1\n", "no column date"), ("", "read")])
def test_a_file_that_is_no_panel_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """The sentence says what is missing."""
    file = tmp_path / "panel.csv"
    file.write_text(text)
    with pytest.raises(Problem, match=said):
        read_panel(file)
