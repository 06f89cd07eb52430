"""A server process of the tests' own, and a client that hides nothing of HTTP."""

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

import psutil

from contracts.settings import PROJECT, Settings, process_environment

START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """A whole answer. `headers` look names up in any case."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> int:
        """ClickHouse's error code, 0 for none."""
        return int(self.headers.get("X-ClickHouse-Exception-Code", "0"))


@dataclass(frozen=True)
class Client:
    """One user of one server; every request is a connection of its own."""

    port: int
    user: str
    password: str

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def credentials(self) -> dict[str, str]:
        return {"X-ClickHouse-User": self.user, "X-ClickHouse-Key": self.password}

    def send(
        self,
        body: bytes | str | Iterable[bytes] | None = None,
        method: str = "POST",
        headers: dict[str, str] | None = None,
        path: str = "/",
        **params: object,
    ) -> Answer:
        """One request with this user's credentials; `params` go into the URL."""
        connection = self.connect()
        data = body.encode() if isinstance(body, str) else body
        url = f"{path}?{urlencode(params)}" if params else path
        connection.request(method, url, data, {**self.credentials(), **(headers or {})})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        return answer

    def sql(self, statement: str | bytes, **params: object) -> str:
        """The result of a statement that succeeds, without the last line break."""
        answer = self.send(statement, **params)
        assert answer.status == 200, answer.text
        return answer.text.removesuffix("\n")


class ServerProcess:
    """`python -m local_stack.clickhouse_server` with the settings given."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log = Path(settings.home) / "server.log"
        self._process: subprocess.Popen | None = None

    def spawn(self, log: IO[str] | int) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "local_stack.clickhouse_server"],
            env=process_environment(self.settings),
            cwd=PROJECT,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start(self) -> "ServerProcess":
        self.settings.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("a") as log:
            self._process = self.spawn(log)
        wait_for(self._is_up, START_SECONDS, "the server to answer /ping")
        return self

    def fail_to_start(self) -> tuple[str, int]:
        """Start it, expecting that it ends by itself: what it said, and its exit code."""
        process = self.spawn(subprocess.PIPE)
        said, _ = process.communicate(timeout=START_SECONDS)
        return said, process.returncode

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return self.writer.send(method="GET", path="/ping").body == b"Ok.\n"
        except OSError:
            return False

    @property
    def writer(self) -> Client:
        settings = self.settings
        return Client(
            settings.clickhouse_port, settings.clickhouse_user, settings.clickhouse_password.get_secret_value()
        )

    @property
    def reader(self) -> Client:
        settings = self.settings
        password = settings.clickhouse_reader_password.get_secret_value()
        return Client(settings.clickhouse_port, settings.clickhouse_reader_user, password)

    @property
    def memory(self) -> int:
        """Bytes of this process that are its own now (what it maps of files is not)."""
        assert self._process is not None
        info = psutil.Process(self._process.pid).memory_info()
        return info.rss - info.shared

    @property
    def open_files(self) -> int:
        """Descriptors of this process."""
        assert self._process is not None
        return psutil.Process(self._process.pid).num_fds()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_SECONDS)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal it and give its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(STOP_SECONDS)

    def end(self) -> None:
        """Leave no process behind."""
        if self._process is not None and self._process.poll() is None:
            self.kill()


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as the condition holds; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.02)
