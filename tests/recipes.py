"""The recipes of `docs/recipes` as changes of files: what a person would type, read out of the page.

A block ```diff begins with `--- path`; its lines begin with a blank (is there), `-` (goes) or `+` (comes), and `@@`
begins another place of the same file. A sentence "New file `path`:" stands over the whole text of a new file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.settings import PROJECT

FOLDER = PROJECT / "docs" / "recipes"
_BLOCK = re.compile(
    r"(?:New file `(?P<path>[^`]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
# What needs no running stack: a page's own tests, what writes a generated file, what checks the report.
_COMMAND = re.compile(r"^(?:\./retail (test|powerbi) |\.venv/bin/python -m )([^#\n]+)", re.MULTILINE)


@dataclass(frozen=True)
class Change:
    """Lines of a file in the place of others; without `old` the file is new."""

    path: str
    old: str
    new: str


def recipes() -> list[Path]:
    """The pages."""
    return sorted(page for page in FOLDER.glob("*.md") if page.name != "README.md")


def changes(page: Path) -> list[Change]:
    """What the page changes, in its order."""
    return [change for block in _BLOCK.finditer(page.read_text()) for change in _changes(block)]


def commands(page: Path) -> list[list[str]]:
    """Its commands that need no running stack, in order, as arguments of `python -m`."""
    modules = {"test": ["pytest"], "powerbi": ["cli", "powerbi"], "": []}
    return [modules[verb] + rest.split() for verb, rest in _COMMAND.findall(page.read_text())]


def named_tests(page: Path) -> list[str]:
    """Files and folders of its `./retail test` lines."""
    named = [argument for command in commands(page) if command[0] == "pytest" for argument in command[1:]]
    return [argument.split("::")[0] for argument in named if not argument.startswith("-")]


def apply(change: Change, root: Path) -> None:
    """Change the file below `root`. Raises AssertionError where it is not as the page says."""
    file = root / change.path
    if not change.old:
        assert not file.exists(), f"{change.path} is there already"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(change.new)
        return
    text = "\n" + file.read_text()
    found = text.count("\n" + change.old)
    assert found == 1, f"{change.path} has {found} times, not once:\n{change.old}"
    file.write_text(text.replace("\n" + change.old, "\n" + change.new)[1:])


def _changes(block: re.Match) -> Iterator[Change]:
    if block["path"]:
        yield Change(block["path"], "", block["text"])
    elif block["language"] == "diff":
        head, _, rest = block["text"].partition("\n")
        path = head.removeprefix("--- ").strip()
        for part in re.split(r"^@@.*\n", rest, flags=re.MULTILINE):
            lines = [line or " " for line in part.splitlines()]
            yield Change(path, _lines(lines, " -"), _lines(lines, " +"))


def _lines(lines: list[str], marks: str) -> str:
    return "".join(f"{line[1:]}\n" for line in lines if line[0] in marks)
