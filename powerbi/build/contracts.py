"""The contracts of the views of `reporting`, as their YAML says: columns, types, descriptions."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from contracts.settings import PROJECT

MODELS = PROJECT / "dbt_project" / "models"


@dataclass(frozen=True)
class Column:
    """A column of a view and its type in ClickHouse."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class View:
    """A view of `reporting`."""

    name: str
    description: str
    columns: tuple[Column, ...]


def read_views(models: Path = MODELS) -> dict[str, View]:
    """All views of `reporting` by name, with what `doc()` stands for written out."""
    docs = _doc_blocks(models)
    files = sorted((models / "reporting").rglob("*.yml"))
    found = (view for file in files for view in yaml.safe_load(file.read_text()).get("models", []))
    return {view["name"]: _view(view, docs) for view in found}


def _view(said: dict, docs: dict[str, str]) -> View:
    columns = (Column(c["name"], c["data_type"], _text(c["description"], docs)) for c in said["columns"])
    return View(said["name"], _text(said["description"], docs), tuple(columns))


def _doc_blocks(models: Path) -> dict[str, str]:
    text = "\n".join(file.read_text() for file in sorted(models.rglob("*.md")))
    return dict(re.findall(r"{% docs (\w+) %}(.*?){% enddocs %}", text, flags=re.DOTALL))


def _text(said: str, docs: dict[str, str]) -> str:
    whole = re.sub(r"{{ doc\('(\w+)'\) }}", lambda found: docs[found[1]], said)
    return " ".join(whole.split())
