"""A stack of the benchmark's own: free ports, a temporary home, gone afterwards."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.settings import PROJECT, Settings, load_settings, process_environment
from local_stack import own_stack as own


@contextmanager
def own_stack(**changes: object) -> Iterator[Settings]:
    """Settings of a running ClickHouse and Kafka that hold nothing."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us leaves no process behind either
    home = Path(tempfile.mkdtemp(prefix="retail-bench-"))
    with own.own_stack(own.on_its_own(load_settings(), home, **changes), home) as settings:
        yield settings


def start(settings: Settings, module: str, *arguments: str) -> subprocess.Popen[str]:
    """A program of ours with these settings; its stdout is ours to read."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=process_environment(settings),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
