"""Our own words to the person at the terminal; they go to stderr, so that stdout is data only."""

from rich.console import Console

from contracts.problems import Problem

console = Console(stderr=True, highlight=False)


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
