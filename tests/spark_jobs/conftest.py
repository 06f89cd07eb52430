"""The stack that landing tests may break."""

from collections.abc import Iterator

import pytest
from landing_lab import Lab
from support import settings_for

from contracts.settings import Settings
from local_stack import stack, supervision


@pytest.fixture(scope="module")
def _lab_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = settings_for(tmp_path_factory.mktemp("landing") / "home")
    try:
        yield stack.up(settings, lambda _step: None)
    finally:
        supervision.stop(settings)


@pytest.fixture
def lab(_lab_stack: Settings) -> Iterator[Lab]:
    """A stack of the module's own that its tests may break, empty."""
    lab = Lab(_lab_stack)
    lab.empty()
    yield lab
    lab.end_runs()
