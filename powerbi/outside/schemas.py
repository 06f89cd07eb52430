"""Microsoft's JSON schemas of PBIP and PBIR, from a clone of github.com/microsoft/json-schemas on this machine."""

import json
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from powerbi.checks.project import Project

_ROOT = "/json-schemas/"


def schema_faults(project: Project, clone: Path) -> Iterator[str]:
    """What does not fit the schema that a file names itself."""
    registry = Registry(retrieve=lambda uri: _schema(clone, uri))
    for file in _files(project):
        said = json.loads(file.read_text())
        if "$schema" not in said:
            continue
        if not _path(clone, said["$schema"]).is_file():
            yield f"{file.relative_to(project.folder)}: its schema {said['$schema']} is not in {clone}."
            continue
        validator = Draft7Validator(_schema(clone, said["$schema"]).contents, registry=registry)
        for fault in validator.iter_errors(said):
            yield f"{file.relative_to(project.folder)}: {fault.json_path}: {fault.message[:200]}"


def _schema(clone: Path, uri: str) -> Resource:
    return Resource.from_contents(json.loads(_path(clone, uri).read_text()), default_specification=DRAFT7)


def _path(clone: Path, uri: str) -> Path:
    return clone / uri.split(_ROOT)[1].split("#")[0]


def _files(project: Project) -> list[Path]:
    kinds = ("*.pbip", "*.Report/.platform", "*.Report/definition.pbir", "*.Report/definition/**/*.json")
    kinds += ("*.SemanticModel/.platform", "*.SemanticModel/definition.pbism")
    return [file for kind in kinds for file in sorted(project.folder.glob(kind))]
