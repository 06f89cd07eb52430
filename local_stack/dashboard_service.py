"""The dashboard as a service of the stack."""

import time
import urllib.request

from contracts.problems import Problem
from contracts.settings import Settings
from local_stack import supervision
from local_stack.ports import require_free_ports

NAME = "dashboard"
START_SECONDS = 60


def url(port: int) -> str:
    """Where a browser finds it."""
    return f"http://127.0.0.1:{port}"


def start(settings: Settings) -> None:
    """Start it and wait until it answers; nothing if it runs. Raises Problem."""
    if not supervision.knows(settings, NAME):
        raise Problem(
            "The stack was started by an older version.",
            "Run ./retail down, then ./retail up dashboard.",
        )
    if not supervision.is_running(settings, NAME):
        require_free_ports("127.0.0.1", {"RETAIL_DASHBOARD_PORT": settings.retail_dashboard_port})
        supervision.start_service(settings, NAME)
    deadline = time.monotonic() + START_SECONDS
    while not answers(settings):
        if supervision.has_failed(settings, NAME) or time.monotonic() > deadline:
            raise Problem("The dashboard did not start.", f"See ./retail logs {NAME}.")
        time.sleep(0.2)


def answers(settings: Settings) -> bool:
    """True if the dashboard says that it is well."""
    try:
        with urllib.request.urlopen(  # noqa: S310  the scheme is ours
            f"{url(settings.retail_dashboard_port)}/_stcore/health", timeout=2
        ) as answer:
            return answer.status == 200
    except OSError:
        return False
