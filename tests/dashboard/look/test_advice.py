"""What pages advise can be done."""

import re

from cli.__main__ import app
from contracts.settings import PROJECT

ADVICE = re.compile(r"\./retail ([a-z]+)")


def test_pages_name_verbs_that_there_are() -> None:
    """Each `./retail …` on a page."""
    verbs = {command.name or command.callback.__name__ for command in app.registered_commands}
    verbs |= {group.name for group in app.registered_groups}
    named = {verb for file in (PROJECT / "dashboard").rglob("*.py") for verb in ADVICE.findall(file.read_text())}
    assert named
    assert named <= verbs
