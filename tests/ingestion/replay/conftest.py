"""A mapping and a file in a temporary folder, replayed into a list."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import PROJECT
from ingestion.replay.mapping_file import load_mapping
from ingestion.replay.readers import read_content
from ingestion.replay.stream import Step, replay_steps

Replayed = Callable[..., list[Step]]


@pytest.fixture
def replayed(tmp_path: Path) -> Replayed:
    """Every step of a file (text or bytes) by a mapping (YAML text)."""

    def run(mapping: str, content: str | bytes, name: str = "file.csv") -> list[Step]:
        (tmp_path / "mapping.yml").write_text(mapping, encoding="utf-8")
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(replay_steps(path, load_mapping(str(tmp_path / "mapping.yml")), read_content(path).fingerprint))

    return run


@pytest.fixture
def events_of() -> Callable[[list[Step]], list[dict[str, Any]]]:
    """The events of steps as Python dictionaries."""
    return lambda steps: [json.loads(value) for step in steps for _, _, value in step.messages]


@pytest.fixture
def example() -> Callable[[str], list[Step]]:
    """Every step of a worked example of docs/own_files."""

    def run(name: str) -> list[Step]:
        folder = PROJECT / "docs" / "own_files"
        path = next(path for path in folder.glob(f"{name}.*") if path.suffix in (".csv", ".tsv"))
        return list(replay_steps(path, load_mapping(str(folder / f"{name}.yml")), read_content(path).fingerprint))

    return run
