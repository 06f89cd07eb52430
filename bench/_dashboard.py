"""A dashboard of one's own, and a browser to look at it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contracts.settings import PROJECT, Settings, process_environment

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SCREEN = {"width": 1440, "height": 900}


@contextmanager
def served(settings: Settings, port: int) -> Iterator[subprocess.Popen]:
    """A dashboard that has just been started."""
    server = subprocess.Popen(
        [sys.executable, "-m", "dashboard.serve_dashboard", "--port", str(port)],
        env=process_environment(settings),
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield server
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def chromium(program: str) -> Iterator[Any]:
    """Playwright's browser without anybody's profile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()
