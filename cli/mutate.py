"""Verb: make small mistakes in the models' SQL and see that a test finds each."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cli.console import console, say
from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, load_settings, process_environment
from quality.mutations.equivalents import reason_for, reasons
from quality.mutations.plan import Planned, planned
from quality.mutations.report import LEGEND, Judged, as_lines, as_markdown, as_table, survivors
from quality.mutations.results import Results
from quality.mutations.verdicts import Verdict

FOLDER = "mutations"
JUDGE = "tests.quality.mutations.judge_mutants"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(mutate)


def mutate(
    models: Annotated[list[str] | None, typer.Argument(help="In which models; without it: in all.")] = None,
    every: Annotated[int, typer.Option(help="Only each so-manieth mistake.", min=1)] = 1,
    sample: Annotated[int, typer.Option(help="About so many mistakes, spread over all.", min=0)] = 0,
    thorough: Annotated[bool, typer.Option("--all", help="Each mistake in each place; else a few per CTE.")] = False,
    resume: Annotated[
        bool, typer.Option(help="Keep verdicts whose SQL and judges are the same; --no-resume judges all anew.")
    ] = True,
    survivors_only: Annotated[
        bool, typer.Option("--survivors", help="Judge only what no test has found yet, even where other tests changed.")
    ] = False,
    only_report: Annotated[bool, typer.Option("--only-report", help="Report what is known and judge nothing.")] = False,
) -> None:
    """Make small mistakes in the models' SQL, one at a time, and list those that no test finds (exit code 1)."""
    settings = load_settings()
    folder = settings.home / FOLDER
    plan, results = planned(models or [], every, sample, thorough), Results(folder / "verdicts.jsonl")
    if not resume:
        results.forget()

    def known(one: Planned) -> Verdict | None:
        return results.of(one) or (results.found_before(one) if survivors_only else None)

    open_ = [] if only_report else [one for one in plan if known(one) is None]
    if open_:
        say(f"{len(plan)} mistakes, {len(plan) - len(open_)} of them judged before.")
        _judge(settings, open_, results)
    listed = reasons()
    found = [(one, known(one) or (results.last(one) if only_report else None)) for one in plan]
    judged = [Judged(one.mutant, one.layer, v, reason_for(one.mutant, listed)) for one, v in found if v]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(as_markdown(judged), encoding="utf-8")
    _tell(judged)
    if len(judged) < len(plan):
        say(f"{len(plan) - len(judged)} of {len(plan)} mistakes have no verdict yet: leave out --only-report.")
    say(f"Written to {folder / 'report.md'}")
    raise typer.Exit(1 if survivors(judged) else 0)


def _tell(judged: list[Judged]) -> None:
    output = Console(highlight=False)
    output.print(as_table(judged))
    output.print(LEGEND, style="dim")
    for line in as_lines(survivors(judged)):
        output.print(f"survived: {line}", markup=False, soft_wrap=True)


def _judge(settings: Settings, open_: list[Planned], results: Results) -> None:
    """A process of its own: it needs the tests, a server and dbt."""
    command = [sys.executable, "-m", JUDGE]
    with (
        subprocess.Popen(
            command,
            env=process_environment(settings),
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        _bar() as progress,
    ):
        try:
            task = progress.add_task("starting", total=len(open_))
            for said in _answers(process, open_):
                if "step" in said:
                    progress.update(task, description=said["step"])
                    continue
                one = open_[said["number"]]
                results.keep(one, Verdict(said["by"], said["told"]))
                progress.update(task, advance=1, description=one.mutant.model)
        except KeyboardInterrupt:
            process.terminate()  # where the signal has not reached the judge
            process.wait()
            say("Stopped. What is judged is kept: the same command goes on from here.")
            raise
    if process.returncode:
        raise Problem("The judge has ended early.", "What it said is above; what is judged is kept.")


def _answers(process: subprocess.Popen[str], open_: list[Planned]) -> Iterator[dict]:
    """What the judge says; it gets the next mistake when it has judged the one before."""
    questions = iter(enumerate(open_))
    for line in process.stdout or ():
        said = json.loads(line)
        yield said
        if said.get("step") == "judging" or "number" in said:
            _ask(process, next(questions, None))


def _ask(process: subprocess.Popen[str], question: tuple[int, Planned] | None) -> None:
    if question is None:
        process.stdin.close()
        return
    number, one = question
    process.stdin.write(json.dumps({"number": number, "model": one.mutant.model, "sql": one.mutant.sql}) + "\n")
    process.stdin.flush()


def _bar() -> Progress:
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console)
