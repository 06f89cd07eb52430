"""The report (PBIR): pages in order, each from its description in `pages/`."""

import json
from pathlib import Path
from typing import Any

import yaml

from powerbi.build.fields import expression
from powerbi.build.tables import MODEL
from powerbi.build.visuals import properties, render_visual
from powerbi.tmdl import Model, read_model

PAGES = Path(__file__).with_name("pages")
REPORT = Path(__file__).parents[1] / "RetailInventory.Report"
SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
WIDTH, HEIGHT = 1600, 900
MARGIN, GAP, HEADER = 16, 8, 64
COLUMNS, ROWS = 24, 20


def render_report() -> dict[Path, str]:
    """Text of each generated file of the report, by its path."""
    model = read_model(MODEL)
    shared = yaml.safe_load((PAGES / "shared.yml").read_text())
    pages = [yaml.safe_load(path.read_text()) for path in sorted(PAGES.glob("[0-9]*.yml"))]
    folder = REPORT / "definition" / "pages"
    order = {"pageOrder": [page["name"] for page in pages], "activePageName": pages[0]["name"]}
    files = {folder / "pages.json": {"$schema": f"{SCHEMAS}/pagesMetadata/1.0.0/schema.json", **order}}
    for page in pages:
        files[folder / page["name"] / "page.json"] = _page(page, model)
        for place, visual in enumerate([_heading(page), *shared["visuals"], *page["visuals"]], start=1):
            path = folder / page["name"] / "visuals" / visual["id"] / "visual.json"
            files[path] = render_visual(visual, box(visual["at"], place <= 1 + len(shared["visuals"])), place, model)
    return {path: json.dumps(said, indent=2, ensure_ascii=False) + "\n" for path, said in files.items()}


def box(at: list[float], is_header: bool) -> dict[str, float]:
    """Pixels of a place in the grid: 24 columns, and 20 rows below the header (whose one row is row 0)."""
    column, row, columns, rows = at
    width = (WIDTH - 2 * MARGIN + GAP) / COLUMNS
    top, height = MARGIN, HEADER + GAP
    if not is_header:
        top, height = MARGIN + HEADER + GAP, (HEIGHT - 2 * MARGIN - HEADER) / ROWS
    return {
        "x": round(MARGIN + column * width),
        "y": round(top + row * height),
        "width": round((column + columns) * width) - round(column * width) - GAP,
        "height": round((row + rows) * height) - round(row * height) - GAP,
    }


def _heading(page: dict[str, Any]) -> dict[str, Any]:
    alt = f"Heading: {page['title']}. {page['question']}"
    return {"id": "heading", "type": "textbox", "at": [0, 0, 6, 1], "text": page["title"], "alt": alt}


def _page(page: dict[str, Any], model: Model) -> dict[str, Any]:
    found = {
        "$schema": f"{SCHEMAS}/page/2.0.0/schema.json",
        "name": page["name"],
        "displayName": page["title"],
        "displayOption": "FitToPage",
        "height": HEIGHT,
        "width": WIDTH,
    }
    if every := page.get("refresh"):
        found["objects"] = {"pageRefresh": [properties(show=True, duration=every)]}
    if target := page.get("drillthrough"):
        name = f"drill_{page['name']}"
        field = expression(target, model)
        bound = {"name": name, "field": field, "type": "Categorical", "howCreated": "Drillthrough"}
        found["filterConfig"] = {"filters": [bound]}
        parameter = {"name": f"by_{page['name']}", "boundFilter": name, "fieldExpr": field}
        found["pageBinding"] = {"name": f"to_{page['name']}", "type": "Drillthrough", "parameters": [parameter]}
    return found
