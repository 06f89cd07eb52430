"""The report of one day as one HTML file that needs nothing else: figures, rankings, exceptions, completeness."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

from spark_jobs.batch.figures import change, direction, figure
from spark_jobs.batch.measures import BY_NAME, MEASURES
from spark_jobs.batch.rankings import CATEGORIES, EXCEPTIONS, KPIS, PRODUCTS, STORES, SUPPLIERS

Row = dict[str, Any]
_STYLE = Path(__file__).with_name("style.css")
_LEAD = "total_revenue"
_SHOWN_OF = {
    STORES: ("total_revenue", "transactions", "average_transaction_value", "profit_margin", "in_stock_rate"),
    CATEGORIES: ("total_revenue", "units_sold", "profit_margin", "in_stock_rate", "stock_value"),
    PRODUCTS: ("total_revenue", "units_sold", "profit_margin", "markdown_rate", "estimated_lost_units"),
    SUPPLIERS: ("otif_rate", "supplier_fill_rate", "due_lines", "overdue_lines"),
}
_TITLES = {STORES: "Stores", CATEGORIES: "Categories", PRODUCTS: "Products", SUPPLIERS: "Suppliers"}
_LONGEST = 20


@dataclass(frozen=True)
class Stamp:
    """How far the figures may be trusted: store days that are complete, and what the reporting gate said."""

    stores: int
    complete_stores: int
    published: str = ""  # '' where nobody checked, ok, amber
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """What one page shows. `trend` is revenue by currency and day, oldest first, the last day last."""

    source: str
    day: date
    before: date
    rows: Sequence[Row]
    trend: dict[str, list[tuple[date, Decimal]]]
    stamp: Stamp
    made_at: datetime


def page(report: Report) -> str:
    """The whole page."""
    currencies = sorted({row["currency"] for row in report.rows if _is_revenue(row)})
    body = "".join(_of_currency(report, currency, len(currencies) > 1) for currency in currencies)
    title = f"{report.source}, {report.day:%A} {report.day.day} {report.day:%B %Y}"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{_STYLE.read_text()}</style></head>
<body><main>
<header><h1>{report.day:%A} {report.day.day} {report.day:%B %Y}</h1><p class="soft">{escape(report.source)}</p></header>
<p class="soft">Compared with {_long(report.before)}, the same weekday of the week before.</p>
{_stamps(report.stamp)}
{body}
{_ranking(report.rows, SUPPLIERS, "")}
<footer class="soft small">
<p>Revenue is merchandise less returns, without sales tax; a return counts on the day it came back. Margin is of what
has a known cost. In stock is the share of open minutes of ranged products in shops. What is called estimated is
inferred, not booked. Suppliers are judged over the last year, up to the newest data. “Not tracked”: the data that
the figure needs is not there.</p>
<p>Made {report.made_at:%Y-%m-%d %H:%M} UTC from the marts of the warehouse; the same rows are in the CSV files beside
this page and in <code>reporting.batch_processing_results</code>.</p>
</footer>
</main></body></html>
"""


def _is_revenue(row: Row) -> bool:
    return row["report"] == KPIS and row["measure"] == _LEAD and row["value"] is not None


def _of_currency(report: Report, currency: str, is_one_of_several: bool) -> str:
    rows = [row for row in report.rows if row["currency"] == currency]
    title = f"<h2>In {escape(currency)}</h2>" if is_one_of_several else ""
    rankings = "".join(_ranking(rows, each, currency) for each in (STORES, CATEGORIES, PRODUCTS))
    return f"{title}{_cards(report, rows, currency)}{_exceptions(rows, currency)}{rankings}"


def _stamps(stamp: Stamp) -> str:
    whole = stamp.stores > 0 and stamp.complete_stores == stamp.stores
    said = [
        _stamp(whole, f"{stamp.complete_stores} of {stamp.stores} store days are complete")
        if stamp.stores
        else _stamp(False, "No store has closed its day")
    ]
    if stamp.published:
        said.append(_stamp(stamp.published == "ok", f"Quality gate: {stamp.published}"))
    reason = f'<p class="soft small why">{escape(stamp.reason)}</p>' if stamp.reason else ""
    return f'<div class="stamps">{"".join(said)}</div>{reason}'


def _stamp(is_good: bool, text: str) -> str:
    return f'<span class="stamp {"good" if is_good else "amber"}">{"✓" if is_good else "!"} {escape(text)}</span>'


def _cards(report: Report, rows: Iterable[Row], currency: str) -> str:
    found = {row["measure"]: row for row in rows if row["report"] == KPIS}
    trend = _trend(report.trend.get(currency, []))
    cards = [_card(found[one.name], trend if one.name == _LEAD else "") for one in MEASURES if one.name in found]
    return f'<div class="cards">{"".join(cards)}</div>'


def _card(row: Row, below: str) -> str:
    label = BY_NAME[row["measure"]].label
    lead = " lead" if row["measure"] == _LEAD else ""
    return (
        f'<div class="card{lead}"><div class="label">{escape(label)}</div>'
        f'<div class="figure">{escape(figure(row["value"], row["unit"], row["currency"]))}</div>'
        f'<div class="change">{_change(row, " on the week before" if lead else "", "no comparison")}</div>{below}</div>'
    )


