"""Split a ClickHouse statement into tokens. Only positions are decided here; the engine decides what they mean."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    rb"""
      (?P<space>   [\s\0]+ | --[^\n]* | \#[\x20!][^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<text>    '(?:[^'\\]|\\.|'')*' | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
    | (?P<quoted>  "(?:[^"\\]|\\.|"")*" | `(?:[^`\\]|\\.|``)*` )
    | (?P<word>    [A-Za-z_][A-Za-z0-9_$]* )
    | (?P<number>  [0-9][A-Za-z0-9_.]* )
    | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = b"([{", b")]}"


class Token(NamedTuple):
    """One token: its kind, its bytes, where it stands, and how many brackets are open around it."""

    kind: str
    value: bytes
    start: int
    end: int
    depth: int

    def is_word(self, *words: bytes) -> bool:
        """Whether this is one of the given bare words (upper case), outside all brackets."""
        return self.kind == "word" and self.depth == 0 and self.value.upper() in words


def tokens(sql: bytes) -> Iterator[Token]:
    """Every token but spaces and comments, lazily, so that data behind an INSERT is not looked at."""
    depth = 0
    for match in _TOKEN.finditer(sql):
        kind, value = match.lastgroup or "", match.group()
        if match.group("space") is not None:
            continue
        if kind == "tag":
            kind = "text"
        if value in _CLOSING and kind == "mark":
            depth -= 1
        yield Token(kind, value, match.start(), match.end(), depth)
        if value in _OPENING and kind == "mark":
            depth += 1
