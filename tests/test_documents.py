"""What the pages say exists: files they link to, verbs and options they name."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.__main__ import app
from contracts.settings import PROJECT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
CALL = re.compile(r"\./retail((?: [A-Za-z0-9_.,:/=@*+-]+)+)")
MADE = re.compile(r"^\+def (\w+)\(context: typer", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
RETAIL: Any = typer.main.get_command(app)


@cache
def _pages() -> list[Path]:
    """All pages of the project; what others brought along is not looked at."""
    found, waiting = [], [PROJECT]
    while waiting:
        for path in waiting.pop().iterdir():
            if path.is_dir() and not path.name.startswith((".", "node_modules")):
                waiting.append(path)
            elif path.suffix == ".md":
                found.append(path.relative_to(PROJECT))
    return sorted(found)


def _text(page: Path) -> str:
    return (PROJECT / page).read_text(encoding="utf-8")


def _anchors(page: Path) -> set[str]:
    """Places in a page, as GitHub names them after its headings."""
    said = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in said}


@pytest.mark.parametrize("page", _pages(), ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link is a file or folder of the project, each `#place` a heading of it."""
    dead = []
    for link in LINK.findall(FENCE.sub("", _text(page))):
        path, _, place = link.partition("#")
        target = PROJECT / page.parent / path if path else PROJECT / page
        if "://" in link or link.startswith("mailto:"):
            continue
        if not target.exists() or (place and target.suffix == ".md" and place not in _anchors(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("page", _pages(), ids=str)
def test_verbs_exist(page: Path) -> None:
    """Each `./retail VERB` is one, or is made on the page, with the options that are written behind it."""
    text = _text(page)
    calls = [words for call in CALL.findall(text) if (words := call.split())[0] not in MADE.findall(text)]
    assert [said for words in calls if (said := _wrong(words))] == []


def _wrong(words: list[str]) -> str:
    """What is wrong with the words of a call, '' if nothing."""
    command = RETAIL
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        found = command.commands.get(words[0].rstrip(".,:"))
        if found is None:
            return "" if words[0].isupper() or command is not RETAIL else f"there is no verb {words[0]}"
        command, words = found, words[1:]
    if command.context_settings.get("ignore_unknown_options"):
        return ""
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"--help", "-h"}
    wrong = [word for word in words if word.startswith("--") and word.partition("=")[0].rstrip(".,:") not in known]
    return f"{command.name} has no {wrong[0]}" if wrong else ""


def test_a_wrong_verb_or_option_is_found() -> None:
    """Whoever reads the pages for mistakes finds them."""
    assert _wrong(["fly", "away"]) == "there is no verb fly"
    assert _wrong(["sql", "--loud"]) == "sql has no --loud"
    assert _wrong(["quarantine", "list", "--limit"]) == _wrong(["VERB"]) == _wrong(["docs", "--only-make."]) == ""


def test_the_page_of_verbs_has_every_verb() -> None:
    """Its table names each verb, and no other."""
    table = _text(Path("docs/verbs.md"))
    first = [row.replace("\\|", "/").split("|")[1] for row in re.findall(r"^\| `.*$", table, re.MULTILINE)]
    named = {name.split()[0] for cell in first for name in re.findall(r"`([a-z-]+)[^`]*`", cell)}
    assert named == set(RETAIL.commands)


def test_every_page_can_be_reached() -> None:
    """From the README, by links, one reaches each page of `docs`, the recipes and decisions included."""
    seen, waiting = set(), [PROJECT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        links = LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
        waiting += [page.parent / link.partition("#")[0] for link in links if "://" not in link]
    pages = [path for path in _pages() if path.parts[0] == "docs" or len(path.parts) == 1]
    assert [str(page) for page in pages if (PROJECT / page).resolve() not in seen] == []
