"""Messages good, damaged and nasty, as hypothesis draws them."""

import json
from typing import Any, get_args

from hypothesis import strategies as st

from contracts.events import TOPICS, Event
from contracts.fields import Kind

GOOD = {
    "an id of 1 to 200 bytes": ["a", "P-1", "x" * 200, "é" * 100, 7, 12345678901234567890],
    "a text of 1 to 1000 bytes": ["Tea", "x" * 1000, "\t", 3],
    "money with at most 4 decimals": ["12.50", "0", "-1.2345", "99999999999999.9999", 12.5, 3, 0],
    "a quantity with at most 3 decimals": ["1", "0.001", "123456789012345.999", 2, 1.5],
    "a rate with at most 8 decimals": ["0.5", "0", "1", "0.12345678", 0.25],
    "an ISO 4217 currency": ["EUR", "GBP"],
    "ISO weekdays like 1,3,5": ["1", "1,3,5", "1,2,3,4,5,6,7"],
    "a time of day like 09:30": ["09:30", "24:00", "00:00", "23:59"],
    "a whole number": [1, 0, "12", 999999999, "-3", 1.0],
    "true or false": [True, False, "true", "false"],
    "a UTC instant like 2026-01-31T09:30:00.000Z": [
        "2026-01-31T09:30:00Z",
        "2026-01-31T09:30:00.5Z",
        "1925-01-01T00:00:00.000Z",
        "2282-12-31T23:59:59.999999Z",
        "2024-02-29T23:59:59.123Z",
    ],
    "a date like 2026-01-31": ["2026-01-31", "1925-01-01", "2282-12-31", "2024-02-29"],
}
NASTY_TEXT = [
    *(
        "",
        " ",
        "0",
        "-",
        "-0",
        "+1",
        "1.",
        ".5",
        "1.50",
        "01",
        "1e5",
        "1E5",
        "1e-3",
        "0x10",
        "NaN",
        "inf",
        "-inf",
        "null",
    ),
    *("1.12345", "1.1234", "100000000000000", "99999999999999.99999", "1234567890", "-1234567890", "2147483648"),
    *("१२",),
    *(
        "12,5",
        " 1",
        "1 ",
        "1\n",
        "\n1",
        "1\r",
        "1\x00",
        "\x00",
        "true ",
        "True",
        "TRUE",
        "1",
        "{",
        "[]",
        "{}",
        '"',
        "\\",
        "'",
    ),
    *(
        "eur",
        "EURO",
        "EU",
        "ЕUR",
        "EUR\n",
        "8",
        "1,",
        ",1",
        "1,2,3,4,5,6,7,1",
        "24:01",
        "24:59",
        "25:00",
        "9:30",
        "09:60",
    ),
    *(
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T23:59:60Z",
        "2026-01-31 09:30:00Z",
    ),
    *("2026-01-31T09:30:00", "2026-01-31T09:30:00+00:00", "2026-01-31T09:30:00.1234567Z", "2026-01-31T09:30:00.Z"),
    *(
        "1924-12-31T23:59:59.999Z",
        "2283-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T00:00:00Z",
        "2026-13-01T00:00:00Z",
    ),
    *(
        "2026-00-10T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-31t09:30:00z",
        "２026-01-31T09:30:00Z",
        "2026-01-31T09:30:00ZZ",
    ),
    *(
        "2026-02-29",
        "2026-04-31",
        "2026-1-31",
        "2026-01-31 ",
        "20260131",
        "1924-12-31",
        "2283-01-01",
        "1900-01-01",
        "2299-12-31",
    ),
    *("0000-00-00", "2026-00-01", "2026-01-00", "2026-13-01", "2026-01-32", "2026-W05-1", "2026-031", "1970-01-01"),
    *(
        "x" * 201,
        "x" * 1001,
        "é" * 101,
        "\ud800",
        "\U0001f600",
        "\u2028",
        "\x7f",
        "\t",
        "a\tb",
        "ﬁ",
        "merchandise ",
        "Merchandise",
    ),
]
NASTY_VALUE = [
    *(
        None,
        True,
        False,
        0,
        -0.0,
        1,
        -1,
        1.0,
        1.5,
        1.10,
        1e5,
        1e15,
        1e16,
        1e17,
        1e21,
        1e22,
        1e-5,
        1e-7,
        0.1 + 0.2,
        123456.789,
    ),
    *(
        2**31,
        2**31 - 1,
        -(2**31),
        2**53 + 1,
        2**63 - 1,
        2**63,
        -(2**63),
        2**64 - 1,
        999999999,
        1000000000,
        5e-324,
        1.7e308,
    ),
    *(
        [],
        [1],
        {},
        {"a": 1},
        [None],
        [[]],
        {"event_type": "sale"},
        "sale",
        "return",
        12.3456,
        12.34567,
        99999999999999.99,
    ),
]
RAW_VALUE = [
    *(
        b"1e400",
        b"-1e400",
        b"1" * 400,
        b"1" * 5000,
        b"NaN",
        b"Infinity",
        b"01",
        b"1.",
        b".5",
        b"+1",
        b"0x1",
        b"1.0e2",
        b"1E2",
        b"1e2",
        b"-0",
        b"-0.0",
        b"0e0",
    ),
    *(b"18446744073709551616", b"-9223372036854775809", b"123456789012345678901234567890"),
    *(b"1.000000000000000000001",),
    *(
        b"'a'",
        b"True",
        b"undefined",
        b"",
        b'"\\u0000"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\\ud83d\\ude00"',
        b'"\\x"',
        b'"\xff"',
    ),
    *(
        b'"\xc3"',
        b'"\xed\xa0\x80"',
        b'"a\nb"',
        b'"a\tb"',
        b'"unterminated',
        b"[1,]",
        b"{,}",
        b'{"a":1,}',
        b'{"a":{"b":[{}]}}',
        b"nul",
        b"tru",
    ),
    *(
        b'"\xf4\x90\x80\x80"',
        b'"\xc0\xaf"',
        b"1.10",
        b"12.50",
        b"100.0",
        b"1.25e1",
        b"1e-2",
        b"0.1e1",
        b"9007199254740993",
        b"0.30000000000000004",
    ),
]
WHOLE = [
    *(
        b"",
        b" ",
        b"{}",
        b"{ }",
        b"[]",
        b"[{}]",
        b"null",
        b"true",
        b"1",
        b'"x"',
        b"{",
        b"}",
        b"{}{}",
        b"{} {}",
        b"{}x",
        b"\x00",
        b"{}\x00",
    ),
    *(
        b"\xef\xbb\xbf{}",
        b"\t{}",
        b"\n{}\n",
        b"\x0b{}",
        b"\xa0{}",
        b'{"event_type":"sale"',
        b'{"event_type":"sale"}}',
        b'{"event_type":"sale",}',
    ),
    *(
        b'["event_type","sale"]',
        b'["a","sale",1,"2026-01-31T09:30:00Z","x"]',
        b'{"event_type":null}',
        b'{"event_type":["sale"]}',
        b'{"event_type":""}',
    ),
    *(
        b'{"event_type":1}',
        b'{"event_type":true}',
        b'{"EVENT_TYPE":"sale"}',
        b'{"event_type" : "sale" }',
        b'{"":1}',
        b'{"a":1 "b":2}',
        b"{'a':1}",
    ),
    *(
        b'{"event_type":"\\u0073ale"}',
        b'{"\\u0065vent_type":"sale"}',
        b"//x\n{}",
        b"{} //x",
        b"{/**/}",
        b"NaN",
        b"nan",
        b"-",
        b"{\x00}",
    ),
]


