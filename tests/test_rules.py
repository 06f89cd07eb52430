"""Rules of the project that a machine can check."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

from contracts.settings import PROJECT, Settings

EXAMPLE = PROJECT / ".env.example"


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=PROJECT, capture_output=True, text=True, check=False)


def test_linter_finds_nothing() -> None:
    """Ruff agrees with every file."""
    result = _run("ruff", "check", ".")
    assert result.returncode == 0, result.stdout


def test_files_are_formatted() -> None:
    """Ruff would format no file differently."""
    result = _run("ruff", "format", "--check", ".")
    assert result.returncode == 0, result.stdout


def test_imports_point_one_way() -> None:
    """The layers of the tree import downwards only."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    result = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (result.returncode, "0 broken" in result.stdout) == (0, True), result.stdout


def test_example_lists_every_setting() -> None:
    """`.env.example` names exactly the settings that the code reads, and at its end what compose alone reads."""
    settings, _, only_compose = EXAMPLE.read_text().partition("# -- Only for docker-compose.yml")
    listed = re.findall(r"^([A-Z_]+)=", settings, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)
    others = re.findall(r"^([A-Z_]+)=", only_compose, re.MULTILINE)
    read = set(re.findall(r"\$\{([A-Z_]+)", (PROJECT / "docker-compose.yml").read_text()))
    assert sorted(others) == sorted(read - set(listed))


def test_example_shows_the_defaults() -> None:
    """A value that `.env.example` shows is the default of the code."""
    shown = dict(re.findall(r"^([A-Z_]+)=([^#\n]*?)\s*(?:#.*)?$", EXAMPLE.read_text(), re.MULTILINE))
    default = Settings(_env_file=EXAMPLE)
    assert default == Settings(_env_file=None)
    assert not [name for name, value in shown.items() if value and "PASSWORD" in name]


def test_profile_reads_known_settings() -> None:
    """Every variable of dbt's profile is a setting."""
    profile = (PROJECT / "dbt_project" / "profiles.yml").read_text()
    used = set(re.findall(r"env_var\(\s*'([A-Z_]+)'", profile)) | set(re.findall(r'env_var\(\s*"([A-Z_]+)"', profile))
    assert used
    assert used <= {name.upper() for name in Settings.model_fields}


def test_verbs_have_a_main_and_nouns_do_not() -> None:
    """Whatever has a `main` can be run, and nothing else can."""
    for path in _sources():
        text = path.read_text()
        assert ("\ndef main(" in text) == ('if __name__ == "__main__":' in text), path


def _sources() -> list[Path]:
    folders = ("contracts", "warehouse", "ingestion", "spark_jobs", "local_stack", "cli", "bench")
    return [path for folder in folders for path in (PROJECT / folder).rglob("*.py")]


def test_lock_names_no_host() -> None:
    """The lock works with any package index: it pins hashes and names no place."""
    for name in ("requirements.txt", "requirements-uv.txt", "local_stack/jars.lock"):
        text = (PROJECT / name).read_text()
        assert "://" not in text, name
        assert "sha256" in text or name.endswith("jars.lock")


def test_compose_and_profile_are_yaml() -> None:
    """The YAML files at the edges parse."""
    for name in ("dbt_project/profiles.yml", "dbt_project/dbt_project.yml", "docker-compose.yml"):
        assert yaml.safe_load((PROJECT / name).read_text())
