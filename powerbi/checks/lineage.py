"""Which views a page reads, through its measures, and whether dbt's exposures say so."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from powerbi.build.contracts import MODELS
from powerbi.checks import dax, power_query
from powerbi.checks.project import Page, Project

EXPOSURES = MODELS / "reporting" / "_exposures.yml"


def exposures_match(project: Project, exposures: Path = EXPOSURES) -> Iterator[str]:
    """Each page is an exposure of its title, which depends on every view the page reads."""
    said = {one["label"]: one for one in yaml.safe_load(exposures.read_text())["exposures"]}
    for page in project.pages:
        title = page.said["displayName"]
        if title not in said:
            yield f"dbt has no exposure for the page {title}."
            continue
        declared = {ref.removeprefix("ref('").removesuffix("')") for ref in said[title]["depends_on"]}
        for view in sorted(views_of(page, project) - declared):
            yield f"The page {title} reads {view}, which its exposure does not say."


def views_of(page: Page, project: Project) -> set[str]:
    """The views behind the columns and measures of a page."""
    tables = {field.table for field in page.fields if field.kind == "Column"}
    for field in page.fields:
        if field.kind == "Measure":
            tables |= _tables_of(field.name, project)
    return {view for table in tables if (view := _view(table, project))}


def _tables_of(measure: str, project: Project) -> set[str]:
    """Tables that a measure reads, itself or through others."""
    measures, tables, waiting, seen = project.model.measures(), set(), [measure], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in measures:
            continue
        seen.add(name)
        named = dax.references(measures[name][1].value)
        tables |= {table for table, _ in named.columns} | named.tables
        waiting += named.measures
    return tables


def _view(table: str, project: Project) -> str:
    node = project.model.tables.get(table)
    return power_query.view_read(node.of("partition")[0].expression("source")) if node and node.of("partition") else ""
