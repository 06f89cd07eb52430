"""When landing counts as alive."""

from local_stack.keep_streaming import Limits, what_is_wrong
from warehouse.stream_state import StreamState

LIMITS = Limits(silence=120, lag=1_000)


def _state(stream: str, lag: int = 0, silent: float = 3) -> StreamState:
    return StreamState(stream, lag, 10.0, silent, None)


def test_streams_that_are_heard_and_near_are_well() -> None:
    """Nothing is wrong up to the limits."""
    assert what_is_wrong([_state("landing", 1_000, 120), _state("sales")], LIMITS) == ""


def test_silence_is_named() -> None:
    """Which stream, for how long."""
    wrong = what_is_wrong([_state("landing"), _state("sales", silent=300)], LIMITS)
    assert wrong == "The stream sales has said nothing for 300 s."


def test_lag_is_named() -> None:
    """Which stream, by how much."""
    assert what_is_wrong([_state("landing", lag=5_000)], LIMITS) == "The stream landing is 5,000 events behind."


def test_no_landing_is_wrong_whatever_else_runs() -> None:
    """Other streams do not land."""
    assert what_is_wrong([_state("sales")], LIMITS).startswith("Nothing lands")
