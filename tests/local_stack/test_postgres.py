"""PostgreSQL from a wheel: it runs whoever we are, behind a socket of ours alone."""

import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from support import settings_for

from contracts.settings import PROJECT, process_environment
from local_stack.postgres import cluster


@pytest.mark.parametrize("depth", [1, 8], ids=["short path", "path too long for a socket"])
def test_it_runs_and_keeps_what_it_holds(tmp_path: Path, depth: int) -> None:
    """Started twice over one folder: the database made at first is there the second time, no port is open, the socket
    is its owner's, and it ends when told to.
    """
    settings = settings_for(tmp_path.joinpath(*["a-rather-long-name"] * depth, "home"))
    for _ in range(2):
        program = subprocess.Popen(
            [sys.executable, "-m", "local_stack.postgres"], env=process_environment(settings), cwd=PROJECT
        )
        try:
            deadline = time.monotonic() + 30
            while not cluster.answers(settings):
                assert program.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            cluster.ensure_database(settings)
            cluster.ensure_database(settings)
            assert cluster._connect(settings, cluster.DATABASE).server_version >= 180_000
            folder = cluster.socket_folder(settings)
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert not [one for one in psutil.Process(program.pid).net_connections("inet") if one.status == "LISTEN"]
        finally:
            program.send_signal(signal.SIGINT)
            assert program.wait(20) == 0
