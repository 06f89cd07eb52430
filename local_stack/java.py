"""Find a Java that Kafka 4 and Spark 4 can run on."""

import re
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from contracts.problems import Problem
from contracts.settings import java_home

OLDEST = 17


@lru_cache
def java_command() -> list[str]:
    """The command that starts Java. Raises Problem with the exact command to type where there is none new enough."""
    java = _java()
    if java is None:
        raise Problem(f"Java {OLDEST} or newer is not installed.", f"Install it with: {_install_command()}")
    version = java_version(java)
    if version < OLDEST:
        raise Problem(f"Java {version} is too old, {OLDEST} is needed.", f"Install it with: {_install_command()}")
    return [java]


def _java() -> str | None:
    home = java_home()
    if home and (Path(home) / "bin/java").is_file():
        return str(Path(home) / "bin/java")
    return shutil.which("java")


def java_version(java: str) -> int:
    """Major version of a Java, 0 where it does not start (macOS ships a stub)."""
    result = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', result.stderr)
    return int(found[1]) if found and not result.returncode else 0


def _install_command() -> str:
    if sys.platform == "darwin":
        return "brew install openjdk@17"
    return "sudo apt-get update && sudo apt-get install -y openjdk-17-jre-headless"
