"""The Java archives of the broker and of Spark's Kafka connector, by Maven coordinates with pinned SHA-256.

`jars.lock` names each archive; PySpark's own Ivy brings them, so nothing else has to be installed.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import quoteattr

from contracts.problems import Problem
from local_stack.java import java_command

LOCK = Path(__file__).with_name("jars.lock")
GROUPS = ("kafka", "spark")  # what the stack runs on; the lock's others are fetched by the tests that ask for them


@dataclass(frozen=True)
class Jar:
    """One archive; `group` is the program that loads it."""

    group: str
    organisation: str
    name: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """Path below the jars folder."""
        return f"{self.group}/{self.name}-{self.version}.jar"


def locked_jars(groups: Sequence[str] = GROUPS) -> list[Jar]:
    """Every archive of these groups of the lock."""
    lines = (line.split() for line in LOCK.read_text().splitlines() if line and not line.startswith("#"))
    jars = (Jar(group, *coordinates.split(":"), sha256) for group, coordinates, sha256 in lines)
    return [jar for jar in jars if jar.group in groups]


def missing_jars(folder: Path, groups: Sequence[str] = GROUPS) -> list[Jar]:
    """Archives of the lock that the folder does not hold."""
    return [jar for jar in locked_jars(groups) if not (folder / jar.file).is_file()]


def fetch_jars(folder: Path, groups: Sequence[str] = GROUPS) -> int:
    """Bring what is missing into `folder`; gives how many came. Raises Problem without a network or on a wrong hash."""
    missing = missing_jars(folder, groups)
    if not missing:
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as work:
        _retrieve(missing, Path(work))
        for jar in missing:
            _accept(jar, Path(work) / jar.file, folder / jar.file)
    return len(missing)


def _accept(jar: Jar, brought: Path, place: Path) -> None:
    if not brought.is_file():
        raise Problem(f"The archive {jar.name} {jar.version} did not come.", "Check the network and call again.")
    if hash_of(brought) != jar.sha256:
        raise Problem(f"The archive {jar.name} {jar.version} is not the one that was locked.", f"See {LOCK.name}.")
    place.parent.mkdir(parents=True, exist_ok=True)
    # A reader must never meet half a file.
    brought.replace(place)


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _retrieve(jars: Sequence[Jar], work: Path) -> None:
    descriptor = work / "ivy.xml"
    descriptor.write_text(_descriptor(jars))
    arguments = ["-ivy", str(descriptor), "-confs", *_groups(jars)]
    run_ivy(work, arguments, f"{work}/[conf]/[artifact]-[revision].[ext]")


def run_ivy(work: Path, arguments: list[str], pattern: str) -> None:
    """Run Ivy with its cache inside `work`; archives go where `pattern` says. Raises Problem with Ivy's last words."""
    command = [*java_command(), "-cp", str(_ivy()), "org.apache.ivy.Main", "-cache", str(work / "cache"), *arguments]
    result = subprocess.run(
        [*command, "-types", "jar", "bundle", "-retrieve", pattern], capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise Problem(
            "The Java archives could not be brought.",
            "Check the network and call again. Ivy said: " + " ".join((result.stdout + result.stderr).split()[-40:]),
        )


def _ivy() -> Path:
    return next((pyspark_folder() / "jars").glob("ivy-*.jar"))


def pyspark_folder() -> Path:
    """Where PySpark lies; it is not imported, which would take longer than most of our verbs."""
    return Path(find_spec("pyspark").origin).parent


def _groups(jars: Iterable[Jar]) -> list[str]:
    return sorted({jar.group for jar in jars})


def _descriptor(jars: Sequence[Jar]) -> str:
    confs = "".join(f"<conf name={quoteattr(group)}/>" for group in _groups(jars))
    lines = "".join(
        f"<dependency org={quoteattr(jar.organisation)} name={quoteattr(jar.name)} rev={quoteattr(jar.version)} "
        f'transitive="false" conf="{jar.group}-&gt;default"/>'
        for jar in jars
    )
    return (
        '<ivy-module version="2.0"><info organisation="retail" module="jars"/>'
        f"<configurations>{confs}</configurations><dependencies>{lines}</dependencies></ivy-module>"
    )


def remove_jars(folder: Path) -> None:
    """Delete the archives."""
    for group in GROUPS:
        shutil.rmtree(folder / group, ignore_errors=True)
