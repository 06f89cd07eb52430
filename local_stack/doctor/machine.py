"""What the stack stands on: programs, archives, room, files."""

import re
import resource
import shutil
import stat
import sys
from importlib.metadata import PackageNotFoundError, version

import psutil

from contracts.settings import PROJECT, SECRETS_FILE, Settings
from local_stack import supervision
from local_stack.doctor.findings import Finding, broken, warn
from local_stack.jars import locked_jars, missing_jars
from local_stack.java import java_command, java_version
from local_stack.ports import is_free
from local_stack.stack import LEAST_FREE_BYTES, PORTS, clickhouse_answers

OLDEST_PYTHON = (3, 11)
_COMFORT_BYTES = 10_000_000_000  # a full build of a year's sales spills and merges
_LEAST_MEMORY_BYTES = 1_000_000_000
_LEAST_FILES = 4_096


def python(settings: Settings) -> Finding:
    """The interpreter is new enough."""
    said = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return broken(f"{said} is too old", "Install Python 3.11 or newer, delete .venv, call ./retail --help")
    return Finding(said)


def packages(settings: Settings) -> Finding:
    """What is installed is what the lock names for every system."""
    locked = re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+) \\$", (PROJECT / "requirements.txt").read_text(), re.MULTILINE)
    other = [name for name, wanted in locked if _installed(name) != wanted]
    if other:
        return broken(f"{len(other)} differ from the lock, {other[0]} first", "rm .venv/.installed; ./retail --help")
    return Finding(f"{len(locked)} as locked")


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def java(settings: Settings) -> Finding:
    """Kafka and Spark can run."""
    return Finding(str(java_version(java_command()[0])))


def jars(settings: Settings) -> Finding:
    """The archives of Kafka and of Spark's connector are there."""
    if missing := missing_jars(settings.jars):
        return broken(f"{len(missing)} archives are not in {settings.jars}", "./retail up brings them")
    return Finding(f"{len(locked_jars())} archives as locked")


def disk(settings: Settings) -> Finding:
    """There is room for what comes."""
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    says, see = f"{free / 1e9:.1f} GB free at {settings.home}", "docs/runbooks/disk_full.md"
    if free < 2 * LEAST_FREE_BYTES:
        return broken(says, see)
    return warn(says, see) if free < _COMFORT_BYTES else Finding(says)


def memory(settings: Settings) -> Finding:
    """There is memory for a build and a Spark job."""
    free = psutil.virtual_memory().available
    says = f"{free / 1e9:.1f} GB available"
    if free < _LEAST_MEMORY_BYTES:
        return warn(says, "./retail status shows who holds it; ./retail airflow down gives back the most")
    return Finding(says)


def files(settings: Settings) -> Finding:
    """The database may open as many files as its tables have parts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < _LEAST_FILES:
        return warn(f"a process may open {most} files", "ulimit -Hn 65536, or your system's limits.conf")
    return Finding("a process may open enough of them")


def secrets(settings: Settings) -> Finding:
    """Nobody but the owner reads the passwords."""
    kept = [settings.home / SECRETS_FILE, settings.home / "airflow" / "passwords.json", PROJECT / ".env"]
    found = [file for file in kept if file.exists()]
    open_ones = [str(file) for file in found if stat.S_IMODE(file.stat().st_mode) & 0o077]
    if open_ones:
        return broken(f"others can read {', '.join(open_ones)}", f"chmod 600 {' '.join(open_ones)}")
    return Finding(f"{len(found)} files, their owner's only")


def ports(settings: Settings) -> Finding:
    """Ours, or free."""
    if supervision.is_up(settings) or clickhouse_answers(settings):
        return Finding("held by our services")
    taken = {name: number for name in PORTS if not is_free("127.0.0.1", number := getattr(settings, name.lower()))}
    if taken:
        said = ", ".join(f"{number} ({name})" for name, number in taken.items())
        return broken(f"in use by somebody else: {said}", "Stop what uses them, or set others in .env")
    return Finding("free")


CHECKS = {
    "Python": python,
    "packages": packages,
    "Java": java,
    "archives": jars,
    "disk": disk,
    "memory": memory,
    "open files": files,
    "secrets": secrets,
    "ports": ports,
}
