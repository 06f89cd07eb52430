"""The archives are the locked ones or none."""

import shutil
from pathlib import Path

import pytest

from contracts.problems import Problem
from contracts.settings import load_settings
from local_stack import jars


def test_every_locked_archive_is_there() -> None:
    """What the tests run on is what the lock names, to the byte."""
    folder = load_settings().jars
    assert [jar.file for jar in jars.locked_jars() if jars.hash_of(folder / jar.file) != jar.sha256] == []


def test_nothing_is_fetched_twice() -> None:
    """A folder that holds everything asks nobody."""
    assert jars.fetch_jars(load_settings().jars) == 0


def test_missing_archive_is_named(tmp_path: Path) -> None:
    """One archive taken away is the one that is missing."""
    shutil.copytree(load_settings().jars, tmp_path, dirs_exist_ok=True)
    gone = jars.locked_jars()[3]
    (tmp_path / gone.file).unlink()
    assert jars.missing_jars(tmp_path) == [gone]


def test_archive_that_differs_is_refused(tmp_path: Path) -> None:
    """An archive with another hash than the lock's never reaches its place."""
    jar = jars.locked_jars()[0]
    (tmp_path / "brought.jar").write_bytes(b"not the archive")
    with pytest.raises(Problem, match="not the one that was locked"):
        jars._accept(jar, tmp_path / "brought.jar", tmp_path / jar.file)
    assert not (tmp_path / jar.file).exists()
