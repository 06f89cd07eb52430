"""How fast the dashboard is on the running stack: from start to the first figure, from page to page, with ten viewers.

`./retail bench dashboard_pages`; needs Chromium. Seconds as a reader's browser sees them: until the page's cards are
there and nothing on it waits for an answer. Ten viewers are ten sessions that speak the server's protocol, each with a
pause of a few seconds between pages: ten browsers on a laptop's two cores would measure browsers.
"""

import random
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from bench._dashboard import SCREEN, chromium, served
from contracts.problems import Problem
from contracts.settings import load_settings
from local_stack.ports import free_ports
from local_stack.stack import require_up

CHANGES, VIEWERS, CHANGES_EACH = 40, 10, 10
PAUSE_S = (2, 5)
NAMES = ("Executive Overview", "Real-time Monitoring", "Inventory Management", "ML Insights", "Store Analytics")
OF_PAGE = ("Year to date", "Lines sold", "Days of cover", "Backtest RMSSE", "Shrinkage rate")
SETTLED = """word => {
    const cards = [...document.querySelectorAll('.card h3')].map(h => h.textContent).join(' ')
    return cards.toLowerCase().includes(word.toLowerCase()) && !document.querySelector('[data-stale=true]')
        && !document.querySelector('[data-testid=stApp][data-test-script-state=running]')
}"""


def main() -> None:
    """Print the figures."""
    settings = load_settings()
    require_up(settings)
    program = shutil.which("chromium")
    if not program:
        raise Problem("There is no Chromium here.", "Install it: apt install chromium.")
    _measure(free_ports(1)[0], program)


def _measure(port: int, program: str) -> None:
    address = f"http://127.0.0.1:{port}"
    with chromium(program) as browser:
        page = browser.new_page(viewport=SCREEN)
        began = time.monotonic()
        with served(load_settings(), port):
            _opened(page, address)
            print(f"start to first figures, cold: {time.monotonic() - began:.1f} s")
            page.close()
            page = browser.new_page(viewport=SCREEN)
            print(f"start to first figures, warm: {_timed(lambda: _opened(page, address)):.1f} s")
            _changes(page, len(NAMES) * 2)  # each page once, and once more
            _tell("page changes, one viewer", _changes(page, CHANGES))
            page.close()
            with ThreadPoolExecutor(VIEWERS) as pool:
                found = list(pool.map(lambda place: _viewer(port, place), range(VIEWERS)))
            _tell(f"page changes at the server, {VIEWERS} viewers at once", [one for viewer in found for one in viewer])


def _tell(what: str, seconds: Sequence[float]) -> None:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    print(f"{what}: median {statistics.median(seconds):.2f} s, p95 {p95:.2f} s, of {len(seconds)}")


def _opened(page: Any, address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            page.goto(address)
            break
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    page.wait_for_function(SETTLED, arg=OF_PAGE[0], timeout=60_000)


def _changes(page: Any, count: int, start: int = 1) -> list[float]:
    return [_timed(partial(_changed, page, place % len(NAMES))) for place in range(start, start + count)]


def _changed(page: Any, place: int) -> None:
    page.get_by_role("link", name=NAMES[place]).click()
    page.wait_for_function(SETTLED, arg=OF_PAGE[place], timeout=60_000)


def _viewer(port: int, place: int) -> list[float]:
    """Seconds from asking for a page until its script has ended, page after page."""
    from websockets.sync.client import connect

    pause, found = random.Random(place), []
    with connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=["streamlit"],
        max_size=None,
        origin=f"http://127.0.0.1:{port}",
    ) as socket:
        pages = _ran(socket, "")
        for step in range(CHANGES_EACH):
            time.sleep(pause.uniform(*PAUSE_S))
            found.append(_timed(partial(_ran, socket, pages[(place + step) % len(pages)])))
    return found


def _ran(socket: Any, page: str) -> list[str]:
    """Run a page of a session to its end; gives the pages there are."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    ask, pages = BackMsg(), []
    ask.rerun_script.page_script_hash = page
    socket.send(ask.SerializeToString())
    while True:
        told = ForwardMsg()
        told.ParseFromString(socket.recv(timeout=60))
        kind = told.WhichOneof("type")
        if kind == "navigation":
            pages = [one.page_script_hash for one in told.navigation.app_pages]
        if kind == "script_finished" and told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return pages


def _timed(act: Callable[[], Any]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
