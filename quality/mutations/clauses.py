"""Mistakes in clauses, conditions and numbers: each maker gives the places where its mistake can be made."""

import re
from collections.abc import Iterator, Sequence

from quality.mutations.reading import Span, Sql
from quality.mutations.words import Edit, Found, Maker


def _joined(sql: Sql) -> Iterator[Found]:
    """A condition of a join left out."""
    for match in sql.find(r"\busing\s*\("):
        columns = sql.parts(sql.clause(match.end()))
        yield from (
            ("join condition", (_without(sql, columns, number),)) for number in range(len(columns)) if len(columns) > 1
        )
    for match in sql.find(r"\bon\s+"):
        conditions = sql.conditions(sql.clause(match.end()))
        # An ASOF join without its inequality is no SQL.
        equal = [number for number, span in enumerate(conditions) if not re.search("[<>]", sql.code[slice(*span)])]
        yield from _one_left_out(sql, conditions, equal)


def _one_left_out(sql: Sql, spans: list[Span], which: Sequence[int]) -> Iterator[Found]:
    if len(spans) > 1:
        for number in which:
            yield "join condition", (_without(sql, spans, number),)


def _filtered(sql: Sql) -> Iterator[Found]:
    """A condition of a filter left out."""
    for match in sql.find(r"\b(?:where|prewhere|having)\s+"):
        span = sql.clause(match.end())
        conditions = sql.conditions(span)
        for number in range(len(conditions)):
            alone = (match.start(), span[1], "")
            yield "filter dropped", ((_without(sql, conditions, number) if len(conditions) > 1 else alone),)


def _bounded(sql: Sql) -> Iterator[Found]:
    """A bound that takes its own value in, or no longer does."""
    for match in sql.find(r"(?<![-<>=!])(<=|>=|<|>)(?![=>])"):
        now = match[1][0] if match[1].endswith("=") else match[1] + "="
        yield "bound", ((*match.span(1), now),)
    for match in sql.find(r"(?<!rows )(?<!range )\bbetween\s+"):
        end = sql.clause(match.end())
        both = next(sql_and for sql_and in _ands(sql, match.end(), end[1]))
        yield (
            "bound",
            ((match.start(), match.end(), "> "), (both.start(), both.end(), _again(sql, match.start()) + " <=")),
        )


def _ands(sql: Sql, start: int, end: int) -> Iterator[re.Match[str]]:
    for found in re.compile(r"\band\b").finditer(sql.code, start, end):
        if sql.depths[found.start()] == sql.depths[start]:
            yield found


def _again(sql: Sql, end: int) -> str:
    """` and x`, where x stands before `between`."""
    name = re.search(r"[\w.]+(?:\([^()]*\))?\s*$", sql.text[max(0, end - 200) : end])
    return f"and {name[0].strip() if name else 'true'}"


def _signed(sql: Sql) -> Iterator[Found]:
    """Plus for minus, minus for plus."""
    for match in sql.find(r"(?<=[\w)\]'])\s+([+-])\s+(?=[\w(\[])"):
        yield "sign", ((*match.span(1), "-" if match[1] == "+" else "+"),)
    for match in sql.find(r"(?<![\w)\]'])(?<![\w)\]'] )(-)(?=[\w(])"):
        yield "sign", ((*match.span(1), ""),)


def _grained(sql: Sql) -> Iterator[Found]:
    """Groups too fine by what is summed; windows and choices too coarse by their last column."""
    for match in sql.find(r"\bgroup\s+by\s+"):
        span = sql.clause(match.end())
        if added := _summed(sql, match.start()):
            yield "grain", ((span[1], span[1], f", {added}"),)
    for match in sql.find(r"\bpartition\s+by\s+|\blimit\s+\d+\s+by\s+"):
        columns = sql.parts(sql.clause(match.end()))
        if len(columns) > 1:
            yield "grain", (_without(sql, columns, len(columns) - 1),)


