"""KPIs as cards: the figure, how it changed, its course; each from its one definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from dashboard.figures.filters import Filters
from dashboard.figures.reading import Reader
from dashboard.figures.words import figure
from warehouse.metrics.definitions import Metric
from warehouse.metrics.dimensions import dimensions_of, periods_of
from warehouse.metrics.questions import LAST_YEAR, PRIOR_PERIOD, Question

NOT_TRACKED = "not tracked"
# A sum over nothing is nought, which would look like good news: what must be there for it to mean something.
WITNESSES = {
    "stock_value": "stock_days",
    "estimated_excess_value": "pairs_ranged_now",
    "dead_stock_value": "pairs_ranged_now",
    "waste_rate": "stock_days",
    "margin_after_loss": "stock_days",
    "shrinkage_rate": "counted_pairs",
}
_ESTIMATED = " (estimated)"
_DAILY_UP_TO = 31  # days; longer courses are by week


@dataclass(frozen=True)
class Change:
    """How a figure changed against other days, and whether that is `good`, `bad` or neither (``)."""

    against: str
    text: str
    verdict: str
    is_up: bool


@dataclass(frozen=True)
class Card:
    """A figure as it is shown. `note` says what a reader must know of it, `course` its values over the window."""

    label: str
    text: str
    help: str = ""
    is_estimate: bool = False
    changes: tuple[Change, ...] = ()
    note: str = ""
    course: tuple[float, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()  # further figures: their labels and texts
    tone: str = ""  # good, bad or warn


def kpi_cards(reader: Reader, filters: Filters, names: Sequence[str], courses: bool = True) -> dict[str, Card]:
    """A card for each KPI of the days in view, compared with the days before and a year before, by name."""
    asked = dict.fromkeys([*names, *(WITNESSES[name] for name in names if name in WITNESSES)])
    found: dict[str, Card] = {}
    for group in _asked_together(reader, [reader.registry.metrics[name] for name in asked]):
        found |= _cards(reader, filters, group, courses)
    return {name: _attested(found[name], found.get(WITNESSES.get(name, ""))) for name in names}


def _attested(card: Card, witness: Card | None) -> Card:
    """The card, unless its witness is nothing: then it says so."""
    if witness is None or any(digit in witness.text for digit in "123456789"):
        return card
    return replace(card, text=NOT_TRACKED, changes=(), course=())


def kpi_table(
    reader: Reader, filters: Filters, names: Sequence[str], by: Sequence[str], **more: object
) -> pd.DataFrame:
    """KPIs of the days in view by dimensions, each column under the KPI's name."""
    metrics = [reader.registry.metrics[name] for name in names]
    window = filters.window
    days = {"first": window.first, "last": window.last} if all(_has_days(reader, metric) for metric in metrics) else {}
    asked = Question(metrics=list(names), by=list(by), where=_conditions(reader, filters, metrics), **(days | more))
    return reader.ask(asked)


def places_compared(reader: Reader, filters: Filters, names: Sequence[str]) -> pd.DataFrame:
    """KPIs by place that sold, with a year before as `…__{LAST_YEAR}`; whole days only, empty if there are none.

    `total_revenue` is among the names.
    """
    window = filters.window
    if not window.is_comparable:
        return pd.DataFrame()
    found = kpi_table(reader, filters, names, ["store_id", "store_name"], last=window.whole_last, compare=[LAST_YEAR])
    return found[found["total_revenue"] != 0]


def label_of(metric: Metric) -> str:
    """The label without the mark of an estimate, which cards and headings show their own way."""
    return metric.label.replace(_ESTIMATED, "")


def is_estimate(metric: Metric) -> bool:
    """True if the figure is inferred, not counted."""
    return metric.label.endswith(_ESTIMATED) or _ESTIMATED in metric.label


def beside(card: Card, others: Mapping[str, Card]) -> Card:
    """A card with others' figures beside its own, under short labels; an estimate is marked as such."""
    said = tuple((f"{label} (est.)" if other.is_estimate else label, other.text) for label, other in others.items())
    return replace(card, beside=(*card.beside, *said))


def _asked_together(reader: Reader, metrics: Sequence[Metric]) -> list[list[Metric]]:
    """Metrics that have the same window and the same conditions, so that one question fetches all."""
    groups: dict[tuple, list[Metric]] = {}
    for metric in metrics:
        known = set(dimensions_of(reader.registry, metric))
        key = (_has_days(reader, metric), "category" in known, "store_id" in known, "currency" in known)
        groups.setdefault(key, []).append(metric)
    return list(groups.values())


def _has_days(reader: Reader, metric: Metric) -> bool:
    return bool(periods_of(reader.registry, metric))


