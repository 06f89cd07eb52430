"""Who hears of a failure: a file, a webhook, a mail server, and nobody's failure stops the next."""

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support import settings_for

from contracts.settings import PROJECT, Settings

sys.path.append(str(PROJECT / "airflow" / "dags"))
import _alarm


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[int]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _failed() -> dict[str, Any]:
    task = SimpleNamespace(dag_id="retail_pipeline", task_id="raw_gate", try_number=1, log_url="http://127.0.0.1/log")
    run = SimpleNamespace(run_id="scheduled__2026-11-23")
    return {"ti": task, "dag_run": run, "exception": RuntimeError("✗ coordinates are unique: 3 are not")}


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch):
    """Make the alarm use these settings."""
    return lambda settings: monkeypatch.setattr(_alarm, "load_settings", lambda: settings)


def _log(settings: Settings) -> str:
    return (settings.home / "logs" / "alarms.log").read_text()


def test_the_log_says_which_check_failed(tmp_path: Path, use) -> None:
    """Task, run, the failing check's words and where the log is."""
    settings = settings_for(tmp_path)
    use(settings)
    _alarm.on_failure(_failed())
    for words in ("retail_pipeline.raw_gate", "scheduled__2026-11-23", "3 are not", "http://127.0.0.1/log"):
        assert words in _log(settings)


def test_a_webhook_gets_the_text(tmp_path: Path, use) -> None:
    """By POST, as JSON with the one field that chats take."""
    heard: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with _serving(HTTPServer(("127.0.0.1", 0), Hook)) as port:
        use(settings_for(tmp_path, retail_alert_webhook=f"http://127.0.0.1:{port}/hook"))
        _alarm.on_failure(_failed())
    assert [set(one) for one in heard] == [{"text"}]
    assert "3 are not" in heard[0]["text"]


def test_mail_is_sent(tmp_path: Path, use) -> None:
    """To every address, its subject the first line."""
    said: list[str] = []

    class Mailbox(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            in_message = False
            for raw in self.rfile:
                line = raw.decode().rstrip()
                said.append(line)
                if in_message and line != ".":
                    continue
                in_message = line.upper() == "DATA"
                self.wfile.write(
                    b"354 go on\r\n" if in_message else b"221 bye\r\n" if line == "QUIT" else b"250 ok\r\n"
                )
                if line.upper() == "QUIT":
                    return

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)) as port:
        to = {"retail_alert_mail_to": "ana@example.com, ben@example.com", "retail_smtp_port": port}
        use(settings_for(tmp_path, retail_smtp_host="127.0.0.1", **to))
        _alarm.on_failure(_failed())
    text = "\n".join(said)
    assert "rcpt TO:<ana@example.com>" in text
    assert "rcpt TO:<ben@example.com>" in text
    assert "Subject: retail_pipeline.raw_gate failed at try 1" in text


def test_a_deaf_webhook_stops_nobody(tmp_path: Path, use) -> None:
    """The log is written all the same, and nothing is raised."""
    settings = settings_for(tmp_path, retail_alert_webhook="http://127.0.0.1:9/nobody")
    use(settings)
    _alarm.on_failure(_failed())
    assert "3 are not" in _log(settings)


def test_warnings_and_lateness_are_told(tmp_path: Path, use) -> None:
    """Which check warned with what; which run is late after how long."""
    settings = settings_for(tmp_path)
    use(settings)
    warned = {"test_names": ["assert_volumes_are_usual"], "test_results": ["Got 2 results"]}
    _alarm.on_warning(_failed() | warned)
    _alarm.on_warning(_failed() | {"task_id": "quiet", "test_names": [], "test_results": []})
    _alarm.on_lateness(dag_id="data_quality", allowed="0:25:00", context={"dag_run": {"dag_run_id": "r1"}})
    assert "assert_volumes_are_usual: Got 2 results" in _log(settings)
    assert _log(settings).count(" warns.") == 1
    assert "data_quality is late: r1 is not done after 0:25:00." in _log(settings)
