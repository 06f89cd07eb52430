"""The production stack as its files say it: compose with defaults filled in, the image, the manifests."""

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from contracts.settings import PROJECT, Settings

DEPLOY = PROJECT / "deploy"
COMPOSE = PROJECT / "docker-compose.yml"
SECRET_SETTINGS = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
SETTINGS = {name.upper() for name in Settings.model_fields}
_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::-([^}]*))?\}")


def filled_in(text: str, values: dict[str, str] | None = None) -> str:
    """Compose's text with its variables replaced by values or by the defaults it names."""
    return _VARIABLE.sub(lambda found: (values or {}).get(found[1], found[2] or ""), text)


@lru_cache
def compose() -> dict[str, Any]:
    """The whole file, as compose sees it where nothing is set."""
    return yaml.safe_load(filled_in(COMPOSE.read_text()))


def services() -> dict[str, dict[str, Any]]:
    """Services by name."""
    return compose()["services"]


def ours() -> dict[str, dict[str, Any]]:
    """Services that run our image."""
    return {name: one for name, one in services().items() if one["image"].startswith("retail/")}


def once() -> set[str]:
    """Services that end by themselves."""
    return {name for name, one in services().items() if one.get("restart") == "no"}


def secret_names(service: dict[str, Any]) -> set[str]:
    """Names of the secrets that a service is handed."""
    return {one if isinstance(one, str) else one["source"] for one in service.get("secrets", [])}


@lru_cache
def manifests() -> list[tuple[str, dict[str, Any]]]:
    """File name and object, of each object in deploy/kubernetes but the list of files itself."""
    files = [file for file in sorted((DEPLOY / "kubernetes").glob("*.yaml")) if file.name != "kustomization.yaml"]
    return [(file.name, one) for file in files for one in yaml.safe_load_all(file.read_text())]


def pods() -> dict[str, dict[str, Any]]:
    """Pod templates by the name of what makes them, Spark's executors among them."""
    made = {
        one["metadata"]["name"]: one["spec"]["template"] for _, one in manifests() if "template" in one.get("spec", {})
    }
    return made | {"executor": yaml.safe_load((DEPLOY / "spark" / "executor.yaml").read_text())}


def module_of(command: list[str]) -> str | None:
    """The module of `python -P -m MODULE`, None for any other command."""
    return command[command.index("-m") + 1] if command[0] == "python" and "-m" in command else None


def is_program(module: str) -> bool:
    """Whether `python -m MODULE` starts something of ours."""
    found = find_spec(module)
    if found is None or found.origin is None:
        return False
    if found.submodule_search_locations:
        return find_spec(f"{module}.__main__") is not None
    return 'if __name__ == "__main__":' in Path(found.origin).read_text()


def properties(file: Path) -> dict[str, str]:
    """A properties file of Java's or Spark's: names and values, comments left out, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", file.read_text())
    lines = (line.strip() for line in text.splitlines())
    pairs = (re.split(r"\s*=\s*|\s+", line, maxsplit=1) for line in lines if line and not line.startswith("#"))
    return dict(pairs)


def xml_root(file: Path) -> ElementTree.Element:
    """The root of a file of ours."""
    return ElementTree.parse(file).getroot()  # noqa: S314 - it is the project's own
