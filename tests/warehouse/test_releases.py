"""Which release serves, whoever pins, unpins and rolls back."""

from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import RELEASES
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.releases import ReleaseLog, add_release, pin, release_log, released_sources, roll_back, unpin


@pytest.fixture(scope="module")
def warehouse(running_stack: Settings) -> Client:
    """A warehouse with its tables."""
    client = connect(running_stack)
    create_tables(client)
    return client


@pytest.fixture
def client(warehouse: Client) -> Client:
    """A warehouse in which nothing was ever released."""
    warehouse.command(f"TRUNCATE TABLE {RELEASES}")
    return warehouse


def _log(client: Client) -> ReleaseLog:
    return release_log(client, "s")


def _release(client: Client, *names: str) -> None:
    for name in names:
        rows = [
            {"source": "s", "release_id": name, "demand_class": one, "model": "tsb", "serving_reason": f"{name} {one}"}
            for one in ("lumpy", "smooth")
        ]
        add_release(client, _log(client), rows, "Ann", "trained")


def test_nothing_serves_before_the_first(client: Client) -> None:
    """A source without releases has none, and there is nothing to go back to."""
    assert _log(client).serving == ""
    assert released_sources(client) == []
    with pytest.raises(Problem, match="No release of s served before today"):
        roll_back(client, _log(client), "Ann", "")


def test_the_last_release_serves(client: Client) -> None:
    """With what is in it by class of demand, and who released it."""
    _release(client, "r1", "r2")
    log = _log(client)
    assert (log.serving, log.before, log.is_pinned) == ("r2", "r1", False)
    assert [(row["demand_class"], row["serving_reason"]) for row in log.rows["r2"]] == [
        ("lumpy", "r2 lumpy"),
        ("smooth", "r2 smooth"),
    ]
    assert [(one.action, one.release_id, one.acted_by, one.acted_reason) for one in log.actions] == [
        ("released", "r1", "Ann", "trained"),
        ("released", "r2", "Ann", "trained"),
    ]
    assert released_sources(client) == ["s"]


def test_rolling_back_goes_further_each_time(client: Client) -> None:
    """From r3 to r2 to r1 and no further; what is released next follows upon r1."""
    _release(client, "r1", "r2", "r3")
    assert roll_back(client, _log(client), "Ben", "too low").serving_release_id == "r2"
    assert roll_back(client, _log(client), "Ben", "too low").serving_release_id == "r1"
    with pytest.raises(Problem, match="No release of s served before r1"):
        roll_back(client, _log(client), "Ben", "")
    _release(client, "r4")
    assert (_log(client).serving, _log(client).before) == ("r4", "r1")


def test_what_is_pinned_stays_when_another_is_trained(client: Client) -> None:
    """r3 is held back while r1 is pinned; unpinned, r1 serves until r4 comes, and going back from r4 leads to r1."""
    _release(client, "r1", "r2")
    assert pin(client, _log(client), "r1", "Ben", "safe").serving_release_id == "r1"
    _release(client, "r3")
    log = _log(client)
    assert (log.serving, log.is_pinned, log.actions[-1].action) == ("r1", True, "held")
    with pytest.raises(Problem, match="r1 is pinned"):
        roll_back(client, log, "Ben", "")
    unpin(client, log, "Ben", "over")
    assert (_log(client).serving, _log(client).is_pinned) == ("r1", False)
    _release(client, "r4")
    assert (_log(client).serving, _log(client).before) == ("r4", "r1")


def test_what_was_held_back_can_be_pinned(client: Client) -> None:
    """A person may prefer it; going back from it leads to what served."""
    _release(client, "r1")
    pin(client, _log(client), "r1", "Ben", "")
    _release(client, "r2")
    pin(client, _log(client), "r2", "Ben", "")
    unpin(client, _log(client), "Ben", "")
    assert (_log(client).serving, _log(client).before) == ("r2", "r1")


def test_only_what_is_pinned_can_be_unpinned(client: Client) -> None:
    """Else a sentence says so."""
    _release(client, "r1")
    with pytest.raises(Problem, match="No release of s is pinned"):
        unpin(client, _log(client), "Ben", "")


@pytest.mark.parametrize(
    ("said", "meant"), [("demo-1", "demo-1"), ("demo-2", "demo-22"), ("demo", None), ("x", None), ("", None)]
)
def test_first_letters_name_a_release(client: Client, said: str, meant: str | None) -> None:
    """If they fit one alone, or are its whole name."""
    _release(client, "demo-1", "demo-11", "demo-22")
    if meant:
        assert _log(client).require(said) == meant
        return
    with pytest.raises(Problem):
        _log(client).require(said)


def test_a_clock_that_stands_still_keeps_the_order(client: Client) -> None:
    """Two actions of one instant are two, the later one last."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    row = {"source": "s", "release_id": "r1", "demand_class": "smooth", "model": "tsb"}
    add_release(client, _log(client), [row], "Ann", "", now)
    pin(client, _log(client), "r1", "Ann", "", now)
    unpin(client, _log(client), "Ann", "", now)
    assert [one.action for one in _log(client).actions] == ["released", "pinned", "unpinned"]
