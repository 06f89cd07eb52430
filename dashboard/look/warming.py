"""Asks for the figures of the plain pages ahead, so that nobody waits for them after a start or a new build."""

import logging
import threading
import time

from streamlit import runtime

LOOKED_EVERY_S = 5
BREATH_S = 0.15  # between questions: who looks on comes first
_log = logging.getLogger(__name__)


def start_warming() -> None:
    """In the background, for as long as the server runs."""
    threading.Thread(target=_keep_warm, name="warming", daemon=True).start()


def _keep_warm() -> None:
    from dashboard.look.states import FAILURES, explained

    while not runtime.exists():
        time.sleep(0.05)
    warmed: dict[str, str] = {}
    told = ""
    while True:
        try:
            _warm(warmed)
            told = ""
        except FAILURES as error:
            said = explained(error)[0]
            if said != told:  # once, not every few seconds
                _log.warning("Nothing can be read ahead. %s", said)
            told = said
        time.sleep(LOOKED_EVERY_S)


def _warm(warmed: dict[str, str]) -> None:
    """Read what has a new version; `warmed` has the last one of each retailer."""
    from dashboard.figures import state
    from dashboard.figures.everything import ASKED
    from dashboard.figures.filters import Choice
    from dashboard.look.remembering import Remembered, live

    for source in sorted(state.sources(live()), key=lambda one: one.as_of, reverse=True):
        if warmed.get(source.name) == source.version:
            continue
        reader = Remembered(source.version)
        currency = state.currencies(reader, source.name)[0]
        filters = state.filters_of(Choice(), source, currency, state.last_whole_day(reader, source))
        state.stores(reader, source.name), state.categories(reader, source.name)
        for ask in ASKED:
            ask(reader, filters)
            time.sleep(BREATH_S)
        warmed[source.name] = source.version
