"""The project as its files say: semantic model, pages with their visuals, theme."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from contracts.settings import PROJECT
from powerbi.tmdl import Model, read_model

PROJECT_FOLDER = PROJECT / "powerbi"
NAME = "RetailInventory"


@dataclass(frozen=True)
class Field:
    """What a visual names: a column of a table, or a measure in its home table."""

    kind: str
    table: str
    name: str

    def __str__(self) -> str:
        return f"'{self.table}'[{self.name}]"


@dataclass(frozen=True)
class Visual:
    """A visual of a page."""

    page: str
    name: str
    said: dict[str, Any]

    @property
    def type(self) -> str:
        """Kind of visual."""
        return self.said["visual"]["visualType"]

    @property
    def fields(self) -> list[Field]:
        """All columns and measures that it names, in queries, sorting, filters and formats."""
        return list(_fields(self.said))

    def text(self, container: str, name: str) -> str:
        """A text of its container, such as `altText` of `general`; '' without it."""
        objects = self.said["visual"].get("visualContainerObjects", {}).get(container, [{}])
        value = objects[0].get("properties", {}).get(name, {}).get("expr", {}).get("Literal", {}).get("Value", "")
        return value.strip("'").strip()

    def __str__(self) -> str:
        return f"{self.page}/{self.name}"


@dataclass(frozen=True)
class Page:
    """A page of the report and its visuals, in tab order."""

    name: str
    said: dict[str, Any]
    visuals: list[Visual]

    @property
    def own_fields(self) -> list[Field]:
        """What its own filters and drill-through name."""
        return list(_fields(self.said))

    @property
    def fields(self) -> list[Field]:
        """What it and its visuals name."""
        return [*self.own_fields, *(field for visual in self.visuals for field in visual.fields)]


class Project:
    """The files of a project in a folder."""

    def __init__(self, folder: Path = PROJECT_FOLDER) -> None:
        self.folder = folder
        self.report = folder / f"{NAME}.Report"
        self.definition = folder / f"{NAME}.SemanticModel" / "definition"

    @cached_property
    def model(self) -> Model:
        """The semantic model."""
        return read_model(self.definition)

    @cached_property
    def page_order(self) -> list[str]:
        """Names of the pages as `pages.json` orders them."""
        return self.json("definition/pages/pages.json")["pageOrder"]

    @cached_property
    def pages(self) -> list[Page]:
        """Pages in order; one that has no folder is left out."""
        folder = self.report / "definition" / "pages"
        return [self._page(folder / name) for name in self.page_order if (folder / name / "page.json").exists()]

    def json(self, path: str) -> dict[str, Any]:
        """A file of the report."""
        return json.loads((self.report / path).read_text())

    def _page(self, folder: Path) -> Page:
        files = sorted(folder.glob("visuals/*/visual.json"))
        visuals = [Visual(folder.name, path.parent.name, json.loads(path.read_text())) for path in files]
        visuals.sort(key=lambda visual: visual.said["position"].get("tabOrder", 0))
        return Page(folder.name, json.loads((folder / "page.json").read_text()), visuals)


def _fields(said: Any) -> Iterator[Field]:
    """Every field expression below a piece of JSON; aliases of a filter's own FROM are resolved."""
    if isinstance(said, list):
        for one in said:
            yield from _fields(one)
    if not isinstance(said, dict):
        return
    for kind in ("Column", "Measure"):
        entity = _entity(said.get(kind))
        if entity:
            yield Field(kind, entity, said[kind]["Property"])
    for value in said.values():
        yield from _fields(value)


def _entity(expression: Any) -> str:
    if not isinstance(expression, dict) or "Property" not in expression:
        return ""
    return expression.get("Expression", {}).get("SourceRef", {}).get("Entity", "")
