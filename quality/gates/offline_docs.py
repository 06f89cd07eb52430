"""Data Docs that ask nobody: pages of Great Expectations take style and scripts from other hosts, ours do not."""

import re
from collections.abc import Iterable
from html import escape

from quality.gates.verdicts import Verdict

_ELSEWHERE = re.compile(
    r"<link[^>]+href=\"(?:https?:)?//[^>]*>|<script[^>]+src=\"(?:https?:)?//[^>]*>\s*</script>"
    r"|<img[^>]+src=\"(?:https?:)?//[^>]*>",
    re.IGNORECASE,
)
_STYLE = """<style>
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1200px;padding:1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{border-bottom:1px solid #8884;padding:.35rem .5rem;text-align:left;vertical-align:top}
th{font-weight:600} ul{padding-left:1.2rem} a{color:inherit}
.nav,.breadcrumb{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.8rem}
.badge,code{border:1px solid #8886;border-radius:.3rem;padding:0 .3rem;font-size:.9em}
.failed,.text-danger{color:#c22} .success,.text-success{color:#1a7f37}
.collapse{display:block} .navbar-toggler,.btn[data-toggle],.ge-walkthrough,.modal{display:none}
</style>"""


def without_network(page: str) -> str:
    """The page with what it would ask other hosts for left out, and a plain style of its own."""
    return _ELSEWHERE.sub("", page).replace("</head>", f"{_STYLE}</head>", 1)


def first_page(title: str, verdicts: Iterable[Verdict], pages: dict[str, str]) -> str:
    """Every expectation, those that failed first, with a link to the page of its suite (`pages`: suite to path)."""
    rows = "\n".join(_row(verdict, pages) for verdict in sorted(verdicts, key=lambda one: (one.success, one.suite)))
    head = "".join(f"<th>{name}</th>" for name in ("", "expected", "observed", "limit", "suite"))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{_STYLE}</head>
<body><h1>{escape(title)}</h1><table><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def _row(verdict: Verdict, pages: dict[str, str]) -> str:
    kind, word = ("success", "✓") if verdict.success else ("failed", f"✗ {verdict.severity}")
    cells = (verdict.says, verdict.observed, verdict.expected)
    texts = "".join(f"<td>{escape(text)}</td>" for text in cells)
    name = escape(verdict.suite)
    link = f'<a href="{escape(pages[verdict.suite])}">{name}</a>' if verdict.suite in pages else name
    return f'<tr><td class="{kind}">{word}</td>{texts}<td>{link}</td></tr>'
