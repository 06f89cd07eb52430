"""Verb: the KPIs by name, as every surface has them."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from cli.console import output, say
from contracts.problems import Problem
from contracts.settings import load_settings

if TYPE_CHECKING:
    from warehouse.metrics.answers import Answer
    from warehouse.metrics.definitions import Metric, Registry
    from warehouse.metrics.questions import Question

_BETTER = {"up": "↑", "down": "↓", "none": ""}
_PLACES = {"money": 2, "times": 2, "days": 1}
_COMPARED = {"prior_period": "period before", "last_year": "year before", "year_to_date": "year to date"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(kpi)


def kpi(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="Which; without one: the list.")] = None,
    by: Annotated[str, typer.Option(help="Split by: store, category, day, week, month, …; commas between.")] = "",
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this retailer; the same for all that follow.")] = None,
    store: Annotated[list[str] | None, typer.Option(help="Only this store; may be repeated.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="Only this category.")] = None,
    product: Annotated[list[str] | None, typer.Option(help="Only this product.")] = None,
    supplier: Annotated[list[str] | None, typer.Option(help="Only this supplier.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Only this channel.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Of any other dimension: region=North.")] = None,
    compare: Annotated[str, typer.Option(help="prior_period, last_year (same weekdays), year_to_date.")] = "",
) -> None:
    """Print KPIs by name, split and filtered as you like; without a name: what there is."""
    from warehouse.metrics.definitions import load_registry
    from warehouse.metrics.questions import Question

    registry = load_registry()
    if not names:
        _print(_listed(registry))
        return
    shorthand = {"source": source, "store": store, "category": category, "product": product, "supplier": supplier}
    wanted = {name: values for name, values in {**shorthand, "channel": channel}.items() if values}
    question = Question(
        metrics=names,
        by=_words(by),
        where=wanted | _conditions(where or []),
        first=_day(first),
        last=_day(last),
        compare=_words(compare),
    )
    _answer(registry, question)


def _answer(registry: "Registry", question: "Question") -> None:
    from warehouse.client import connect
    from warehouse.metrics.answers import ask
    from warehouse.metrics.dimensions import checked_metric

    metrics = [checked_metric(registry, name) for name in question.metrics]
    asked = _kept_apart(registry, metrics, question)
    settings = load_settings()
    answer = ask(connect(settings, "reader"), asked, settings.retail_schema_prefix, registry)
    if not answer.rows:
        say("There are no rows like that.")
        return
    _print(_figures(registry, answer, len(asked.by)))


def _kept_apart(registry: "Registry", metrics: list["Metric"], question: "Question") -> "Question":
    """The question by source too, and by currency where it is about money: neither can be added up."""
    from dataclasses import replace

    is_money = any(_is_of_money(registry, metric) for metric in metrics)
    apart = ["source", "currency"] if is_money else ["source"]
    return replace(question, by=[*(name for name in apart if name not in question.by), *question.by])


def _is_of_money(registry: "Registry", metric: "Metric") -> bool:
    """Whether a sum of money is in it, as in a ratio of two of them."""
    from warehouse.metrics.dimensions import dimensions_of
    from warehouse.metrics.formulas import MeasureName

    sums = {
        other.formula.name
        for other in registry.metrics.values()
        if other.unit == "money" and isinstance(other.formula, MeasureName)
    }
    is_money = any(measure.name in sums for measure in registry.measures_of(metric))
    return is_money and "currency" in dimensions_of(registry, metric)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _conditions(said: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for condition in said:
        name, equals, value = condition.partition("=")
        if not equals:
            raise Problem(f"--where {condition} names no value.", "Write --where DIMENSION=VALUE.")
        found.setdefault(name.strip(), []).append(value)
    return found


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _listed(registry: "Registry") -> Table:
    """The metrics by KPI."""
    table = Table("KPI", "name", "", "is", box=None, header_style="bold")
    told = ""
    for metric in sorted(registry.metrics.values(), key=lambda metric: metric.kpi):
        table.add_row("" if metric.kpi == told else metric.kpi, metric.name, _BETTER[metric.better], metric.description)
        told = metric.kpi
    return table


def _figures(registry: "Registry", answer: "Answer", dimensions: int) -> Table:
    headings = [Column(name) for name in answer.columns[:dimensions]]
    headings += [Column(heading, justify="right") for heading in _headings(registry, answer.columns[dimensions:])]
    table = Table(*headings, box=None, header_style="bold")
    units = [registry.metrics[name.partition("__")[0]].unit for name in answer.columns[dimensions:]]
    for row in answer.rows:
        figures = (figure(value, unit) for value, unit in zip(row[dimensions:], units, strict=True))
        table.add_row(*map(str, row[:dimensions]), *figures)
    return table


def _headings(registry: "Registry", columns: tuple[str, ...]) -> Iterator[str]:
    for column in columns:
        name, _, comparison = column.partition("__")
        yield _COMPARED[comparison] if comparison else registry.metrics[name].label


def figure(value: Decimal | float | None, unit: str) -> str:
    """A figure as people read it: – where there is none."""
    if value is None:
        return "–"
    if unit == "ratio":
        return f"{100 * value:.1f} %"
    return f"{value:,.{_PLACES.get(unit, 0)}f}"


def _print(table: Table) -> None:
    output().print(table)
