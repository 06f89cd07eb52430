"""The dashboard in a real browser, over the week on paper: pages, filters, files, a database that dies."""

import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bench._dashboard import SCREEN, chromium, served
from contracts.settings import Settings
from dashboard.screens import PAGES
from local_stack.ports import free_ports
from tests.dashboard.relay import Relay
from tests.dbt_project.warehouse_build import WarehouseBuild

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here: apt install chromium")
WEEK = "days=2026-01-05..2026-01-11"
PATIENCE_MS = 30_000
# Streamlit's own page asks for these below a page's address before it asks where they are.
PROBES = ("/_stcore/health", "/_stcore/host-config")


@pytest.fixture(scope="module")
def relay(week: WarehouseBuild) -> Iterator[Relay]:
    """What stands between the dashboard and the database."""
    relay = Relay(*free_ports(1), to=week.settings.clickhouse_port)
    yield relay
    relay.cut()


@pytest.fixture(scope="module")
def address(week: WarehouseBuild, relay: Relay) -> Iterator[str]:
    """A dashboard of our own."""
    with _served(week.settings, clickhouse_port=relay.port) as address:
        yield address


@contextmanager
def _served(settings: Settings, **changes: Any) -> Iterator[str]:
    """A dashboard over a warehouse, on a free port."""
    port = free_ports(1)[0]
    settings = Settings(**(settings.model_dump(exclude={"kafka_bootstrap"}) | changes))
    with served(settings, port) as server:
        _wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"


