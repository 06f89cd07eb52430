"""Verbs of the Power BI project: check it, write what is generated of it, draw its pages."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import say, step
from contracts.settings import Settings, load_settings


def register(app: typer.Typer) -> None:
    """Add the verb and its own verbs."""
    verbs = typer.Typer(no_args_is_help=True, help="Check the Power BI project, or write what is generated of it.")
    verbs.command()(check)
    verbs.command()(write)
    app.add_typer(verbs, name="powerbi")


def check(
    schemas: Annotated[Path | None, typer.Option(help="A clone of github.com/microsoft/json-schemas.")] = None,
) -> None:
    """Everything that can be known of the project without Power BI; code 1 if anything is wrong."""
    from powerbi.checks.all_checks import generated_files_differ, run_checks
    from powerbi.checks.project import Project

    project = Project()
    said = run_checks(project)
    said["Generated files are as made"] = generated_files_differ()
    said |= _said_by_microsoft(project, load_settings())
    if schemas:
        from powerbi.outside.schemas import schema_faults

        said["Files fit Microsoft's schemas"] = list(schema_faults(project, schemas))
    for name, sentences in said.items():
        say(f"{'wrong' if sentences else 'good '}  {name}")
        for sentence in sentences:
            say(f"       {sentence}")
    raise typer.Exit(int(any(said.values())))


def write() -> None:
    """Write the tables that follow from dbt and the pages that follow from powerbi/build/pages."""
    from powerbi.build import write_project

    write_project.main()


def _said_by_microsoft(project: object, settings: Settings) -> dict[str, list[str]]:
    from powerbi.outside import microsoft

    folder = settings.home / "powerbi"
    if not microsoft.can_run():
        say("Not run: Microsoft's validators of PBIR and of M. They need Node.js and npm.")
        return {}
    if not microsoft.is_installed(folder):
        step("Installing Microsoft's validators")
        microsoft.install(folder)
    return {
        "Microsoft's validator accepts the report": microsoft.report_faults(project, folder),
        "Microsoft's parser reads every M query": microsoft.query_faults(project, folder),
    }
