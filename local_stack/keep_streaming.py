"""Is landing alive? Where it is not, ask the supervisor to start it again and wait until it gets on.

`python -m local_stack.keep_streaming [--only-look]`. It owns no long process: the supervisor does. Where no supervisor
of ours runs (in production), it says what is wrong.
"""

import argparse
import sys
import time
from dataclasses import dataclass

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack import supervision
from local_stack.telling import complain, confirm, tell
from warehouse.client import connect
from warehouse.stream_state import StreamState, stream_states

SERVICE = "streaming"
NEEDED = "landing"


@dataclass(frozen=True)
class Limits:
    """Seconds without a word that are too many; events behind that are too many; seconds to wait for things to mend."""

    silence: float = 120
    lag: int = 200_000
    patience: float = 420


def main() -> int:
    """Exit code 0 if the streams are well in the end, else 1 after a sentence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only-look", action="store_true", help="restart nothing")
    parser.add_argument("--silence", type=float, default=Limits.silence, help="seconds without a word (%(default)s)")
    parser.add_argument("--lag", type=int, default=Limits.lag, help="events behind (%(default)s)")
    parser.add_argument("--patience", type=float, default=Limits.patience, help="seconds to wait (%(default)s)")
    options = parser.parse_args()
    limits = Limits(options.silence, options.lag, options.patience)
    settings = load_settings()
    try:
        states = look(settings, limits) if options.only_look else keep(settings, limits)
    except Problem as problem:
        complain(problem)
        return 1
    for state in states:
        confirm(f"{state.stream}: {state.lag:,} events behind, heard {state.seconds_silent:.0f} s ago")
    return 0


def look(settings: Settings, limits: Limits) -> list[StreamState]:
    """The streams if they are well. Raises Problem."""
    states = stream_states(connect(settings, "reader"))
    if wrong := what_is_wrong(states, limits):
        raise Problem(wrong, "See ./retail status and ./retail logs streaming.")
    return states


def what_is_wrong(states: list[StreamState], limits: Limits) -> str:
    """A sentence about the streams that are silent or far behind; '' if all is well."""
    if not any(state.stream == NEEDED for state in states):
        return "Nothing lands: no stream has said a word for a day."
    silent = [
        f"{s.stream} has said nothing for {s.seconds_silent:.0f} s" for s in states if s.seconds_silent > limits.silence
    ]
    behind = [f"{s.stream} is {s.lag:,} events behind" for s in states if s.lag > limits.lag]
    return "".join(f"The stream {words}. " for words in silent + behind).strip()


def keep(settings: Settings, limits: Limits) -> list[StreamState]:
    """The streams once they are well; (re)started where they are silent. Raises Problem when patience ends."""
    states = _states(settings)
    if not what_is_wrong(states, limits):
        return states
    with supervision.alone(settings, SERVICE):
        states = _states(settings)  # somebody else may have mended it meanwhile
        silent = not states or any(state.seconds_silent > limits.silence for state in states)
        if silent and not _has_just_started(settings, limits):
            _restart(settings, what_is_wrong(states, limits))
        return _wait(settings, limits, states)


def _has_just_started(settings: Settings, limits: Limits) -> bool:
    running = [state for state in supervision.states(settings) if state.name == SERVICE and state.pid]
    return any(time.time() - state.since < limits.silence for state in running)


def _states(settings: Settings) -> list[StreamState]:
    return stream_states(connect(settings, "reader"))


def _restart(settings: Settings, wrong: str) -> None:
    if not supervision.is_up(settings) or not supervision.knows(settings, SERVICE):
        raise Problem(wrong, "No supervisor of ours runs here: start landing where it runs.")
    tell(f"{wrong} Asking the supervisor to start {SERVICE} again …")
    supervision.stop_service(settings, SERVICE)
    supervision.start_service(settings, SERVICE)


def _wait(settings: Settings, limits: Limits, before: list[StreamState]) -> list[StreamState]:
    """Until nothing is wrong, or what is too far behind comes nearer."""
    lags = {state.stream: state.lag for state in before}
    deadline = time.monotonic() + limits.patience
    while True:
        states = _states(settings)
        still = Limits(limits.silence, max([limits.lag, *(lag - 1 for lag in lags.values())]), limits.patience)
        if not (wrong := what_is_wrong(states, still)):
            return states
        if supervision.is_up(settings) and supervision.has_failed(settings, SERVICE):
            raise Problem(f"{SERVICE} does not start.", f"See ./retail logs {SERVICE}.")
        if time.monotonic() > deadline:
            raise Problem(wrong, f"Waited {limits.patience:.0f} s. See ./retail logs {SERVICE}.")
        time.sleep(2)


if __name__ == "__main__":
    sys.exit(main())
