"""How fast the dashboard is on the running stack: from start to the first figure, from page to page, with ten viewers.

`./retail bench dashboard_pages`; needs Chromium. Seconds, as a reader's browser sees them: until the page's cards are
there and nothing on it waits for an answer.
"""

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, load_settings, process_environment
from local_stack.ports import free_ports
from local_stack.stack import require_up

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
CHANGES, VIEWERS, CHANGES_EACH = 40, 10, 8
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
    chromium = shutil.which("chromium")
    if not chromium:
        raise Problem("There is no Chromium here.", "Install it: apt install chromium.")
    port = free_ports(1)[0]
    began = time.monotonic()
    server = _served(settings, port)
    try:
        _measure(f"http://127.0.0.1:{port}", chromium, began)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _served(settings: Settings, port: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "dashboard.serve_dashboard", "--port", str(port)]
    return subprocess.Popen(
        command,
        env=process_environment(settings),
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _measure(address: str, chromium: str, began: float) -> None:
    with _tab(chromium) as page:
        _opened(page, address)
        print(f"start to first figures, cold: {time.monotonic() - began:.1f} s")
    with _tab(chromium) as page:
        print(f"start to first figures, warm: {_timed(lambda: _opened(page, address)):.1f} s")
        _changes(page, len(NAMES) * 2)  # each page once, and once more
        _tell("page changes, one viewer", _changes(page, CHANGES))
    with ThreadPoolExecutor(VIEWERS) as pool:
        found = list(pool.map(lambda place: _viewer(address, chromium, place), range(VIEWERS)))
    _tell(f"page changes, {VIEWERS} viewers at once", [seconds for one in found for seconds in one])


def _tell(what: str, seconds: Sequence[float]) -> None:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    print(f"{what}: median {statistics.median(seconds):.2f} s, p95 {p95:.2f} s, of {len(seconds)}")


class _tab:  # noqa: N801  used as a word
    """A browser with one tab."""

    def __init__(self, chromium: str) -> None:
        self._chromium = chromium

    def __enter__(self) -> Any:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=self._chromium, args=list(FLAGS))
        return self._browser.new_page(viewport={"width": 1440, "height": 900})

    def __exit__(self, *_error: object) -> None:
        self._browser.close()
        self._playwright.stop()


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
    return [_timed(lambda place=place: _changed(page, place % len(NAMES))) for place in range(start, start + count)]


def _changed(page: Any, place: int) -> None:
    page.get_by_role("link", name=NAMES[place]).click()
    page.wait_for_function(SETTLED, arg=OF_PAGE[place], timeout=60_000)


def _viewer(address: str, chromium: str, place: int) -> list[float]:
    with _tab(chromium) as page:
        _opened(page, address)
        return _changes(page, CHANGES_EACH, start=place + 1)


def _timed(act: Callable[[], None]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
