"""Run the laptop's PostgreSQL in the foreground: `python -m local_stack.postgres`."""

import os
import subprocess
import sys
from pathlib import Path

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack.postgres.cluster import USER, data_folder, program, socket_folder
from local_stack.postgres.unprivileged import leave_root

OPTIONS = {
    "listen_addresses": "",  # the socket is the only door
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",  # a power cut may lose the last moments of what was scheduled, never its consistency
    "autovacuum_naptime": "5min",
}


def main() -> None:
    """Prepare the folder, then become the server, so that whoever supervises this process supervises PostgreSQL."""
    try:
        command = _prepare(load_settings())
    except Problem as problem:
        sys.exit(str(problem))
    os.execvp(command[0], command)


def _prepare(settings: Settings) -> list[str]:
    data, socket = data_folder(settings), socket_folder(settings)
    for folder in (data, socket):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    server = program("postgres")
    leave_root([data, socket], [server])
    os.chdir(data)
    if not (data / "PG_VERSION").is_file():
        _initialise(data)
    chosen = OPTIONS | {"unix_socket_directories": str(socket)}
    return [str(server), "-D", str(data), *(f"--{name}={value}" for name, value in chosen.items())]


def _initialise(data: Path) -> None:
    command = [str(program("initdb")), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Problem("PostgreSQL's data folder could not be prepared.", " ".join(result.stderr.split()[-30:]))


if __name__ == "__main__":
    main()
