"""All checks, each under the sentence it stands for."""

from collections.abc import Callable, Iterable

from powerbi.build.contracts import read_views
from powerbi.build.report import render_report
from powerbi.build.tables import render_tables
from powerbi.build.wireframes import render_wireframes
from powerbi.build.write_project import strays
from powerbi.checks import model_checks as model
from powerbi.checks import report_checks as report
from powerbi.checks.lineage import exposures_match
from powerbi.checks.metrics import read_metrics
from powerbi.checks.project import Project
from powerbi.checks.theme_checks import theme_is_colour_blind_safe, theme_is_readable

CHECKS: dict[str, Callable[[Project], Iterable[str]]] = {
    "Columns are those of dbt's contracts": lambda project: model.columns_follow_dbt(project, read_views()),
    "Measures are dbt's metrics": lambda project: model.measures_follow_metrics(project, read_metrics()),
    "What DAX names exists": model.dax_resolves,
    "M is well formed": model.power_query_parses,
    "Relationships join keys": model.relationships_resolve,
    "The date table is marked": model.dates_are_marked,
    "A store's people see their store only": model.stores_are_secured,
    "The model lists its tables": model.tables_are_listed,
    "The five pages are in order": report.pages_in_order,
    "What visuals name exists": report.fields_exist,
    "Every visual can be heard": report.visuals_speak,
    "The layout fits": report.layout_fits,
    "Paths resolve": report.paths_resolve,
    "Exposures match the pages": exposures_match,
    "The theme is readable": theme_is_readable,
    "The theme is safe for the colour-blind": theme_is_colour_blind_safe,
}


def run_checks(project: Project) -> dict[str, list[str]]:
    """What each check has to say, by its name; an empty list is a check that found nothing wrong."""
    return {name: list(check(project)) for name, check in CHECKS.items()}


def generated_files_differ() -> list[str]:
    """Generated files that are not what their sources make of them."""
    files = {**render_tables(), **render_report(), **render_wireframes()}
    wrong = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    wrong += strays(render_report())
    return [f"{path.name} in {path.parent.name} is not what its source makes: ./retail powerbi write" for path in wrong]
