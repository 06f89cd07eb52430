"""What was broken, what came back and what is equal: for people."""

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table

from local_stack.chaos.experiments import Outcome
from local_stack.chaos.laws import Law

GREEN, RED = "[green]✓[/green]", "[bold red]✗[/bold red]"


def as_tables(outcome: Outcome) -> Iterable[RenderableType]:
    """Tables and sentences, the verdict last."""
    yield _title(f"The log, seed {outcome.seed}")
    yield _disturbance(outcome)
    yield _reasons(outcome)
    yield from _laws("It must make no difference, and nothing may be lost", outcome.data_laws)
    yield _title("The machines, over the disturbed log")
    yield _strikes(outcome)
    yield from _laws("Nobody may notice", outcome.machine_laws)
    yield verdict(outcome)


def verdict(outcome: Outcome) -> str:
    """One line."""
    laws = len(outcome.data_laws) + len(outcome.machine_laws)
    if outcome.broken:
        return f"\n{RED} Seed {outcome.seed}: {len(outcome.broken)} of {laws} laws are broken."
    return f"\n{GREEN} Seed {outcome.seed}: all {laws} laws hold."


def _title(text: str) -> str:
    return f"\n[bold]{text}[/bold]"


def _disturbance(outcome: Outcome) -> Table:
    bad, table = outcome.bad, _table("", "messages", "")
    table.add_row("clean events", f"{outcome.clean:,}", "each once, in order")
    table.add_row("copied", f"+ {bad.copied:,}", "the same bytes again, hours or days later")
    table.add_row("corrupted copies", f"+ {len(bad.corrupted):,}", "beside the good one")
    table.add_row("in the disturbed log", f"{len(bad.messages):,}", "shuffled within hours")
    table.add_row("of them delayed", f"{bad.delayed:,}", "a day to a fortnight behind their neighbours")
    table.add_row("with an unknown field", f"{bad.extended:,}", "and their copies")
    return table


def _reasons(outcome: Outcome) -> Table:
    table = _table("quarantined because", "put in", "found", "damaged how")
    for reason in sorted(outcome.bad.reasons.keys() | outcome.reasons.keys()):
        how = sorted(kind for kind, why in outcome.bad.damages if why == reason)
        put_in, found = outcome.bad.reasons[reason], outcome.reasons[reason]
        table.add_row(reason, f"{put_in:,}", f"{found:,}", ", ".join(how).replace("_", " "))
    return table


def _strikes(outcome: Outcome) -> Table:
    table = _table("fault", "due at", "struck at", "landed, not committed", "back after", "")
    for struck in outcome.strikes:
        table.add_row(
            struck.strike.fault.value,
            f"{struck.strike.due:,}",
            f"{struck.landed:,}",
            f"{struck.uncommitted:,}",
            f"{struck.seconds:.1f} s",
            struck.note,
        )
    table.caption = "back: every program answers and a batch has been committed since"
    table.caption_justify = "left"
    for column in table.columns[1:5]:
        column.justify = "right"
    return table


def _laws(title: str, laws: Iterable[Law]) -> Iterable[RenderableType]:
    table = Table(title, "", "", box=None, header_style="bold")
    for law in laws:
        table.add_row(law.says, law.figures, GREEN if law.holds else RED)
    yield table
    for law in laws:
        for line in law.broken:
            yield f"  {RED} {_plain(line)}"


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _table(*columns: str) -> Table:
    table = Table(*columns, box=None, header_style="bold")
    for index, name in enumerate(columns):
        if name in ("messages", "put in", "found"):
            table.columns[index].justify = "right"
    return table
