"""A host's figures in Prometheus' text format over HTTP."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contracts.problems import Problem

# Gauge, the column of `monitoring.stream_progress` that it shows, and what it is.
_BATCH = (
    ("retail_stream_input_rows", "input_rows", "Rows of the last batch."),
    ("retail_stream_input_rows_per_second", "input_rows_per_second", "Rows as they came before the last batch."),
    ("retail_stream_batch_seconds", "batch_seconds", "Duration of the last batch."),
    ("retail_stream_writing_seconds", "writing_seconds", "The last batch's part of reading, transforming, writing."),
    ("retail_stream_state_rows", "state_rows", "Rows of state."),
    ("retail_stream_state_bytes", "state_bytes", "Memory that the state takes."),
    ("retail_stream_late_rows_dropped", "late_rows_dropped", "Rows of the last batch older than the watermark."),
)
_LAG = ("retail_stream_lag_events", "Events in Kafka that the stream has not taken.")
_TOTAL = ("retail_stream_rows_total", "Rows taken since the program began.")
_SEEN = ("retail_stream_last_seen_seconds", "When the stream last said something, in seconds since 1970.")
_WATERMARK = ("retail_stream_watermark_seconds", "Watermark in event time, in seconds since 1970.")
_Labels = tuple[tuple[str, str], ...]


class Gauges:
    """The last value of each figure; written by one thread, read by others."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], dict[_Labels, float]] = {}
        self._lock = threading.Lock()

    def take(self, stream: str, row: Mapping[str, Any]) -> None:
        """A row of `monitoring.stream_progress`."""
        labels = (("stream", stream),)
        with self._lock:
            for name, column, says in _BATCH:
                self._set((name, says), labels, row[column])
            before = self._values.get(_TOTAL, {}).get(labels, 0)
            self._set(_TOTAL, labels, before + row["input_rows"])
            self._set(_SEEN, labels, row["finished_at"].timestamp())
            if row["watermark_at"]:
                self._set(_WATERMARK, labels, row["watermark_at"].timestamp())

    def take_lag(self, stream: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows of `monitoring.stream_lag`."""
        with self._lock:
            for row in rows:
                labels = (("stream", stream), ("topic", row["topic"]), ("partition", str(row["partition"])))
                self._set(_LAG, labels, row["lag"])

    def _set(self, gauge: tuple[str, str], labels: _Labels, value: float) -> None:
        self._values.setdefault(gauge, {})[labels] = value

    def text(self) -> str:
        """Everything in Prometheus' text format."""
        with self._lock:
            return "".join(_exposed(gauge, values) for gauge, values in sorted(self._values.items()))


def _exposed(gauge: tuple[str, str], values: Mapping[_Labels, float]) -> str:
    name, says = gauge
    kind = "counter" if name.endswith("_total") else "gauge"
    lines = [f"# HELP {name} {says}", f"# TYPE {name} {kind}"]
    for labels, value in sorted(values.items()):
        named = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
        lines.append(f"{name}{{{named}}} {value}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


@contextmanager
def serving(port: int, gauges: Gauges, host: str = "127.0.0.1") -> Iterator[None]:
    """Answer GET /metrics on `host` while the block runs; nothing if the port is 0. Raises Problem if it is in use."""
    if not port:
        yield
        return
    try:
        server = ThreadingHTTPServer((host, port), _handler(gauges))
    except OSError as error:
        raise Problem(f"Port {port} is in use.", "Stop what uses it, or change RETAIL_METRICS_PORT.") from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(gauges: Gauges) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.send_error(404)
                return
            body = gauges.text().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """A scrape every few seconds is no news."""

    return Handler
