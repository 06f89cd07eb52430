"""Reads TMDL: a tree of objects by indentation, and the semantic model that it describes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_OBJECT = re.compile(r"^(?P<kind>\w+)(?:\s+(?P<name>'(?:[^']|'')+'|[^\s=:]+))?\s*(?P<equals>=\s*(?P<value>.*))?$")
_PROPERTY = re.compile(r"^(?P<name>\w+):\s*(?P<value>.*)$")


class Unreadable(Exception):
    """A line that is no TMDL."""


@dataclass
class Node:
    """An object, flag or expression: `kind name = value`, with properties and what is indented below it."""

    kind: str
    name: str = ""
    value: str = ""
    description: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def of(self, kind: str) -> list["Node"]:
        """The children of a kind."""
        return [child for child in self.children if child.kind == kind]

    def has(self, flag: str) -> bool:
        """Whether a flag such as `isHidden` is set."""
        return any(child.kind == flag and not child.name for child in self.children)

    def annotation(self, name: str) -> str:
        """The value of an annotation, '' without one."""
        return next((one.value for one in self.of("annotation") if one.name == name), "")

    def expression(self, kind: str) -> str:
        """The value of a child such as `source`, '' without one."""
        return next((one.value for one in self.of(kind)), "")


@dataclass
class Model:
    """The semantic model: what its files declare."""

    tables: dict[str, Node]
    relationships: list[Node]
    expressions: dict[str, Node]
    roles: dict[str, Node]
    properties: list[Node]

    def columns(self, table: str) -> dict[str, Node]:
        """Columns of a table by name; none where there is no such table."""
        return {one.name: one for one in self.tables[table].of("column")} if table in self.tables else {}

    def measures(self) -> dict[str, tuple[str, Node]]:
        """Home table and measure by the measure's name, which is unique in a model."""
        return {one.name: (name, one) for name, table in self.tables.items() for one in table.of("measure")}


def read_model(definition: Path) -> Model:
    """The model of a `definition` folder."""
    found = [node for file in sorted(definition.rglob("*.tmdl")) for node in parse(file.read_text(), file.name)]
    by_kind = {kind: [n for n in found if n.kind == kind] for kind in ("table", "expression", "role", "relationship")}
    named = {kind: {node.name: node for node in nodes} for kind, nodes in by_kind.items()}
    others = [node for node in found if node.kind in ("model", "ref", "database")]
    return Model(named["table"], by_kind["relationship"], named["expression"], named["role"], others)


def parse(text: str, file: str = "") -> list[Node]:
    """The objects of one file."""
    root = Node("file", file)
    open_nodes: list[tuple[int, Node]] = [(-1, root)]
    described: list[str] = []
    for indent, line, block in _logical_lines(text):
        if line.startswith("///"):
            described.append(line[3:].strip())
            continue
        while open_nodes[-1][0] >= indent:
            open_nodes.pop()
        parent = open_nodes[-1][1]
        if found := _PROPERTY.match(line):
            parent.properties[found["name"]] = found["value"]
        elif found := _OBJECT.match(line if not line.startswith("ref ") else line.replace("ref ", "ref_", 1)):
            node = _node(found, block, " ".join(described))
            parent.children.append(node)
            open_nodes.append((indent, node))
        else:
            raise Unreadable(f"{file}: {line!r} is no TMDL.")
        described = []
    return root.children


def _node(found: re.Match[str], block: str, description: str) -> Node:
    kind = found["kind"].replace("ref_", "ref ", 1).split()[0]
    value = block or (found["value"] or "").strip()
    return Node(kind, unquoted(found["name"] or ""), value, description)


def unquoted(name: str) -> str:
    """A name without its quotes."""
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _logical_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Indentation, line, and the expression below it where the line ends in `=`."""
    lines = [line for line in text.splitlines() if line.strip()]
    position = 0
    while position < len(lines):
        line = lines[position]
        indent = _indent(line)
        position += 1
        block = []
        if line.rstrip().endswith("=") and not line.strip().startswith("///"):
            while position < len(lines) and _indent(lines[position]) >= indent + 2:
                block.append(lines[position].strip("\t"))
                position += 1
        yield indent, line.strip(), "\n".join(block)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip("\t"))
