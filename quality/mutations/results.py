"""Verdicts that are kept, so that a second run judges only what is new: one line each, written as it is found."""

import json
from hashlib import sha256
from pathlib import Path

from quality.mutations.plan import Planned
from quality.mutations.verdicts import CONTRACT, NOT_RUNNABLE, SURVIVED, UNIT, Verdict

_OWN = (UNIT, CONTRACT, NOT_RUNNABLE)  # found without the judges that all models share


class Results:
    """The file of the verdicts; of two about the same mistake the later counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, tuple[str, Verdict]] = {}
        self._last: dict[str, Verdict] = {}
        for line in path.read_text().splitlines() if path.exists() else []:
            said = json.loads(line)
            self._learn(said, Verdict(said["by"], said["told"]))

    def of(self, planned: Planned) -> Verdict | None:
        """The verdict on this mistake, if neither it nor its judges have changed since."""
        shared, verdict = self._kept.get(planned.own, ("", None))
        return verdict if verdict and (verdict.by in _OWN or shared == planned.shared) else None

    def last(self, planned: Planned) -> Verdict | None:
        """The last verdict on this SQL, whatever has changed since."""
        return self._last.get(_hash(planned))

    def found_before(self, planned: Planned) -> Verdict | None:
        """The last verdict on this SQL, if it was found then, whatever has changed since in its judges."""
        verdict = self.last(planned)
        return verdict if verdict and verdict.by != SURVIVED else None

    def keep(self, planned: Planned, verdict: Verdict) -> None:
        """Write a verdict down."""
        said = {"own": planned.own, "shared": planned.shared, "sql": _hash(planned), **vars(verdict)}
        self._learn(said, verdict)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(said) + "\n")

    def forget(self) -> None:
        """Judge everything anew."""
        self._kept.clear()
        self._last.clear()
        self._path.unlink(missing_ok=True)

    def _learn(self, said: dict[str, str], verdict: Verdict) -> None:
        self._kept[said["own"]] = said["shared"], verdict
        self._last[said["sql"]] = verdict


def _hash(planned: Planned) -> str:
    return f"{planned.mutant.model} {sha256(planned.mutant.sql.encode()).hexdigest()[:16]}"
