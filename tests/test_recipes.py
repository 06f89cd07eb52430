"""The recipes can be followed: what they change is as they say, and (long) their own tests pass once it is changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from recipes import apply, changes, commands, named_tests, recipes

from contracts.settings import PROJECT, load_settings, process_environment

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "target", "logs", "node_modules", "*.egg-info", "schemas")


def _copy_touched(page: Path, root: Path) -> None:
    for change in changes(page):
        if change.old:
            (root / change.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / change.path, root / change.path)


@pytest.mark.parametrize("page", recipes(), ids=lambda page: page.stem)
def test_a_recipe_fits_the_project(page: Path, tmp_path: Path) -> None:
    """Each place it changes is there once, no file it makes is there already, and each test it names exists."""
    _copy_touched(page, tmp_path)
    made = {change.path for change in changes(page) if not change.old}
    assert [path for path in made if (PROJECT / path).exists()] == []
    for change in changes(page):
        apply(change, tmp_path)
    assert named_tests(page)
    assert [path for path in named_tests(page) if not (PROJECT / path).exists() and path not in made] == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", recipes(), ids=lambda page: page.stem)
def test_a_recipe_works_as_written(page: Path, tmp_path: Path) -> None:
    """In a copy of the project, changed as the page says, ruff finds nothing and its own commands and tests succeed."""
    root = tmp_path / "project"
    shutil.copytree(PROJECT, root, ignore=LEFT_OUT)
    for name in (".env.example", ".gitignore"):
        shutil.copy(PROJECT / name, root / name)
    for change in changes(page):
        apply(change, root)
    settings = load_settings()
    environment = process_environment(settings) | {"PYTHONPATH": str(root), "RETAIL_JARS": str(settings.jars)}
    for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."], *commands(page)):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
