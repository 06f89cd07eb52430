"""`./retail powerbi check`: what it says and how it ends."""

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from powerbi.checks import all_checks
from powerbi.outside import microsoft


@pytest.fixture(autouse=True)
def _without_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microsoft, "can_run", lambda: False)


def test_the_check_ends_well_and_says_what_did_not_run() -> None:
    """Every check by its name, and one sentence on the tools that need Node.js."""
    done = CliRunner().invoke(app, ["powerbi", "check"])
    assert done.exit_code == 0, done.output
    assert done.output.count("good ") == len(all_checks.CHECKS) + 1
    assert "Not run: Microsoft's validators" in done.output


def test_the_check_ends_badly_where_one_has_something_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code 1, the check's name and its sentence."""
    monkeypatch.setattr(all_checks, "CHECKS", {"Lamps are lit": lambda _project: ["One lamp is out."]})
    done = CliRunner().invoke(app, ["powerbi", "check"])
    assert done.exit_code == 1
    assert "wrong  Lamps are lit" in done.output
    assert "One lamp is out." in done.output
