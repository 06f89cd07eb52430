"""Tasks that start a program of ours and wait for it: DAGs say when and in what order, programs do the work."""

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from contracts.problems import NotYet
from contracts.settings import PROJECT, load_settings, process_environment

_LAST_LINES = 15
_LONGEST = 2_000  # letters of an alarm
_GRACE_SECONDS = 30


class Command(BaseOperator):
    """Runs `python -m MODULE ARGUMENTS` at the project's root; what it says goes to the task's log.

    It fails with the program's last words; with one of the exit codes `final` there is no other try (a check that has
    failed fails again). Where the program says that it is too early, the task is skipped. A task that is stopped, or
    takes too long, stops its program.
    """

    template_fields: Sequence[str] = ("arguments",)

    def __init__(
        self, *, arguments: Sequence[str], module: str = "cli", final: Sequence[int] = (), **options: Any
    ) -> None:
        super().__init__(**options)
        self.arguments, self.module, self.final = list(arguments), module, list(final)
        self._program: subprocess.Popen[str] | None = None

    def execute(self, context: Any) -> None:
        """Run it to the end."""
        said = deque[str](maxlen=_LAST_LINES)
        try:
            code = self._run(said)
        finally:
            self.on_kill()
        if code == NotYet.exit_code:
            raise AirflowSkipException(last_words(said))
        if code:
            words = f"{' '.join((self.module, *self.arguments))} ended with {code}: {last_words(said)}"
            raise AirflowFailException(words) if code in self.final else AirflowException(words)

    def _run(self, said: deque[str]) -> int:
        command = [sys.executable, "-P", "-m", self.module, *self.arguments]
        environment = process_environment(load_settings()) | {"COLUMNS": "160", "PYTHONUNBUFFERED": "1"}
        self._program = subprocess.Popen(
            command,
            env=environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        for line in self._program.stdout or ():
            if line.strip():
                said.append(line.rstrip())
                self.log.info(line.rstrip())
        return self._program.wait()

    def on_kill(self) -> None:
        """Stop the program with all it started, gently first."""
        program, self._program = self._program, None
        if program is None or program.poll() is not None:
            return
        _signal(program, signal.SIGTERM)
        try:
            program.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _signal(program, signal.SIGKILL)
            program.wait()


class Interval(Command):
    """A command for backfills only: a scheduled run takes what came by itself."""

    def execute(self, context: Any) -> None:
        """Run it if this run is a backfill's, else skip and say why."""
        if context["dag_run"].run_type != "backfill":
            raise AirflowSkipException("This run is no backfill: landing goes on by itself.")
        super().execute(context)


class Weekly(Command):
    """A command for scheduled runs on Mondays, and for runs started with {"weekly": true}."""

    def execute(self, context: Any) -> None:
        """Run it if it is its turn, else skip and say why."""
        run = context["dag_run"]
        is_its_turn = run.run_type != "manual" and run.run_after.weekday() == 0
        if not is_its_turn and not context["params"].get("weekly"):
            raise AirflowSkipException("Once a week, on Mondays; {'weekly': true} asks for it now.")
        super().execute(context)


def verb(name: str, *arguments: str, kind: type[Command] = Command, **options: Any) -> Command:
    """A task of `./retail NAME ARGUMENTS`, named after the verb unless told otherwise."""
    return kind(arguments=[name, *arguments], **{"task_id": name} | options)


def last_words(lines: Sequence[str]) -> str:
    """What a program said went wrong: its lines marked so and those after them, else its last three."""
    marked = [number for number, line in enumerate(lines) if line.lstrip().startswith("✗")]
    chosen = list(lines)[marked[0] if marked else -3 :]
    return " ".join(" ".join(line.split()) for line in chosen)[:_LONGEST] or "it said nothing"


def _signal(program: subprocess.Popen[str], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(program.pid, number)
