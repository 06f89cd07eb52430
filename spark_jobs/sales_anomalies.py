"""What is unusual in a store's day, told from counts by hour and what was to be expected. No Spark, no clock.

Scores of counts are -log10 of the chance of a count so far out, under a negative binomial distribution with the
expected mean and the dispersion of the category. Scores of prices and sizes are ratios. Why these bounds:
docs/decisions/live-sales.md.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

ALL = "all"
HOURS = 24
LONGEST_HOURS = 4  # counts are judged over so many hours together
CATEGORY_SCORE = 5.0  # some thousand stretches a day are judged
STORE_SCORE = 4.0  # some dozens a day
SPIKE_RATIO, DROP_RATIO = 2.5, 0.4
LEAST_REFUNDS = 5
LEAST_SPIKE = 10  # one large basket is none
HIGHEST_SCORE = 50.0


class PartDay(NamedTuple):
    """A store (category 'all') or a category in it on one of its days; lists by hour since the day began."""

    source: str
    store_id: str
    category: str
    starts_at: datetime
    lines: Sequence[float]
    expected: Sequence[float]
    dispersion: float
    unreferenced: Sequence[float]
    expected_unreferenced: float  # of the whole day


class Anomaly(NamedTuple):
    """One per kind, store, category or product, and day of the store."""

    source: str
    anomaly_id: str
    kind: str
    store_id: str
    category: str
    product_id: str
    opened_at: datetime
    ended_at: datetime | None
    score: float
    expected: float
    observed: float
    message: str


class _Span(NamedTuple):
    """Hours from `first` to before `end`."""

    first: int
    end: int
    score: float
    expected: float
    observed: float


def day_anomalies(store: PartDay, parts: Iterable[PartDay], hours_over: int) -> list[Anomaly]:
    """Anomalies of a store's day of which so many hours are over, as the other stores tell the time."""
    silence = _silence(store, hours_over)
    found = [_anomaly("silence", store, silence, hours_over)] if silence else []
    if burst := _refund_burst(store, hours_over):
        found.append(_anomaly("refund_burst", store, burst, hours_over))
    for part in parts:
        if spike := _most_striking(_spikes(part, hours_over)):
            found.append(_anomaly("spike", part, spike, hours_over))
        drops = (span for span in _drops(part, hours_over) if not (silence and _overlap(span, silence)))
        if drop := _most_striking(drops):
            found.append(_anomaly("drop", part, drop, hours_over))
    return found


def _silence(store: PartDay, hours_over: int) -> _Span | None:
    """The longest run of hours without a line."""
    spans, first = [], None
    for hour in range(hours_over + 1):
        silent = hour < hours_over and store.lines[hour] == 0
        if silent and first is None:
            first = hour
        elif not silent and first is not None:
            spans.append(_span(store, first, hour, low_score))
            first = None
    best = _most_striking(spans)
    return best if best and best.score >= STORE_SCORE else None


def _refund_burst(store: PartDay, hours_over: int) -> _Span | None:
    open_hours = max(1, sum(expected > 0 for expected in store.expected))
    expected = max(store.expected_unreferenced / open_hours, 0.02)
    spans = [
        _Span(hour, hour + 1, high_score(store.unreferenced[hour], expected, 1.0), expected, store.unreferenced[hour])
        for hour in range(min(hours_over + 1, HOURS))
        if store.unreferenced[hour] >= LEAST_REFUNDS
    ]
    best = _most_striking(spans)
    return best if best and best.score >= STORE_SCORE else None


def _spikes(part: PartDay, hours_over: int) -> Iterator[_Span]:
    """The hour that is not over may be too many already."""
    for first, end in _stretches(min(hours_over + 1, HOURS)):
        span = _span(part, first, end, high_score)
        many = max(LEAST_SPIKE, SPIKE_RATIO * span.expected)
        if span.observed >= many and span.score >= CATEGORY_SCORE:
            yield span


def _drops(part: PartDay, hours_over: int) -> Iterator[_Span]:
    for first, end in _stretches(hours_over):
        span = _span(part, first, end, low_score)
        if span.observed <= DROP_RATIO * span.expected and span.score >= CATEGORY_SCORE:
            yield span


