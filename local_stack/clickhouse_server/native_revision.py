"""Native blocks as clients of a given protocol revision expect them (`client_protocol_version`).

The engine in process always writes revision 0: no block header, and DateTime without its time zone. Columns cannot be
told apart without decoding them, so their heads are looked for; a block where that is not certain stays as it is.
Revisions: ProtocolDefines.h of ClickHouse.
"""

import re
from collections.abc import Callable

_WITH_TIME_ZONES = 54337
_WITH_CUSTOM_SERIALIZATION = 54454
_BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"
_ZONED = re.compile(r"\bDateTime\('[^']*'\)")
_PLAIN_DATETIME = re.compile(rb"DateTime(?!64)")

Columns = list[tuple[str, str]]  # name and full type


class Revision:
    """Rewrites the blocks of one result. `describe` gives its columns, and is asked only if they matter."""

    def __init__(self, number: int, describe: Callable[[], Columns]) -> None:
        self._number, self._describe = number, describe
        self._columns: Columns | None = None
        self._needs_heads: bool | None = None

    def block(self, data: bytes) -> bytes:
        """One block of revision 0 as a block of this revision."""
        if self._number == 0 or not data:
            return data
        if self._needs_heads is None:
            is_custom = self._number >= _WITH_CUSTOM_SERIALIZATION
            self._needs_heads = is_custom or _PLAIN_DATETIME.search(data) is not None
        if self._needs_heads:
            data = self._with_heads(data)
        return _BLOCK_INFO + data

    def _with_heads(self, data: bytes) -> bytes:
        if self._columns is None:
            self._columns = self._describe()
        changed, position = [], _skip_number(data, _skip_number(data, 0))
        changed.append(data[:position])
        for name, kind in self._columns:
            head = _text(name) + _text(_ZONED.sub("DateTime", kind))
            if data.count(head, position) != 1:
                return data
            place = data.find(head, position)
            changed += [data[position:place], self._head(name, kind)]
            position = place + len(head)
        return b"".join([*changed, data[position:]])

    def _head(self, name: str, kind: str) -> bytes:
        shown = kind if self._number >= _WITH_TIME_ZONES else _ZONED.sub("DateTime", kind)
        flag = b"\0" if self._number >= _WITH_CUSTOM_SERIALIZATION else b""
        return _text(name) + _text(shown) + flag


def _skip_number(data: bytes, position: int) -> int:
    while data[position] & 0x80:
        position += 1
    return position + 1


def _text(value: str) -> bytes:
    encoded = value.encode(errors="surrogateescape")
    size, length = b"", len(encoded)
    while length >= 0x80:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return size + bytes([length]) + encoded
