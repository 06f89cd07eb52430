"""What docs/production.md and docs/security.md name is there: files, links, programs, services."""

import re
from pathlib import Path

import pytest
from stack_text import is_program, services

from contracts.settings import PROJECT

PAGES = [
    PROJECT / "docs" / "production.md",
    PROJECT / "docs" / "security.md",
    PROJECT / "deploy" / "kafka" / "README.md",
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
_ROOTS = "deploy|contracts|warehouse|spark_jobs|dbt_project|tests|local_stack|docs"


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link is a file, and a heading where it names one."""
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        assert "://" in target or (page.parent / target).exists(), target
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
        for line in page.read_text().splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page.read_text())) <= headings


@each_page
def test_paths_exist(page: Path) -> None:
    """Every path of the project that is named is in it."""
    named = re.findall(rf"(?<![\w/.])((?:{_ROOTS})/[\w./-]*\w)", page.read_text())
    assert not [path for path in named if not (PROJECT / path).exists()]


@each_page
def test_programs_and_services_exist(page: Path) -> None:
    """Every `python -m …` starts something; every service that compose is told to run is one of its services."""
    text = page.read_text()
    for module in re.findall(r"python (?:-P )?-m ([\w.]+)", text):
        assert is_program(module), module
    for service in re.findall(r"docker compose (?:run --rm|exec -T --env \w+) ([\w-]+)", text):
        assert service in services()
