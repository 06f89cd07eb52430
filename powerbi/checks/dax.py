"""What a DAX expression refers to. No parser: names, brackets and what is neither function, variable nor keyword."""

import re
from dataclasses import dataclass

_KEYWORDS = {"VAR", "RETURN", "IN", "NOT", "AND", "OR", "TRUE", "FALSE", "DAY", "MONTH", "YEAR", "ASC", "DESC"}
_STRING = re.compile(r'"(?:[^"]|"")*"')
_COMMENT = re.compile(r"(?://|--)[^\n]*|/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^']|'')+')?\s*(?P<bracket>\[[^\]]+\])   # 'table'[column] or [measure]
      | (?P<alone>'(?:[^']|'')+')
      | (?P<word>[A-Za-z_][\w.]*)(?P<after>\s*[\[(])?""",
    re.VERBOSE,
)
_CLOSES = {")": "(", "}": "{", "]": "["}


@dataclass(frozen=True)
class References:
    """Names in an expression."""

    columns: frozenset[tuple[str, str]]
    measures: frozenset[str]
    tables: frozenset[str]


def references(expression: str) -> References:
    """The columns, measures and tables that DAX names."""
    text = _bare(expression)
    variables = set(re.findall(r"\bVAR\s+(\w+)", text))
    columns, measures, tables = set(), set(), set()
    position = 0
    while found := _TOKEN.search(text, position):
        position = found.end()
        if found["bracket"]:
            name = found["bracket"][1:-1]
            columns.add((found["quoted"][1:-1], name)) if found["quoted"] else measures.add(name)
        elif found["alone"]:
            tables.add(found["alone"][1:-1])
        elif (found["after"] or "").endswith("["):
            close = text.index("]", position)
            columns.add((found["word"], text[position:close]))
            position = close + 1
        elif not found["after"] and found["word"] not in variables and found["word"].upper() not in _KEYWORDS:
            tables.add(found["word"])
    return References(frozenset(columns), frozenset(measures), frozenset(tables))


def unbalanced(expression: str) -> str:
    """The bracket that does not fit, '' if all do."""
    waiting: list[str] = []
    for mark in re.sub(r"'(?:[^']|'')+'", "", _bare(expression)):
        if mark in "({[":
            waiting.append(mark)
        elif mark in _CLOSES and (not waiting or waiting.pop() != _CLOSES[mark]):
            return mark
    return waiting[-1] if waiting else ""


def _bare(expression: str) -> str:
    """Without strings and comments."""
    return _COMMENT.sub(" ", _STRING.sub('""', expression))
