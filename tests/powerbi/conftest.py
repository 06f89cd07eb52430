"""A copy of the project to break."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from powerbi.checks.project import PROJECT_FOLDER


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[], Path]:
    """Copies the project to where it may be changed."""

    def copied() -> Path:
        for part in ("RetailInventory.pbip", "RetailInventory.Report", "RetailInventory.SemanticModel"):
            source = PROJECT_FOLDER / part
            shutil.copytree(source, tmp_path / part) if source.is_dir() else shutil.copy(source, tmp_path / part)
        return tmp_path

    return copied
