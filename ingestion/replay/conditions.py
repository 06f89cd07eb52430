"""The `when` of a rule, bound to the columns of a file."""

import operator
import re
from collections.abc import Callable
from functools import lru_cache, reduce

from contracts.fields import INTEGER, MONEY, QUANTITY, RATE, Kind
from ingestion.replay.cells import Row, Text
from ingestion.replay.mapping import Condition, Conditions
from ingestion.replay.problems import LineRejected
from ingestion.replay.values import Habits

Holds = Callable[[Row], bool]
CACHE = 16_384


def all_hold(when: Conditions, texts: dict[str, Text], grammars: dict[str, Kind], habits: Habits) -> Holds:
    """Whether a line fulfils every condition. It raises LineRejected where a number is compared and there is none."""
    tests = [_bound(name, condition, texts[name], grammars.get(name), habits) for name, condition in when.items()]
    return reduce(_both, tests)


def _both(first: Holds, second: Holds) -> Holds:
    return lambda row: first(row) and second(row)


def _bound(name: str, condition: Condition, text: Text, grammar: Kind | None, habits: Habits) -> Holds:
    checks = _checks(condition, grammar, habits)

    @lru_cache(maxsize=CACHE)
    def holds(raw: str) -> bool:
        said = text.clean(raw)
        try:
            return all(check(said) for check in checks)
        except LineRejected as rejected:
            raise LineRejected(f"{name}: {rejected.reason}") from None

    if len(text.positions) == 1:
        position = text.positions[0]
        return lambda row: holds(row[position])
    return lambda row: holds(text.raw(row))


def _checks(condition: Condition, grammar: Kind | None, habits: Habits) -> list[Callable[[str | None], bool]]:
    checks: list[Callable[[str | None], bool]] = []
    if condition.state:
        is_present = condition.state == "present"
        checks.append(lambda said: (said is not None) == is_present)
    if condition.equals is not None:
        checks.append(_equality([condition.equals], grammar, habits))
    if condition.one_of is not None:
        checks.append(_equality(condition.one_of, grammar, habits))
    if condition.starts_with is not None:
        checks.append(lambda said, start=condition.starts_with: said is not None and said.startswith(start))
    if condition.matching is not None:
        checks.append(lambda said, p=re.compile(condition.matching): said is not None and bool(p.search(said)))
    return checks + _comparisons(condition, habits)


def _equality(wanted: list[str], grammar: Kind | None, habits: Habits) -> Callable[[str | None], bool]:
    if grammar in (MONEY, QUANTITY, RATE, INTEGER):
        numbers = {_WRITTEN.number(text) for text in wanted}
        return lambda said: said is not None and habits.number(said) in numbers
    return lambda said: said in wanted


_COMPARISONS = {"above": operator.gt, "below": operator.lt, "at_least": operator.ge, "at_most": operator.le}
_WRITTEN = Habits(".", "", "first", "shift")  # a mapping's own numbers are written with a point


def _comparisons(condition: Condition, habits: Habits) -> list[Callable[[str | None], bool]]:
    limits = {name: getattr(condition, name) for name in _COMPARISONS}
    return [_comparison(_COMPARISONS[name], limit, habits) for name, limit in limits.items() if limit is not None]


def _comparison(compare: Callable[..., bool], limit: str, habits: Habits) -> Callable[[str | None], bool]:
    bound = _WRITTEN.number(limit)
    return lambda said: said is not None and compare(habits.number(said), bound)
