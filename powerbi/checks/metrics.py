"""dbt's metrics as far as measures name them."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from powerbi.build.contracts import MODELS


@dataclass(frozen=True)
class Metric:
    """A metric of dbt: the one definition of a KPI."""

    name: str
    description: str
    unit: str


def read_metrics(folder: Path = MODELS / "metrics") -> dict[str, Metric]:
    """All metrics by name."""
    files = [yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yml"))]
    said = [one for file in files for one in file.get("metrics") or []]
    return {one["name"]: Metric(one["name"], _one_line(one), one["config"]["meta"]["unit"]) for one in said}


def _one_line(said: dict) -> str:
    return " ".join(said["description"].split())
