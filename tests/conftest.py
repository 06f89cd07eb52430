"""What every test shares: the --long switch, a home that is nobody's, one real stack of the tests' own."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from support import settings_for

from contracts.settings import Settings, load_settings
from local_stack import stack, supervision

if sys.modules["__main__"].__spec__ is None:
    # A worker of pytest-xdist: Spark Connect, which Great Expectations looks for, would end it as a doctest of its own.
    sys.modules["__main__"].__spec__ = ModuleSpec("__main__", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--long`."""
    parser.addoption("--long", action="store_true", help="also run what takes minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out unless they were asked for, and say so."""
    if config.getoption("--long"):
        return
    for item in items:
        if "long" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="takes minutes: add --long"))


@pytest.fixture(scope="session", autouse=True)
def _no_home() -> Iterator[None]:
    """No test reads or writes the home of a person's own stack."""
    folder = tempfile.mkdtemp(prefix="retail-nobody-")
    os.environ["RETAIL_HOME"] = folder
    load_settings.cache_clear()
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def running_stack() -> Iterator[Settings]:
    """A ClickHouse and a Kafka under supervision, shared by the whole session."""
    home = Path(tempfile.mkdtemp(prefix="retail-stack-"))
    settings = settings_for(home)
    try:
        yield stack.up(settings, lambda _step: None)
    finally:
        supervision.stop(settings)
        shutil.rmtree(home, ignore_errors=True)