def _wait_until_up(url: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert server.poll() is None, "the dashboard ended"
        assert time.monotonic() < deadline, "the dashboard did not start"
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  the scheme is ours
                return
        except OSError:
            time.sleep(0.2)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without anybody's profile."""
    with chromium(CHROMIUM) as browser:
        yield browser


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A tab that remembers what it asked for and what went wrong in it."""
    context = browser.new_context(viewport=SCREEN)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    tab.asked, tab.wrong = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
    tab.on("console", lambda said: _note_error(tab, said))
    yield tab
    context.close()


def _note_error(tab: Any, said: Any) -> None:
    if said.type == "error" and not said.location.get("url", "").endswith(PROBES):
        tab.wrong.append(said.text)


def _open(page: Any, address: str, path: str = "", query: str = WEEK) -> None:
    page.goto(f"{address}/{path}?{query}")
    _settled(page)


def _settled(page: Any) -> None:
    """Wait until cards are there and no script runs."""
    page.locator(".card").first.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')")


def _figures(page: Any) -> dict[str, str]:
    """Each card's figure by its label."""
    read = (
        "cards => cards.map(c => [c.querySelector('h3').firstChild.textContent, c.querySelector('.figure').innerText])"
    )
    return dict(page.locator(".card").evaluate_all(read))


@pytest.mark.parametrize("place", PAGES, ids=lambda place: place["url_path"])
def test_every_page_shows_its_figures(page: Any, address: str, place: dict[str, Any]) -> None:
    """Cards and charts, no error, nothing asked of another machine; what matters without scrolling sideways."""
    _open(page, address, "" if place.get("default") else place["url_path"])
    assert len(_figures(page)) >= 5
    assert page.locator(".heading").count() >= 4
    assert page.locator(".error, [data-testid=stException]").count() == 0
    assert page.wrong == []
    assert {url.split("/")[2] for url in page.asked if "://" in url} == {address.split("/")[2]}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_figures_are_those_worked_out_by_hand(page: Any, address: str) -> None:
    """`by_hand/metrics.md`, column "the week"."""
    _open(page, address)
    found = _figures(page)
    assert (found["Transactions"], found["Customers"], found["Profit margin (gross)"]) == ("18", "2", "54.6 %")


def test_a_filter_changes_figures_and_stays_in_the_url(page: Any, address: str, week: WarehouseBuild) -> None:
    """Over a change of page and a reload; the store's figures are those on paper."""
    ((name,),) = week.rows("select store_name from reporting.stores where store_id = 's1' and is_current")
    _open(page, address)
    page.get_by_role("combobox", name="Stores").click()
    page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")
    page.wait_for_url("**store=s1**")
    _settled(page)
    page.get_by_text("Transactions", exact=True).first.wait_for()
    page.wait_for_function("document.querySelectorAll('.card .figure')[1].innerText === '7'")
    page.get_by_role("link", name="Store Analytics").click()
    page.get_by_text("Ranking").wait_for()
    assert "store=s1" in page.url
    page.reload()
    _settled(page)
    assert "store=s1" in page.url
    assert _figures(page)["Total revenue"].lstrip("£€$") == "55.50"


def test_back_takes_a_filter_away_again(page: Any, address: str, week: WarehouseBuild) -> None:
    """The browser's button leads to what was looked at before: all stores, then one, then all."""
    ((name,),) = week.rows("select store_name from reporting.stores where store_id = 's1' and is_current")
    _open(page, address)
    page.get_by_role("combobox", name="Stores").click()
    page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('.card .figure')[1].innerText === '7'")
    page.go_back()
    page.wait_for_function("document.querySelectorAll('.card .figure')[1].innerText === '18'")
    assert "store=" not in page.url


def test_a_link_opens_what_it_says(page: Any, address: str) -> None:
    """Store, category and days at once; `by_hand/metrics.md`, the last column."""
    _open(page, address, query="days=2026-01-06..2026-01-11&store=s1&category=drinks")
    found = _figures(page)
    assert (found["Total revenue"].lstrip("£€$"), found["Transactions"]) == ("23.00", "4")


def _download(page: Any) -> Any:
    """What the first CSV button gives; a click on a page that is just being drawn anew reaches nobody."""
    came: list[Any] = []
    page.on("download", lambda one: came.append(one))
    for _ in range(10):
        page.get_by_role("button", name="CSV").first.click()
        page.wait_for_timeout(2_000)
        if came:
            return came[0]
    raise AssertionError("No CSV came.")


def test_a_table_can_be_taken_along(page: Any, address: str) -> None:
    """As CSV, with all its digits."""
    _open(page, address)
    download = _download(page)
    assert download.suggested_filename == "stores_best_growth_first.csv"
    text = download.path().read_text()
    assert text.startswith("Store,Revenue,vs last year")


def test_old_figures_turn_the_stamp_amber(page: Any, address: str) -> None:
    """The week is long over, and nobody has checked it."""
    _open(page, address)
    page.locator(".chip.amber").wait_for()
    assert "as of 12 Jan 2026" in page.locator(".chip").inner_text()


def test_night_and_day_have_their_colours(page: Any, address: str) -> None:
    """The page follows what the reader's machine is set to."""
    for scheme, colour in (("light", "rgb(244, 244, 244)"), ("dark", "rgb(18, 22, 28)")):
        page.emulate_media(color_scheme=scheme)
        _open(page, address)
        page.wait_for_function(f"getComputedStyle(document.querySelector('.stApp')).backgroundColor === '{colour}'")


def test_the_keyboard_reaches_pages_and_filters(page: Any, address: str) -> None:
    """By the tab key alone."""
    _open(page, address)
    reached = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''").strip())
    assert {"Real-time Monitoring", "Store Analytics"} <= reached
    assert any("Stores" in one for one in reached)


def test_a_database_that_dies_is_told_and_waited_for(page: Any, address: str, relay: Relay) -> None:
    """The stamp says so on a page that is open, a new page has a card of what to do; both go on by themselves."""
    _open(page, address)
    newcomer = page.context.new_page()
    relay.cut()
    try:
        page.locator(".chip.amber").filter(has_text="does not answer").wait_for()
        assert _figures(page)["Transactions"] == "18"
        newcomer.goto(f"{address}/ml_insights?{WEEK}")
        newcomer.locator(".error").filter(has_text="./retail up").wait_for()
    finally:
        relay.mend()
    newcomer.locator(".card").first.wait_for()
    page.locator(".chip").filter(has_text="as of").wait_for()
    newcomer.close()


def test_a_warehouse_without_figures_says_how_to_make_them(page: Any, week: WarehouseBuild) -> None:
    """As after `./retail up` alone; and it waits without asking again and again."""
    with _served(week.settings, retail_schema_prefix="nobodys_") as empty:
        frames: list[Any] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)))
        page.goto(empty)
        page.locator(".error").filter(has_text="./retail demo").wait_for()
        page.wait_for_timeout(1_000)
        before = len(frames)
        page.wait_for_timeout(4_000)
        assert page.locator(".error").count() == 1
        assert len(frames) - before < 40
