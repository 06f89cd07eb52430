"""Split a ClickHouse statement into tokens. Only positions are decided here; the engine decides what they mean."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Curved quotes are quotes too (Lexer.cpp of ClickHouse).
_TOKEN = re.compile(
    rb"""
      (?P<space>   [\s\0]+ | --[^\n]* | \#[\x20!][^\n]* )
    | (?P<comment> /\* )
    | (?P<text>    '(?:[^'\\]|\\.|'')*' | \xe2\x80\x98.*?\xe2\x80\x99 | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
    | (?P<quoted>  "(?:[^"\\]|\\.|"")*" | `(?:[^`\\]|\\.|``)*` | \xe2\x80\x9c.*?\xe2\x80\x9d )
    | (?P<word>    [A-Za-z_][A-Za-z0-9_$]* )
    | (?P<number>  [0-9][A-Za-z0-9_.]* )
    | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(rb"/\*|\*/")
_OPENING, _CLOSING = (b"(", b"[", b"{"), (b")", b"]", b"}")


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
    depth = position = 0
    while match := _TOKEN.match(sql, position):
        position = match.end()
        kind = "text" if match.lastgroup == "tag" else match.lastgroup or ""
        if kind == "comment":
            position = _comment_end(sql, position)
        elif kind != "space":
            value = match.group()
            depth -= kind == "mark" and value in _CLOSING
            yield Token(kind, value, match.start(), position, depth)
            depth += kind == "mark" and value in _OPENING


def _comment_end(sql: bytes, position: int) -> int:
    """Where a comment ends that began before `position`; comments nest."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(sql, position):
        depth += 1 if edge.group() == b"/*" else -1
        if depth == 0:
            return edge.end()
    return len(sql)
