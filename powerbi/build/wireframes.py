"""A drawing of each page's arrangement (SVG), from the PBIR itself: boxes, titles, kinds, and what is in them."""

from pathlib import Path
from xml.sax.saxutils import escape

from powerbi.checks.project import Page, Project, Visual

FOLDER = Path(__file__).parents[1] / "wireframes"
_LINE = 17
_FONT = 'font-family="sans-serif" font-size="13"'
_MARKS = {
    "lineChart": "M0,70 L25,40 L50,55 L75,20 L100,30",
    "columnChart": "M5,80 V40 M25,80 V25 M45,80 V50 M65,80 V15 M85,80 V35",
    "clusteredColumnChart": "M5,80 V40 M25,80 V25 M45,80 V50 M65,80 V15 M85,80 V35",
    "lineClusteredColumnComboChart": "M5,80 V15 M25,80 V35 M45,80 V50 M65,80 V60 M5,60 L25,45 L45,35 L85,20",
    "clusteredBarChart": "M0,15 H90 M0,35 H65 M0,55 H45 M0,75 H20",
    "hundredPercentStackedBarChart": "M0,15 H100 M0,35 H100 M0,55 H100 M0,75 H100",
    "scatterChart": "M10,60 h1 M30,40 h1 M45,55 h1 M60,25 h1 M75,35 h1 M90,15 h1",
    "tableEx": "M0,10 H100 M0,30 H100 M0,50 H100 M0,70 H100",
    "pivotTable": "M0,10 H100 M0,30 H100 M0,50 H100 M0,70 H100 M25,0 V85 M50,0 V85 M75,0 V85",
}


def render_wireframes() -> dict[Path, str]:
    """Text of each drawing, by its path."""
    pages = Project().pages
    return {FOLDER / f"{number}_{page.name}.svg": _page(page) for number, page in enumerate(pages, start=1)}


def _page(page: Page) -> str:
    width, height = page.said["width"], page.said["height"]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 28}" {_FONT}>',
        f'<rect width="{width}" height="{height + 28}" fill="#F4F4F4"/>',
        *(line for visual in page.visuals for line in _visual(visual)),
        f'<text x="16" y="{height + 16}" fill="#4A4A4A">Wireframe made from the report\'s files: the arrangement, '
        "not a screenshot and no data.</text>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _visual(visual: Visual) -> list[str]:
    box = visual.said["position"]
    x, y, width, height = (round(box[name]) for name in ("x", "y", "width", "height"))
    if visual.type == "textbox":
        return [f'<text x="{x}" y="{y + 40}" font-size="26" font-weight="bold">{escape(_text(visual))}</text>']
    shape = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    lines = [f'<rect {shape} rx="4" fill="#FFFFFF" stroke="#BDBDBD"/>', *_mark(visual, x, y, width, height)]
    lines += [
        f'<text x="{x + 8}" y="{y + 19}" font-weight="bold">{_cut(visual.text("title", "text"), width, 7.6)}</text>'
    ]
    room = int((height - 34) // _LINE)
    shown = _shown(visual) if visual.type == "multiRowCard" or room < 6 else [", ".join(_shown(visual))]
    for row, said in enumerate(shown[: max(room, 0)]):
        lines.append(f'<text x="{x + 8}" y="{y + 40 + row * _LINE}" fill="#4A4A4A">{_cut(said, width, 6.6)}</text>')
    return lines


def _mark(visual: Visual, x: int, y: int, width: int, height: int) -> list[str]:
    """A faint sign of the kind of visual, below the words."""
    if visual.type not in _MARKS or height < 120:
        return []
    scale = f"translate({x + 12},{y + 52}) scale({(width - 24) / 100:.3f},{(height - 64) / 85:.3f})"
    style = 'fill="none" stroke="#0072B2" stroke-opacity="0.28" stroke-width="3" vector-effect="non-scaling-stroke"'
    return [f'<path transform="{scale}" d="{_MARKS[visual.type]}" {style}/>']


def _shown(visual: Visual) -> list[str]:
    """Titles of the fields, in the order of their roles."""
    roles = visual.said["visual"].get("query", {}).get("queryState", {})
    return [one.get("displayName", one["nativeQueryRef"]) for role in roles.values() for one in role["projections"]]


def _text(visual: Visual) -> str:
    return visual.said["visual"]["objects"]["general"][0]["properties"]["paragraphs"][0]["textRuns"][0]["value"]


def _cut(text: str, width: int, each: float) -> str:
    most = int((width - 16) / each)
    return escape(text if len(text) <= most else text[: most - 1] + "…")
