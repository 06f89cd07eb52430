"""Checks of the report: what its visuals name, where they lie, what they say to who cannot see them."""

import json
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

from powerbi.checks.project import Page, Project, Visual

PAGES = ["Executive Overview", "Real-time Monitoring", "Inventory Management", "ML Insights", "Store Analytics"]
SMALLEST = {"slicer": (100, 48), "textbox": (100, 32)}
SMALLEST_CHART = (180, 90)


def pages_in_order(project: Project) -> Iterator[str]:
    """The five pages, in the order of the readers."""
    titles = [page.said["displayName"] for page in project.pages]
    if titles != PAGES:
        yield f"The pages are {', '.join(titles)}; they should be {', '.join(PAGES)}."
    folders = {path.parent.name for path in (project.report / "definition" / "pages").glob("*/page.json")}
    yield from (f"Page {name} is in no order." for name in sorted(folders - set(project.page_order)))
    yield from (f"Page {name} is ordered, but has no folder." for name in sorted(set(project.page_order) - folders))


def fields_exist(project: Project) -> Iterator[str]:
    """Every column and measure that a visual or page names is in the model."""
    model, measures = project.model, project.model.measures()
    for page in project.pages:
        named = [(f"Page {page.name}", field) for field in page.own_fields]
        named += [(f"Visual {visual}", field) for visual in page.visuals for field in visual.fields]
        for owner, field in dict.fromkeys(named):
            if field.kind == "Measure" and measures.get(field.name, ("",))[0] != field.table:
                yield f"{owner} names the measure {field}, which does not exist."
            if field.kind == "Column" and field.name not in model.columns(field.table):
                yield f"{owner} names the column {field}, which does not exist."


def visuals_speak(project: Project) -> Iterator[str]:
    """Every visual has an alternative text of its own and a title, and each page a tab order without ties."""
    for page in project.pages:
        for visual in page.visuals:
            if len(visual.text("general", "altText")) < 10:
                yield f"Visual {visual} has no alternative text."
            if visual.type != "textbox" and not visual.text("title", "text"):
                yield f"Visual {visual} has no title."
        orders = [visual.said["position"].get("tabOrder") for visual in page.visuals]
        if None in orders or len(set(orders)) < len(orders):
            yield f"Page {page.name} has visuals without a tab order of their own."
        yield from _reading_order(page)


def _reading_order(page: Page) -> Iterator[str]:
    """Tab goes down the page: no visual comes after one that lies wholly below it."""
    for before, after in pairwise(page.visuals):
        if _top(before) >= _top(after) + after.said["position"]["height"]:
            yield f"On page {page.name} the tab key goes up from {before.name} to {after.name}."


def layout_fits(project: Project) -> Iterator[str]:
    """Visuals lie inside their page, do not overlap, and are large enough to be read."""
    for page in project.pages:
        width, height = page.said["width"], page.said["height"]
        for visual in page.visuals:
            box = visual.said["position"]
            if min(box["x"], box["y"]) < 0 or box["x"] + box["width"] > width or box["y"] + box["height"] > height:
                yield f"Visual {visual} leaves the page."
            least = SMALLEST.get(visual.type, SMALLEST_CHART)
            if box["width"] < least[0] or box["height"] < least[1]:
                yield f"Visual {visual} is smaller than {least[0]} × {least[1]}."
        for one, other in combinations(page.visuals, 2):
            if _overlap(one, other):
                yield f"Visuals {one} and {other.name} overlap."


def paths_resolve(project: Project) -> Iterator[str]:
    """What one file names by its path is there, and nothing is named by an absolute one."""
    pointers = [
        (project.folder / "RetailInventory.pbip", lambda said: [said["artifacts"][0]["report"]["path"]]),
        (project.report / "definition.pbir", lambda said: [said["datasetReference"]["byPath"]["path"]]),
    ]
    for file, named in pointers:
        for path in named(json.loads(file.read_text())):
            if Path(path).is_absolute() or not (file.parent / path).is_dir():
                yield f"{file.name} points to {path}, which is not there."
    for package in project.json("definition/report.json").get("resourcePackages", []):
        for item in package["items"]:
            if not (project.report / "StaticResources" / package["name"] / item["path"]).is_file():
                yield f"report.json names the resource {item['path']}, which is not there."


def _top(visual: Visual) -> float:
    return visual.said["position"]["y"]


def _overlap(one: Visual, other: Visual) -> bool:
    a, b = one.said["position"], other.said["position"]
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )
