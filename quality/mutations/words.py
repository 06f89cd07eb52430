"""Mistakes that put one word in place of another."""

from collections.abc import Callable, Iterator

from quality.mutations.reading import Sql

Edit = tuple[int, int, str]
Found = tuple[str, tuple[Edit, ...]]
Maker = Callable[[Sql], Iterator[Found]]

_JOINS = {
    "asof left join": "asof join",
    "asof join": "asof left join",
    "left join": "inner join",
    "inner join": "left join",
    "left anti join": "left semi join",
    "left semi join": "left anti join",
}
_AGGREGATES = {
    **{"sum": "max", "sumif": "maxIf", "avg": "max", "countif": "count", "uniqexact": "count"},
    **{"min": "max", "max": "min", "minif": "maxIf", "maxif": "minIf", "arraymin": "arrayMax", "arraymax": "arrayMin"},
    **{"argmin": "argMax", "argmax": "argMin", "argminif": "argMaxIf", "argmaxif": "argMinIf"},
    **{"least": "greatest", "greatest": "least"},
    **{"laginframe": "leadInFrame", "leadinframe": "lagInFrame"},
}
_DATES = {
    "adddays": "subtractDays",
    "subtractdays": "addDays",
    "addweeks": "subtractWeeks",
    "addmonths": "subtractMonths",
}
_TESTS = {"not in": "in", "in": "not in", "isnull": "isNotNull", "isnotnull": "isNull"}


def _swaps(mistake: str, instead: dict[str, str], before: str = "", after: str = "") -> Maker:
    """A maker that replaces each of the words, between what must stand before and after it."""
    words = "|".join(sorted((word.replace(" ", r"\s+") for word in instead), key=len, reverse=True))

    def maker(sql: Sql) -> Iterator[Found]:
        for match in sql.find(rf"{before}\b({words})\b{after}"):
            yield mistake, ((*match.span(1), instead[" ".join(match[1].split())]),)

    return maker


WORDS: tuple[Maker, ...] = (
    _swaps("join side", _JOINS),
    _swaps("filter turned round", _TESTS, after=r"(?=\s*\()"),
    _swaps("aggregate", _AGGREGATES, after=r"(?=\()"),
    _swaps("date", _DATES, after=r"(?=\()"),
    _swaps("distinct", {"select distinct": "select"}),
)