def _stretches(hours: int) -> Iterator[tuple[int, int]]:
    for first in range(hours):
        for end in range(first + 1, min(first + LONGEST_HOURS, hours) + 1):
            yield first, end


def _span(part: PartDay, first: int, end: int, score: Callable[[float, float, float], float]) -> _Span:
    expected, observed = sum(part.expected[first:end]), sum(part.lines[first:end])
    if expected <= 0 and score is low_score:
        return _Span(first, end, 0.0, expected, observed)
    # Hours that vary independently vary less together.
    together = part.dispersion * sum(mean**2 for mean in part.expected[first:end]) / expected**2 if expected else 1.0
    return _Span(first, end, score(observed, max(expected, 0.05), together), expected, observed)


def _most_striking(spans: Iterable[_Span]) -> _Span | None:
    return max(spans, key=lambda span: (span.score, -span.first, -span.end), default=None)


def _overlap(one: _Span, other: _Span) -> bool:
    return one.first < other.end and other.first < one.end


def low_score(count: float, mean: float, dispersion: float) -> float:
    """-log10 of the chance of so few or fewer."""
    term = math.exp(_log_chance(0, mean, dispersion))
    total = term
    for k in range(int(count)):
        term *= _growth(k, mean, dispersion)
        total += term
    return _score(total)


def high_score(count: float, mean: float, dispersion: float) -> float:
    """-log10 of the chance of so many or more."""
    k = int(count)
    if k <= mean:
        return 0.0
    term = total = 1.0  # relative to the chance of exactly so many
    while term > 1e-9 * total:
        term *= _growth(k, mean, dispersion)
        total += term
        k += 1
    return min(HIGHEST_SCORE, max(0.0, -(_log_chance(int(count), mean, dispersion) + math.log(total)) / math.log(10)))


def _log_chance(count: int, mean: float, dispersion: float) -> float:
    r = 1 / dispersion
    return (
        math.lgamma(count + r)
        - math.lgamma(r)
        - math.lgamma(count + 1)
        - r * math.log1p(mean * dispersion)
        + count * math.log(mean * dispersion / (1 + mean * dispersion))
    )


def _growth(count: int, mean: float, dispersion: float) -> float:
    """The chance of one more, in terms of that of `count`."""
    return (count + 1 / dispersion) / (count + 1) * mean * dispersion / (1 + mean * dispersion)


def _score(chance: float) -> float:
    return min(HIGHEST_SCORE, max(0.0, -math.log10(max(chance, 1e-300))))


def _anomaly(kind: str, part: PartDay, span: _Span, hours_over: int) -> Anomaly:
    opened, ended = (part.starts_at + timedelta(hours=hour) for hour in (span.first, span.end))
    is_over = span.end < hours_over or hours_over >= HOURS
    return Anomaly(
        part.source,
        anomaly_id(part.source, kind, part.store_id, part.category, "", part.starts_at),
        kind,
        part.store_id,
        part.category,
        "",
        opened,
        ended if is_over else None,
        round(span.score, 2),
        round(span.expected, 2),
        float(span.observed),
        _sentence(kind, part, span),
    )


def anomaly_id(source: str, kind: str, store_id: str, category: str, product_id: str, day: datetime) -> str:
    """The same whoever finds it, and whenever."""
    words = "\x1f".join((source, kind, store_id, category, product_id, day.isoformat()))
    return blake2b(words.encode(), digest_size=8).hexdigest()


_SAYS = {
    "silence": "{store} has sent no sale for {hours}, where {expected:.1f} lines were to be expected.",
    "refund_burst": "{store} took {observed:.0f} returns that name no sale within {hours}; usual are {expected:.2f}.",
    "spike": "{store} sold {observed:.0f} lines of {category} in {hours}; {expected:.1f} were to be expected.",
    "drop": "{store} sold only {observed:.0f} lines of {category} in {hours}; {expected:.1f} were to be expected.",
}


def _sentence(kind: str, part: PartDay, span: _Span) -> str:
    hours = span.end - span.first
    return _SAYS[kind].format(
        store=part.store_id,
        category=part.category,
        hours="an hour" if hours == 1 else f"{hours} hours",
        expected=span.expected,
        observed=span.observed,
    )
