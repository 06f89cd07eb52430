"""The report names what was broken and what differs."""

from collections import Counter
from io import StringIO

from rich.console import Console

from ingestion.simulation.message import Message
from local_stack.chaos.data_faults import Disturbed
from local_stack.chaos.experiments import Outcome
from local_stack.chaos.laws import Law
from local_stack.chaos.report import as_tables
from local_stack.chaos.schedule import Fault, Strike
from local_stack.chaos.striking import Struck

MESSAGE = Message("sales_events", b"key", b"no event")


def _outcome(*broken: str) -> Outcome:
    bad = Disturbed([MESSAGE] * 13, 2, 3, 4, [MESSAGE], Counter({("not_json", "not a JSON object"): 1}))
    struck = Struck(Strike(1_234, Fault.BROKER), 1_300, 55, 6.78, "a note")
    laws = [Law("models of the clean log", "99 models", broken)]
    return Outcome(42, 10, bad, Counter({"not a JSON object": 1}), laws, [struck], [])


def _text(outcome: Outcome) -> str:
    console = Console(file=StringIO(), width=200)
    for part in as_tables(outcome):
        console.print(part)
    return console.file.getvalue()


def test_everything_that_was_done_is_told() -> None:
    """Counts of the data's faults, the reasons of the quarantine, each strike with its moment and its return."""
    text = _text(_outcome())
    for word in (
        "+ 2",
        "+ 1",
        "not a JSON object",
        "not json",
        "broker killed",
        "1,234",
        "1,300",
        "55",
        "6.8 s",
        "a note",
    ):
        assert word in text, word
    assert "Seed 42: all 1 laws hold" in text


def test_what_differs_is_told_as_it_is() -> None:
    """A broken law shows its sentences, brackets and all, and the verdict counts it."""
    text = _text(_outcome("core.fact_sales (quantity): [red] in the one"))
    assert "core.fact_sales (quantity): [red] in the one" in text
    assert "Seed 42: 1 of 1 laws are broken" in text
