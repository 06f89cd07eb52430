"""Build every model with a progress bar instead of dbt's line for each."""

import json
import subprocess
from collections.abc import Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.console import console
from cli.programs import dbt_command, dbt_environment
from contracts.settings import PROJECT, Settings

_RESULTS = ("LogModelResult", "LogTestResult", "LogSeedResult", "LogSnapshotResult", "LogNodeNoOpResult")


def build_models(settings: Settings, anew: bool, selector: str) -> int:
    """Run `dbt build`, with `--full-refresh` if `anew`; gives its exit code. Warnings and errors are printed."""
    command = [*dbt_command(), "build", "--selector", selector, "--log-format", "json", "--log-level", "info"]
    command += ["--full-refresh"] * anew
    environment = dbt_environment(settings)
    with (
        subprocess.Popen(
            command, env=environment, cwd=PROJECT / "dbt_project", stdout=subprocess.PIPE, text=True
        ) as process,
        _bar() as progress,
    ):
        task = progress.add_task("models and their tests", total=None)
        for event in _events(process):
            _show(progress, task, event)
        done = progress.tasks[task].completed  # dbt 1.11 counts each unit test twice in its total
        progress.update(task, total=done)
    return process.returncode


def _bar() -> Progress:
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _events(process: subprocess.Popen[str]) -> Iterator[dict]:
    for line in process.stdout or ():
        if line.startswith("{"):
            yield json.loads(line)


def _show(progress: Progress, task: int, event: dict) -> None:
    info, data = event["info"], event["data"]
    if info["name"] in _RESULTS:
        progress.update(task, advance=1, total=data.get("total") or data.get("num_models"))
    if info["level"] in ("warn", "error"):
        progress.console.print(info["msg"], markup=False)
