"""Tables to grade."""

import pytest

from contracts.settings import Settings
from tests.quality.scorecard.lab import Lab
from warehouse.client import connect


@pytest.fixture
def lab(running_stack: Settings) -> Lab:
    """Empty tables on the tests' own stack."""
    return Lab(connect(running_stack))
