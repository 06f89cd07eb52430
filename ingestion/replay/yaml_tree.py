"""A YAML file as plain text, lists and dictionaries, with the line each part stands on.

Every scalar stays the text somebody wrote: YAML would make 0123 the number 83 and the country code NO false.
"""

from typing import Any

import yaml

from ingestion.replay.problems import ReplayProblem

Path = tuple[str | int, ...]
Lines = dict[Path, int]


def read_tree(text: str, name: str) -> tuple[Any, Lines]:
    """The content of a YAML document and the line of each part by its path. Raises ReplayProblem on broken YAML."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ReplayProblem(f"{name} line {mark.line + 1 if mark else 1}: not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ReplayProblem(f"{name}: not YAML: {error}") from None
    lines: Lines = {}
    return (_plain(node, (), lines, name) if node else {}), lines


def line_of(path: Path, lines: Lines) -> int:
    """The line of `path`, or of its nearest part that exists."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _plain(node: yaml.Node, path: Path, lines: Lines, name: str) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _plain_mapping(node, path, lines, name)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), lines, name) for i, item in enumerate(node.value)]
    return node.value


def _plain_mapping(node: yaml.MappingNode, path: Path, lines: Lines, name: str) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in node.value:
        here, line = (*path, key.value), key.start_mark.line + 1
        if key.value in plain:
            raise ReplayProblem(f"{name} line {line}: {key.value} stands here twice; keep one.")
        lines[here] = line
        plain[key.value] = _plain(value, here, lines, name)
    return plain
