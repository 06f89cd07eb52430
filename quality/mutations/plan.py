"""Which mistakes are made, in which order, and by what one knows that one was judged before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from contracts.problems import Problem
from contracts.settings import PROJECT
from quality.mutations.mistakes import Mutant, a_few, mutants_of

DBT = PROJECT / "dbt_project"
LAYERS = ("core", "kpi", "features", "intermediate", "staging", "reporting", "monitoring")


@dataclass(frozen=True)
class Planned:
    """A mistake, the layer of its model; hashes of SQL and judges of the model's own, and of those that all share."""

    mutant: Mutant
    layer: str
    own: str
    shared: str


def planned(models: Sequence[str], every: int = 1, sample: int = 0, thorough: bool = False) -> list[Planned]:
    """The mistakes in the models named, or in all: each `every`-th, or about `sample` of them, always the same ones."""
    around, shared = _hashed(_macros()), shared_judges()
    found = [one for path in _files(models) for one in _of_model(path, thorough, around, shared)]
    step = max(1, len(found) // sample) if sample else every
    return found[::step]


def _files(models: Sequence[str]) -> list[Path]:
    paths = {path.stem: path for path in sorted((DBT / "models").rglob("*.sql"))}
    if unknown := sorted(set(models) - paths.keys()):
        raise Problem(f"There is no model {', '.join(unknown)}.", "./retail dbt ls --resource-type model lists them.")
    chosen = [path for name, path in paths.items() if not models or name in models]
    return sorted(chosen, key=lambda path: LAYERS.index(_layer(path)))


def _layer(path: Path) -> str:
    return path.relative_to(DBT / "models").parts[0]


def _of_model(path: Path, thorough: bool, around: str, shared: str) -> Iterable[Planned]:
    mutants = mutants_of(path.stem, path.read_text())
    own = _hashed([path.with_suffix(".yml")]) + around
    for mutant in mutants if thorough else a_few(mutants):
        yield Planned(mutant, _layer(path), sha256(f"{mutant.sql}{own}".encode()).hexdigest(), shared)


def shared_judges() -> str:
    """Hash of what judges every model: the worlds, what is known of them, and the tests beside the models."""
    tests = PROJECT / "tests"
    worlds = [tests / "quality" / "mutations" / "worlds.py", *(tests / "dbt_project").rglob("*.*")]
    known = [path for path in worlds if path.suffix in (".py", ".md") and not path.stem.startswith(("test_", "conf"))]
    return _hashed([*known, *(DBT / "tests").rglob("*.sql")])


def _macros() -> list[Path]:
    return sorted((DBT / "macros").rglob("*.sql"))


def _hashed(paths: Iterable[Path]) -> str:
    return sha256(b"".join(path.read_bytes() for path in sorted(paths) if path.exists())).hexdigest()