def _change(row: Row, then: str = "", otherwise: str = "") -> str:
    value, before, unit = row["value"], row["comparison_value"], row["unit"]
    text = change(value, before, unit)
    if not text:
        return f'<span class="soft">{otherwise}</span>'
    way = direction(value, before, BY_NAME[row["measure"]].better)
    arrow = "" if value == before else ("▲ " if value > before else "▼ ")
    return f'<b class="{way}">{arrow}{text}</b><span class="soft">{then}</span>'


def _trend(days: Sequence[tuple[date, Decimal]]) -> str:
    """Four weeks of revenue; the day and the same weekdays before it stand out."""
    highest = max((float(value) for _, value in days), default=0)
    if highest <= 0:
        return ""
    last = days[-1][0]
    bars = []
    for place, (day, value) in enumerate(days):
        height = max(float(value), 0) / highest * 50
        kind = "now" if day == last else "same" if (last - day).days % 7 == 0 else ""
        bars.append(
            f'<rect class="{kind}" x="{place * 10}" y="{52 - height:.1f}" width="8" height="{height:.1f}" rx="1.5">'
            f"<title>{day}: {_plain(value)}</title></rect>"
        )
    return (
        f'<svg class="trend" viewBox="0 0 {len(days) * 10} 54" preserveAspectRatio="none" role="img"'
        f' aria-label="Revenue of the last {len(days)} days">{"".join(bars)}</svg>'
    )


def _plain(value: Decimal) -> str:
    return f"{value:,.2f}"


def _ranking(rows: Iterable[Row], report: str, currency: str) -> str:
    subjects: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["report"] == report and row["currency"] == currency:
            subjects.setdefault(row["entity_id"], {})[row["measure"]] = row
    if not subjects:
        return ""
    shown = [name for name in _SHOWN_OF[report] if any(of[name]["value"] is not None for of in subjects.values())]
    ranked = sorted(subjects.values(), key=lambda of: next(iter(of.values()))["rank"])[:_LONGEST]
    heads = "".join(f"<th>{escape(BY_NAME[name].label)}</th>" for name in shown)
    against = "" if report == SUPPLIERS else "<th>Change of revenue</th>"
    highest = max((float(of[shown[0]]["value"] or 0) for of in ranked), default=0)
    lines = "".join(_line(of, shown, highest, bool(against)) for of in ranked)
    more = f" (the first {_LONGEST})" if len(subjects) >= _LONGEST else ""
    return (
        f'<h2>{_TITLES[report]}{more}</h2><div class="panel"><table><thead><tr><th></th>'
        f'<th class="name"></th>{heads}{against}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _line(of: dict[str, Row], shown: Sequence[str], highest: float, is_compared: bool) -> str:
    first = of[shown[0]]
    share = 100 * max(float(first["value"] or 0), 0) / highest if highest > 0 else 0
    cells = "".join(f"<td>{escape(figure(of[name]['value'], of[name]['unit']))}</td>" for name in shown)
    against = f"<td>{_change(first)}{_moved(first)}</td>" if is_compared else ""
    return (
        f'<tr><td class="place">{first["rank"]}</td><td class="name">{escape(first["entity_name"])}'
        f'<span class="bar"><i style="width:{share:.0f}%"></i></span></td>{cells}{against}</tr>'
    )


def _moved(row: Row) -> str:
    before = row["comparison_rank"]
    if before is None or before == row["rank"]:
        return ""
    return f' <span class="soft small">was {before}</span>'


def _exceptions(rows: Iterable[Row], currency: str) -> str:
    found = [row for row in rows if row["report"] == EXCEPTIONS]
    if not found:
        return '<h2>Exceptions</h2><div class="panel"><p class="soft">Nothing stands out.</p></div>'
    items = "".join(f"<li>{_exception(row, currency)}</li>" for row in found)
    return f'<h2>Exceptions</h2><div class="panel"><ul class="exceptions">{items}</ul></div>'


def _exception(row: Row, currency: str) -> str:
    tag, words = _said(row, currency)
    return f'<span class="tag">{tag}</span> <b>{escape(row["entity_name"])}</b> {escape(words)}'


def _said(row: Row, currency: str) -> tuple[str, str]:
    value, before = row["value"], row["comparison_value"]
    match row["measure"]:
        case "total_revenue":
            then = figure(before, row["unit"], currency)
            return "Revenue fell", f"sold {figure(value or Decimal(0), row['unit'], currency)}; a week before {then}"
        case "in_stock_rate":
            return "Empty shelves", f"had {figure(value, row['unit'])} of its range in stock while open"
        case "estimated_lost_margin":
            return "Lost sales", f"lost about {figure(value, row['unit'], currency)} of margin (estimated)"
        case "incomplete_day" if value == before:
            return "Incomplete day", "has all of its tickets, but not the money that it counted"
        case "incomplete_day":
            return "Incomplete day", f"counted {_count(before)} tickets, of which {_count(value)} are known"
        case _:
            return "Day not closed", f"has sent {_count(value)} tickets and no control totals"


def _count(value: Decimal | None) -> str:
    return "no" if value is None else f"{value:.0f}"


def _long(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
