"""Microsoft's validator of PBIR and parser of M, run by Node.js from a folder of their own."""

import json
import shutil
import subprocess
from pathlib import Path

from contracts.problems import Problem
from powerbi.checks.project import Project

HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json", "parse_queries.mjs")
_VALIDATOR = "node_modules/@microsoft/powerbi-report-authoring-cli/dist/cli.js"
_UNREACHABLE = "PBIR_SCHEMA_UNREACHABLE"  # it would fetch JSON schemas; `schemas.py` does that from a folder


def can_run() -> bool:
    """Whether Node.js and npm are installed."""
    return bool(shutil.which("node") and shutil.which("npm"))


def is_installed(folder: Path) -> bool:
    """Whether the folder has what the lock names."""
    lock = folder / "package-lock.json"
    return lock.exists() and lock.read_text() == (HERE / lock.name).read_text() and (folder / _VALIDATOR).exists()


def install(folder: Path) -> None:
    """Bring the locked packages into the folder. Raises Problem where npm cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copy(HERE / name, folder / name)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        (folder / _FILES[1]).unlink()
        raise Problem("npm could not install Microsoft's validators.", done.stderr.strip().splitlines()[-1])


def report_faults(project: Project, folder: Path) -> list[str]:
    """What the validator says of the report; warnings are faults too."""
    said = json.loads(_node(folder, [_VALIDATOR, "validate", str(project.report)]))
    if "error" in said:
        return [said["error"]["message"]]
    groups = said["data"].get("diagnostics", {})
    return [one["message"] for code, group in groups.items() if code != _UNREACHABLE for one in group["items"]]


def query_faults(project: Project, folder: Path) -> list[str]:
    """What the parser says of every M expression."""
    model = project.model
    queries = [(f"Parameter {name}", one.value) for name, one in model.expressions.items()]
    for name, table in model.tables.items():
        queries += [(f"Partition {name}", one.expression("source")) for one in table.of("partition")]
        queries += [(f"Refresh policy {name}", one.expression("sourceExpression")) for one in table.of("refreshPolicy")]
    shutil.copy(HERE / "parse_queries.mjs", folder)
    return json.loads(_node(folder, ["parse_queries.mjs"], json.dumps(queries)))


def _node(folder: Path, arguments: list[str], given: str = "") -> str:
    return subprocess.run(["node", *arguments], cwd=folder, input=given, capture_output=True, text=True).stdout
