"""A real S3 server over a folder, for tests: S3Proxy, brought by its coordinates on the first call."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pyarrow import fs

from contracts.settings import load_settings
from local_stack.jars import fetch_jars
from local_stack.java import java_command
from local_stack.ports import free_ports

_PATIENCE_S = 60


class S3(NamedTuple):
    """Where it is, and who may use it."""

    endpoint: str
    key: str
    secret: str
    folder: Path

    def environment(self) -> dict[str, str]:
        """As clients of S3 read it."""
        return {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            # S3Proxy refuses the checksums that newer clients add of their own accord.
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        }

    def files(self) -> fs.S3FileSystem:
        """The same by pyarrow."""
        return fs.S3FileSystem(
            access_key=self.key,
            secret_key=self.secret,
            endpoint_override=self.endpoint,
            region="us-east-1",
            allow_bucket_creation=True,
        )


@contextmanager
def s3_server(folder: Path, *buckets: str) -> Iterator[S3]:
    """A server with these buckets on a free port of 127.0.0.1."""
    jars = load_settings().jars
    fetch_jars(jars, ("s3",))
    found = S3(f"http://127.0.0.1:{free_ports(1)[0]}", "laptop", "not-a-secret", folder / "buckets")
    found.folder.mkdir(parents=True)
    settings = folder / "s3proxy.conf"
    settings.write_text(_settings(found))
    command = [*java_command(), "-Xmx256m", "-DLOG_LEVEL=warn", "-cp", f"{jars / 's3'}/*", "org.gaul.s3proxy.Main"]
    log = (folder / "s3proxy.log").open("w")
    server = subprocess.Popen([*command, "--properties", str(settings)], stdout=log, stderr=log)
    try:
        _wait(found, server)
        for bucket in buckets:
            found.files().create_dir(bucket)
        yield found
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _settings(s3: S3) -> str:
    lines = {
        "s3proxy.endpoint": s3.endpoint,
        "s3proxy.authorization": "aws-v2-or-v4",
        "s3proxy.identity": s3.key,
        "s3proxy.credential": s3.secret,
        "jclouds.provider": "filesystem-nio2",
        "jclouds.filesystem.basedir": str(s3.folder),
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _wait(s3: S3, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            s3.files().get_file_info(fs.FileSelector("", recursive=False))
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("The S3 server does not answer.")
