"""Every package of the lock may be used in an Apache-2.0 product: permissive, or named here with a reason."""

import re
from importlib.metadata import Distribution, distributions

import pytest

from contracts.settings import PROJECT

_PERMISSIVE = re.compile(
    r"(?i)\b(apache|bsd|0bsd|mit|mit-0|mit-cmu|isc|psf|python software foundation|zlib|cc0|unlicense|cnri|any-osi|dfsg)"
)
_COPYLEFT = re.compile(r"(?i)\b(a?gpl|lgpl|mpl|mozilla|epl|eclipse|cddl|sspl|busl|proprietary|commercial)")
EXCEPTIONS = {
    "psycopg2-binary": "LGPL, used as a library and not changed",
    "certifi": "MPL 2.0 by file, none changed",
    "hypothesis": "MPL 2.0 by file, none changed; only tests use it",
    "orjson": "MPL 2.0 by file, none changed",
    "pathspec": "MPL 2.0 by file, none changed",
    "tqdm": "MPL 2.0 by file, none changed",
    "text-unidecode": "Artistic licence, which it may be had under instead of the GPL",
    "openlineage-sql": "says none in its package; the project is Apache-2.0",
}


def _locked() -> set[str]:
    text = (PROJECT / "requirements.txt").read_text()
    return {_same(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def _same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(package: Distribution) -> str:
    """What the package says of itself: expression, else classifiers, else free text."""
    about = package.metadata
    classifiers = [
        line.split("::")[-1].strip() for line in about.get_all("Classifier") or [] if line.startswith("License")
    ]
    return about.get("License-Expression") or "; ".join(classifiers) or (about.get("License") or "").split("\n")[0]


PACKAGES = {_same(package.metadata["Name"]): package for package in distributions()}


def test_the_lock_is_what_is_looked_at() -> None:
    """Most of the lock is installed here (some of it is for other systems), and no exception is for a stranger."""
    assert len(_locked() & set(PACKAGES)) > 0.9 * len(_locked())
    assert set(EXCEPTIONS) <= _locked()


@pytest.mark.parametrize("name", sorted(_locked() & set(PACKAGES)))
def test_licence_fits(name: str) -> None:
    """Permissive and nothing else, or an exception with a reason."""
    said = licence(PACKAGES[name])
    fits = bool(_PERMISSIVE.search(said)) and not _COPYLEFT.search(said)
    assert fits != (name in EXCEPTIONS), said or "it says nothing"