def _summed(sql: Sql, before: int) -> str:
    """What the first aggregate of the select that a `group by` belongs to is taken of."""
    depth = sql.depths[before]
    selects = [
        found.end() for found in sql.find(r"\bselect\b") if found.end() < before and sql.depths[found.start()] == depth
    ]
    if not selects:
        return ""
    aggregates = re.compile(r"\b(?:sum|sumif|min|max|avg|argmin|argmax)\s*\(").finditer(sql.code, selects[-1], before)
    for aggregate in aggregates:
        if sql.depths[aggregate.start()] == depth:
            return sql.text[slice(*sql.parts(sql.clause(aggregate.end()))[0])]
    return ""


def _ordered(sql: Sql) -> Iterator[Found]:
    """The other end of an order that decides something: in a window, or before `limit`."""
    for match in sql.find(r"\border\s+by\s+"):
        span = sql.clause(match.end())
        decides = re.match(r"\s*limit\b", sql.code[span[1] :]) or re.search(
            r"(?:\bover|\bas)\s*$", sql.before(_opening(sql, match.start()))
        )
        if decides:
            yield "order", (_turned(sql, sql.parts(span)[0]),)


def _opening(sql: Sql, place: int) -> int:
    """Where the brackets around a place open; the end of the text if it stands in none."""
    depth = sql.depths[place]
    return next((before for before in range(place, -1, -1) if sql.depths[before] < depth), len(sql.code))


def _turned(sql: Sql, item: Span) -> Edit:
    text = re.sub(r"\s+rows\b.*|\s+range\b.*", "", sql.text[slice(*item)], flags=re.DOTALL)
    turned = text.removesuffix(" desc") if text.endswith(" desc") else f"{text.removesuffix(' asc')} desc"
    return item[0], item[0] + len(text), turned


def _framed(sql: Sql) -> Iterator[Found]:
    """A frame that ends a row early or late."""
    for match in sql.find(r"\brows\s+between\s+.*?\b(current\s+row|unbounded\s+following)"):
        yield "window", ((*match.span(1), "1 following" if match[1][0] == "c" else "current row"),)


_PRECISION = re.compile(r"decimal\w*|todecimal\w*|datetime64|todatetime64|fixedstring|round|jj\w*|parsedatetime\w*")


_KINDS = {"ifnull": "default", "coalesce": "default", "adddays": "date", "subtractdays": "date"}


def _counted(sql: Sql) -> Iterator[Found]:
    """A number that is one too large: a default, days of a date, anything else; the first of each line."""
    seen = set()
    for match in sql.find(r"(?<![\w.'])(\d+)(?![\w.'])"):
        line = sql.code.count("\n", 0, match.start())
        around = sql.function_around(match.start())
        if line in seen or _PRECISION.fullmatch(around):
            continue
        seen.add(line)
        kind = {"ifnull": "default", "coalesce": "default", "adddays": "date", "subtractdays": "date"}.get(
            around, "number"
        )
        yield kind, ((*match.span(1), str(int(match[1]) + 1)),)


def _valid(sql: Sql) -> Iterator[Found]:
    """The other end of a validity."""
    for match in sql.find(r"[<>=]\s*(?:\w+\.)?\w*(_from|_to|_until)\b|\b(?:\w+\.)?\w*(_from|_to|_until)\s*[<>]"):
        group = 1 if match[1] else 2
        other = {"_from": "_to", "_to": "_from", "_until": "_from"}[match[group]]
        yield "date", ((*match.span(group), other),)


def _without(sql: Sql, spans: list[Span], number: int) -> Edit:
    """Leave one item of a list out, with the comma or `and` that ties it to its neighbour."""
    start, end = spans[number]
    return (start, spans[number + 1][0], "") if number == 0 else (spans[number - 1][1], end, "")


CLAUSES: tuple[Maker, ...] = (
    _joined,
    _filtered,
    _bounded,
    _signed,
    _grained,
    _ordered,
    _framed,
    _counted,
    _valid,
)