def kinds(model: type[Event]) -> dict[str, Kind]:
    """Kind of every field of an event."""
    found = {}
    for name, info in model.model_fields.items():
        marks = list(info.metadata)
        for part in get_args(info.annotation):
            marks += getattr(part, "__metadata__", ())
        found[name] = next(mark for mark in marks if isinstance(mark, Kind))
    return found


def _good(kind: Kind) -> st.SearchStrategy[Any]:
    if kind.says.startswith("one of "):
        return st.sampled_from(kind.says.removeprefix("one of ").split(", "))
    return st.sampled_from(GOOD[kind.says])


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")


@st.composite
def _fields(draw: st.DrawFn, model: type[Event]) -> list[tuple[bytes, bytes]]:
    pairs = []
    for name, kind in kinds(model).items():
        if model.model_fields[name].is_required() or draw(st.booleans()):
            value = model.event if name == "event_type" else draw(_good(kind))
            pairs.append((b'"%s"' % name.encode(), _encoded(value)))
    return pairs


_BAD_VALUE = st.one_of(
    st.sampled_from(NASTY_TEXT).map(_encoded),
    st.sampled_from(NASTY_VALUE).map(_encoded),
    st.sampled_from(RAW_VALUE),
    st.text(max_size=8).map(_encoded),
    st.floats(allow_nan=False, allow_infinity=False).map(_encoded),
    st.integers(-(2**70), 2**70).map(_encoded),
    st.decimals(-(10**16), 10**16, places=5).map(lambda value: _encoded(str(value))),
    st.datetimes().map(lambda value: _encoded(value.isoformat() + "Z")),
    st.dates().map(lambda value: _encoded(str(value))),
)


@st.composite
def _damaged(draw: st.DrawFn, pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    place = draw(st.integers(0, len(pairs) - 1))
    name, value = pairs[place]
    how = draw(st.integers(0, 6))
    if how == 0:
        return pairs[:place] + pairs[place + 1 :]
    if how == 1:  # the same key twice
        again = draw(st.integers(0, len(pairs)))
        return [*pairs[:again], (name, draw(st.one_of(_BAD_VALUE, st.just(value)))), *pairs[again:]]
    if how == 2:
        return [*pairs, (b'"unknown"', draw(_BAD_VALUE))]
    return [*pairs[:place], (name, draw(_BAD_VALUE)), *pairs[place + 1 :]]


@st.composite
def _event(draw: st.DrawFn, topic: str) -> bytes:
    pairs = draw(_fields(draw(st.sampled_from(list(TOPICS[topic].values())))))
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 3]))):
        if pairs:
            pairs = draw(_damaged(pairs))
    space = draw(st.sampled_from([b"", b"", b"", b" ", b"\n", b"\t", b"\r"]))
    return space + b"{" + (b"," + space).join(name + b":" + space + value for name, value in pairs) + b"}" + space


@st.composite
def _tampered(draw: st.DrawFn, topic: str) -> bytes:
    text = draw(_event(topic))
    place = draw(st.integers(0, len(text)))
    junk = draw(st.one_of(st.binary(max_size=3), st.sampled_from(WHOLE)))
    return text[:place] + junk + text[place + draw(st.integers(0, 2)) :]


def payloads(topic: str) -> st.SearchStrategy[bytes]:
    """One message for the topic: mostly an event with a fault or none, sometimes no event at all."""
    event = _event(topic)
    return st.one_of(event, event, event, _tampered(topic), st.sampled_from(WHOLE), st.binary(max_size=20))
