"""Start other programs with our settings, in the foreground."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from contracts.lineage import tell_of_dbt
from contracts.settings import PROJECT, Settings, process_environment


def run(command: Sequence[str], environment: dict[str, str], folder: Path | None = None) -> int:
    """Run to the end; gives the exit code. Ctrl-C reaches the program, which ends in its own order."""
    process = subprocess.Popen(command, env=environment, cwd=folder)
    while True:
        try:
            return _exit_code(process.wait())
        except KeyboardInterrupt:
            # The terminal has sent the signal to the program as well.
            continue


def run_python(settings: Settings, module: str, *arguments: str) -> int:
    """Run one of our programs."""
    return run([sys.executable, "-P", "-m", module, *arguments], process_environment(settings))


def run_dbt(settings: Settings, arguments: Sequence[str]) -> int:
    """Run dbt on our project."""
    environment, results = dbt_environment(settings), settings.home / "dbt" / "target" / "run_results.json"
    before = results.stat().st_mtime_ns if results.exists() else 0
    code = run([*dbt_command(), *arguments], environment, PROJECT / "dbt_project")
    if results.exists() and results.stat().st_mtime_ns != before:
        tell_of_dbt(settings, results.parent)
    return code


def dbt_command() -> list[str]:
    """The dbt of our environment."""
    return [str(Path(sys.executable).with_name("dbt"))]


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What dbt has to know: where the project is, and that its artefacts and logs stay under the home."""
    folders = {
        "DBT_PROJECT_DIR": str(PROJECT / "dbt_project"),
        "DBT_PROFILES_DIR": str(PROJECT / "dbt_project"),
        "DBT_TARGET_PATH": str(settings.home / "dbt" / "target"),
        "DBT_LOG_PATH": str(settings.home / "logs"),
    }
    return process_environment(settings) | folders


def _exit_code(returned: int) -> int:
    return 128 - returned if returned < 0 and -returned in signal.valid_signals() else returned
