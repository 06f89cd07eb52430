"""Tables of a Markdown page, and sums worked on paper: `2 × 5.00 − 1.00 = 9.00`."""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

_SIGNS = {"×": "*", "÷": "/", "−": "-"}
_OPERATORS: dict[type[ast.AST], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass
class Table:
    """A heading of the page, what is said under it, and the rows of the tables there; columns of each row by name."""

    name: str
    text: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)


def tables(page: Path) -> list[Table]:
    """The headings of a page that have a table."""
    found, header = [Table("")], None
    for line in page.read_text().splitlines():
        if line.startswith("#"):
            found.append(Table(line.lstrip("# ")))
            header = None
        elif not line.startswith("|"):
            found[-1].text += line + "\n"
            header = None
        elif header is None:
            header = _cells(line)
        elif not set(line) <= set("|- :"):
            found[-1].rows.append(dict(zip(header, _cells(line), strict=True)))
    return [table for table in found if table.rows]


def figure(cell: str) -> str:
    """What a cell says in the end: what follows its last `=`."""
    return cell.rpartition(" = ")[2].strip()


def is_worked_out_right(cell: str) -> bool:
    """Whether what stands before the last `=` gives what stands after it, to the digits written there."""
    working, equals, said = cell.rpartition(" = ")
    if not equals:
        return True
    places = len(said.partition(".")[2])
    return round(_value(working), places) == Decimal(said.replace("−", "-"))


def _value(working: str) -> Decimal:
    for sign, python in _SIGNS.items():
        working = working.replace(sign, python)
    return _of(ast.parse(re.sub(r"\s+", " ", working), mode="eval").body, working)


def _of(node: ast.expr, text: str) -> Decimal:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_of(node.left, text), _of(node.right, text))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_of(node.operand, text)
    return Decimal(ast.get_source_segment(text, node) or "")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
