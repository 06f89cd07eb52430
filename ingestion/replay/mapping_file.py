"""Read a mapping by its name or path; what is wrong with it is said with file, line and field."""

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingestion.replay.checks import Finding, findings
from ingestion.replay.mapping import Mapping
from ingestion.replay.problems import ReplayProblem
from ingestion.replay.yaml_tree import Lines, line_of, read_tree

SHIPPED = Path(__file__).resolve().parent.parent / "mappings"


def load_mapping(name: str) -> Mapping:
    """The mapping that ships under `name`, or is in the file `name`. Raises ReplayProblem with every finding."""
    path = _find(name)
    tree, lines = read_tree(_text(path), path.name)
    if not isinstance(tree, dict):
        raise ReplayProblem(f"{path.name} holds no mapping.", "docs/own_files.md shows what one says.")
    try:
        mapping = Mapping.model_validate(tree)
    except ValidationError as error:
        raise _problem(path, lines, [_finding(item) for item in error.errors(include_url=False)]) from None
    if wrong := findings(mapping):
        raise _problem(path, lines, wrong)
    return mapping


def mapping_hash(mapping: Mapping) -> str:
    """A fingerprint of what the mapping does; comments and layout do not count."""
    return hashlib.sha256(mapping.model_dump_json(exclude={"description"}).encode()).hexdigest()[:12]


def shipped_names() -> list[str]:
    """Names of the mappings that come with the project."""
    return sorted(path.stem for path in SHIPPED.glob("*.yml"))


def _find(name: str) -> Path:
    for path in (Path(name), SHIPPED / f"{name}.yml"):
        if path.is_file():
            return path
    raise ReplayProblem(
        f"There is no mapping {name}.",
        f"Give the path of a YAML file or one of {', '.join(shipped_names())}; docs/own_files.md helps to write one.",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ReplayProblem(f"{path.name} is not UTF-8.", "Save the mapping as UTF-8.") from None


def _finding(error: Any) -> Finding:
    # Unions and optional parts put pydantic's own words into the path; the file's keys are what people know.
    path = tuple(part for part in error["loc"] if not (isinstance(part, str) and ("[" in part or "-" in part)))
    says = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        says = "is no word of a mapping here; docs/own_files.md lists them"
    if error["type"] == "missing":
        says = "is missing; add it"
    return Finding(path, says)


def _problem(path: Path, lines: Lines, wrong: list[Finding]) -> ReplayProblem:
    told = [f"{path.name} line {line_of(at, lines)}: {'.'.join(map(str, at))}: {says}" for at, says in wrong]
    return ReplayProblem("\n".join(dict.fromkeys(told)))
