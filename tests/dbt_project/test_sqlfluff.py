"""The SQL reads as one hand wrote it: sqlfluff with the rules of pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

from contracts.settings import PROJECT

FOLDERS = ("models", "tests", "macros")
LINE_LENGTH = 120


def _lint(files: list[Path]) -> str:
    """What sqlfluff has to say, '' if nothing."""
    if not files:
        return ""
    command = [sys.executable, "-m", "sqlfluff", "lint", "--processes", "2", "--format", "github-annotation-native"]
    done = subprocess.run([*command, *map(str, files)], cwd=PROJECT, capture_output=True, text=True, timeout=500)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode else ""


def _sql_files() -> list[Path]:
    return [path for part in FOLDERS for path in sorted((PROJECT / "dbt_project" / part).rglob("*.sql"))]


def _being_worked_on() -> list[Path]:
    """Files that differ from the last commit; none where there is no git."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--", "dbt_project"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    changed = {PROJECT / line[3:].split(" -> ")[-1] for line in done.stdout.splitlines()}
    return [path for path in _sql_files() if path in changed]


def test_what_is_being_worked_on_passes_sqlfluff() -> None:
    """A second for each file that differs from the last commit."""
    assert _lint(_being_worked_on()) == ""


@pytest.mark.long
def test_everything_passes_sqlfluff() -> None:
    """Models, macros and tests."""
    assert _lint(_sql_files()) == ""


def test_sqlfluff_finds_what_it_looks_for() -> None:
    """Capital keywords, an alias without `as` and a bare join are reported: the configuration is read."""
    file = PROJECT / "dbt_project" / "target" / "untidy.sql"
    file.parent.mkdir(exist_ok=True)
    file.write_text("SELECT a.one\nfrom {{ ref('some') }} a\njoin b on a.one = b.one\n")
    try:
        said = _lint([file])
    finally:
        file.unlink()
    assert {code for code in ("CP01", "AL01", "AM05") if code in said} == {"CP01", "AL01", "AM05"}


def test_lines_are_not_longer_than_in_python() -> None:
    """At most 120 characters, as written."""
    long = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in _sql_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LINE_LENGTH
    ]
    assert long == []
