"""The data dictionary as one HTML file: asks for nothing, can be searched, filtered and printed."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from warehouse.dictionary.entries import Column, Entry

_STYLE = Path(__file__).with_name("style.css")
_FILTER = """
const field = document.querySelector('input');
const sections = [...document.querySelectorAll('section')].map(s => [s, s.textContent.toLowerCase()]);
const links = [...document.querySelectorAll('nav a')];
field.addEventListener('input', () => {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const shown = new Set();
  for (const [section, text] of sections) {
    section.hidden = !words.every(word => text.includes(word));
    if (!section.hidden) shown.add('#' + section.id);
  }
  for (const link of links) link.hidden = !shown.has(link.getAttribute('href'));
});
"""


def page(entries: Sequence[Entry], title: str = "Data dictionary") -> str:
    """The page's text; every text of an entry is escaped."""
    by_layer: dict[str, list[Entry]] = {}
    for entry in entries:
        by_layer.setdefault(entry.layer, []).append(entry)
    count = sum(len(entry.columns) for entry in entries)
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f"<title>{escape(title)}</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{len(entries)} tables and views, {count:,} columns, in the order data flows.</p>",
            '<input type="search" placeholder="Show what names all of these words" aria-label="Filter">',
            f"<nav>{''.join(_index(by_layer))}</nav>",
            *(part for layer, of in by_layer.items() for part in _layer(layer, of)),
            f"<script>{_FILTER}</script></body></html>\n",
        ]
    )


def _index(by_layer: dict[str, list[Entry]]) -> Iterator[str]:
    for layer, entries in by_layer.items():
        links = " ".join(f'<a href="#{_anchor(entry)}">{escape(entry.name)}</a>' for entry in entries)
        yield f"<p><b>{escape(layer)}</b> {links}</p>"


def _anchor(entry: Entry) -> str:
    return escape(entry.relation, quote=True)


def _layer(layer: str, entries: Iterable[Entry]) -> Iterator[str]:
    yield f"<h2>{escape(layer)}</h2>"
    yield from map(_section, entries)


def _section(entry: Entry) -> str:
    facts = {
        "Grain": ", ".join(entry.grain),
        "Kept as": entry.kind,
        "Owner": entry.owner.replace("_", " "),
        "Checked": "; ".join(entry.tests),
        "Worked examples": "; ".join(entry.examples),
    }
    told = "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in facts.items() if fact)
    return (
        f'<section id="{_anchor(entry)}"><h3>{escape(entry.name)} <small>{escape(entry.relation)}</small></h3>'
        f"<p>{escape(entry.description)}</p><dl>{told}</dl>{_table(entry.columns)}</section>"
    )


def _table(columns: Sequence[Column]) -> str:
    if not columns:
        return ""
    head = "<tr><th>column</th><th>type</th><th>is</th><th>checked</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(map(_row, columns))}</tbody></table>"


def _row(column: Column) -> str:
    cells = (escape(column.description), escape("; ".join(column.tests)))
    named = f"<td><code>{escape(column.name)}</code></td><td><code>{escape(column.type_)}</code></td>"
    return f"<tr>{named}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
