"""Our own words to the person at the terminal; they go to stderr, so that stdout is data only."""

import sys

import typer
from rich.console import Console

from contracts.problems import Problem

console = Console(stderr=True, highlight=False)
_WIDE = 160  # where it goes into a file


def say(text: str) -> None:
    """One line."""
    console.print(text)


def step(text: str) -> None:
    """The next thing that is being done."""
    console.print(f"[bold]▸[/bold] {text}")


def explain(problem: Problem) -> None:
    """What went wrong and what to do about it."""
    console.print(f"[bold red]✗[/bold red] {problem.what}", soft_wrap=True)
    if problem.remedy:
        console.print(f"  {problem.remedy}", soft_wrap=True)


def output() -> Console:
    """Where data goes: stdout, in the terminal's width or wide enough for a file."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=_WIDE)


def ask(question: str, yes: bool) -> None:
    """Go on if the answer is yes. Raises typer.Exit if it is not, Problem where nobody can answer."""
    if yes or _is_confirmed(question):
        return
    say("Nothing was changed.")
    raise typer.Exit(1)


def _is_confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        console.print()
        raise Problem("Nobody is there to answer.", "Say it beforehand: --yes.") from None


def size(number: float) -> str:
    """Bytes as people say them."""
    for unit, many in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(number) >= many:
            return f"{number / many:,.1f} {unit}"
    return f"{number:.0f} B"
