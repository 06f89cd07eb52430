"""What is said when something is wrong."""

import pandas as pd
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from contracts.problems import Problem
from dashboard.look.states import explained, is_silence
from dashboard.look.tables import as_shown, csv_of, file_name
from warehouse.client import WarehouseUnavailableError


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (WarehouseUnavailableError("x"), "./retail up"),
        (OperationalError("Error HTTPConnectionPool: Connection refused"), "./retail up"),
        (DatabaseError("Received ClickHouse exception, code: 60, server response: Unknown table"), "./retail demo"),
        (Problem("No such metric.", "Did you mean x?"), "Did you mean x?"),
        (DatabaseError("Received ClickHouse exception, code: 241, memory"), "./retail logs dashboard"),
        (KeyError("column"), "./retail logs dashboard"),
    ],
)
def test_every_error_says_what_to_do(error: Exception, says: str) -> None:
    """In our words, not in those of a driver."""
    assert says in " ".join(explained(error))


def test_only_silence_is_waited_out() -> None:
    """Who is refused would be refused again, every few seconds."""
    assert is_silence(OperationalError("Error HTTPConnectionPool: Connection refused"))
    assert not is_silence(DatabaseError("code: 241, memory"))


def test_a_csv_has_all_digits_and_the_screen_has_few() -> None:
    """Shares are in percent on the screen only."""
    frame = pd.DataFrame({"Store": ["a"], "Margin": [0.27342], "Revenue": [1234.567]})
    shown = as_shown(frame, {"Margin": "ratio", "Revenue": "money"})
    assert shown.to_dict("records") == [{"Store": "a", "Margin": pytest.approx(27.342), "Revenue": 1235.0}]
    assert csv_of(frame) == "Store,Margin,Revenue\na,0.27342,1234.567\n"


def test_a_file_is_named_after_its_table() -> None:
    """Without what file systems dislike."""
    assert file_name("Stores, best growth first") == "stores_best_growth_first.csv"
