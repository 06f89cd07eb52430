"""Writes what is generated: tables that follow from dbt, pages that follow from `pages/`, drawings of the pages."""

from pathlib import Path

from powerbi.build.report import render_report
from powerbi.build.tables import render_tables
from powerbi.build.wireframes import render_wireframes


def main() -> None:
    """Write every generated file, tables first, and remove visuals that no page describes any more."""
    _write(render_tables())
    report = render_report()
    for stray in strays(report):
        stray.unlink()
    _write(report)
    _write(render_wireframes())


def strays(report: dict[Path, str]) -> list[Path]:
    """Files of visuals that nothing describes."""
    pages = next(iter(report)).parent
    return [path for path in pages.rglob("*.json") if path not in report]


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