def _conditions(reader: Reader, filters: Filters, metrics: Sequence[Metric]) -> dict[str, Sequence[str]]:
    """The filters that the metrics know; a card says where one does not reach."""
    known = set.intersection(*(set(dimensions_of(reader.registry, metric)) for metric in metrics))
    return {name: values for name, values in filters.of_metrics().items() if {name, f"{name}_id"} & known}


def _cards(reader: Reader, filters: Filters, metrics: list[Metric], courses: bool) -> dict[str, Card]:
    where = _conditions(reader, filters, metrics)
    has_days = _has_days(reader, metrics[0])
    now = _row(reader, metrics, where, filters, compared=False, has_days=has_days)
    then = _compared_row(reader, metrics, where, filters, now) if has_days else {}
    course = _courses(reader, metrics, where, filters) if has_days and courses else {}
    note = _reach(filters, where)
    return {
        metric.name: _card(metric, filters, now, then, course.get(metric.name, ()), note, has_days)
        for metric in metrics
    }


def _row(reader, metrics, where, filters: Filters, *, compared: bool, has_days: bool = True) -> dict[str, float]:
    window = filters.window
    last = window.whole_last if compared else window.last
    asked = Question(
        metrics=[metric.name for metric in metrics],
        where=where,
        first=window.first if has_days else None,
        last=last if has_days else None,
        compare=(PRIOR_PERIOD, LAST_YEAR) if has_days and window.is_comparable and last == window.whole_last else (),
    )
    found = reader.ask(asked)
    return {} if found.empty else found.iloc[0].to_dict()


def _compared_row(reader, metrics, where, filters: Filters, now: dict[str, float]) -> dict[str, float]:
    """Whole days only: where the last day in view is not over, the figures up to the day before."""
    if not filters.window.is_comparable:
        return {}
    return _row(reader, metrics, where, filters, compared=True) if filters.window.has_half_day else now


def _courses(reader, metrics, where, filters: Filters) -> dict[str, tuple[float, ...]]:
    window = filters.window
    period = "day" if window.days <= _DAILY_UP_TO else "week"
    asked = Question([metric.name for metric in metrics], [period], where, window.first, window.whole_last)
    if not window.is_comparable:
        return {}
    found = reader.ask(asked).sort_values(period)
    if period == "week":
        found = _whole_weeks(found, window.first, window.whole_last)
    return {metric.name: tuple(found[metric.name].dropna().astype(float)) for metric in metrics}


def _whole_weeks(found: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    return found[whole_weeks(found["week"], first, last)]


def whole_weeks(mondays: pd.Series, first: date, last: date) -> pd.Series:
    """Which weeks, by their Mondays, lie in the window wholly."""
    begins = pd.to_datetime(mondays)
    return (begins >= pd.Timestamp(first)) & (begins + pd.Timedelta(days=6) <= pd.Timestamp(last))


def _reach(filters: Filters, where: dict[str, Sequence[str]]) -> str:
    missed = [word for word, chosen in (("store", filters.stores), ("category", filters.categories)) if chosen]
    unmet = [word for word in missed if word not in where]
    return f"all {' and '.join(_PLURALS[word] for word in unmet)}" if unmet else ""


_PLURALS = {"store": "stores", "category": "categories"}


def _card(metric: Metric, filters: Filters, now, then, course, note: str, has_days: bool) -> Card:
    value = _number(now.get(metric.name))
    changes = tuple(
        found
        for comparison, against in _against(filters)
        if (
            found := change(
                metric, _number(then.get(metric.name)), _number(then.get(f"{metric.name}__{comparison}")), against
            )
        )
    )
    return Card(
        label=label_of(metric),
        text=NOT_TRACKED if value is None else figure(value, metric.unit, filters.currency),
        help=metric.description,
        is_estimate=is_estimate(metric),
        changes=changes,
        note=note or ("" if has_days else "as of now"),
        course=course,
    )


def _against(filters: Filters) -> tuple[tuple[str, str], ...]:
    window = filters.window
    days = (window.whole_last - window.first).days + 1
    return (PRIOR_PERIOD, f"{days} d before" if days > 1 else "day before"), (LAST_YEAR, "last year")


def change(metric: Metric, now: float | None, then: float | None, against: str) -> Change | None:
    """Of a ratio in points, of all else in percent; None where either is not known or nothing can be said."""
    if now is None or then is None:
        return None
    if metric.unit == "ratio":
        moved, text = now - then, f"{100 * abs(now - then):.1f} pp"
    elif not then:
        return None
    else:
        moved = (now - then) / abs(then)
        text = f"{100 * abs(moved):.1f} %"
    return Change(against, text, _verdict(metric, moved, text), moved > 0)


def _verdict(metric: Metric, moved: float, text: str) -> str:
    if metric.better not in ("up", "down") or text.startswith("0.0 "):
        return ""
    return "good" if (moved > 0) == (metric.better == "up") else "bad"


def _number(value: object) -> float | None:
    if value is None or value != value:
        return None
    return float(value)
