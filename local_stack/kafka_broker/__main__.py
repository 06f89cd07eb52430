"""Run the laptop's Kafka broker in the foreground: `python -m local_stack.kafka_broker`."""

import os
import subprocess
import sys
from pathlib import Path

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack.jars import missing_jars
from local_stack.java import java_command
from local_stack.kafka_broker.configuration import LOGGING, data_folder, server_properties
from local_stack.ports import require_free_ports


def main() -> None:
    """Prepare the folder, then become the broker, so that whoever supervises this process supervises Kafka itself."""
    try:
        command = _prepare(load_settings())
    except Problem as problem:
        sys.exit(str(problem))
    os.execvp(command[0], command)


def _prepare(settings: Settings) -> list[str]:
    if missing_jars(settings.jars):
        raise Problem(f"Kafka's archives are not in {settings.jars}.", "Bring them with ./retail up.")
    host = settings.kafka_host
    ports = ("KAFKA_PORT", "KAFKA_INTERNAL_PORT", "KAFKA_CONTROLLER_PORT")
    require_free_ports(host, {name: getattr(settings, name.lower()) for name in ports})
    folder = data_folder(settings).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.properties").write_text(server_properties(settings) + "\n")
    (folder / "log4j2.yaml").write_text(LOGGING)
    if not (data_folder(settings) / "meta.properties").is_file():
        _format(settings, folder)
    return _java(settings, folder, f"-Xmx{settings.kafka_heap_mb}m", "kafka.Kafka", "server.properties")


def _format(settings: Settings, folder: Path) -> None:
    arguments = [
        "format",
        "--cluster-id",
        "retail-laptop-cluster0",
        "--config",
        "server.properties",
        "--ignore-formatted",
    ]
    command = _java(settings, folder, "-Xmx256m", "kafka.tools.StorageTool", *arguments)
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        said = (result.stderr or result.stdout).strip().splitlines()[-1:]
        raise Problem("Kafka's data folder could not be prepared.", " ".join(said))


def _java(settings: Settings, folder: Path, heap: str, main_class: str, *arguments: str) -> list[str]:
    os.chdir(folder)
    options = [heap, "-XX:+UseG1GC", "-Djava.awt.headless=true", "-Dlog4j2.configurationFile=log4j2.yaml"]
    return [*java_command(), *options, "-cp", f"{settings.jars}/kafka/*", main_class, *arguments]


if __name__ == "__main__":
    main()
