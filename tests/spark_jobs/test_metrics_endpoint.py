"""A host's figures over HTTP, as Prometheus reads them."""

import socket
import urllib.error
import urllib.request

import pytest

from contracts.problems import Problem
from local_stack.ports import free_ports
from spark_jobs.metrics_endpoint import Gauges, serving
from spark_jobs.stream_meter import lag_rows, progress_row
from tests.spark_jobs.test_batch_progress import BATCH


def _gauges() -> Gauges:
    gauges = Gauges()
    for _ in range(2):
        gauges.take("sales", progress_row("sales", BATCH))
    gauges.take_lag("sales", lag_rows("sales", {("t", 0): 1}, {("t", 0): 8}, None))
    return gauges


def test_figures_are_served_in_prometheus_format() -> None:
    """Each gauge has its help, its type and a line per stream; rows add up over batches."""
    (port,) = free_ports(1)
    with (
        serving(port, _gauges()),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer,
    ):
        kind, text = answer.headers["Content-Type"], answer.read().decode()
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    assert '# TYPE retail_stream_batch_seconds gauge\nretail_stream_batch_seconds{stream="sales"} 1.875\n' in text
    assert 'retail_stream_lag_events{stream="sales",topic="t",partition="0"} 7\n' in text
    assert '# TYPE retail_stream_rows_total counter\nretail_stream_rows_total{stream="sales"} 92\n' in text
    assert 'retail_stream_watermark_seconds{stream="sales"} 1795600800.0\n' in text


def test_other_paths_are_not_there() -> None:
    """Only /metrics is."""
    (port,) = free_ports(1)
    with serving(port, Gauges()), pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)


def test_nothing_listens_unless_asked() -> None:
    """Port 0 is off."""
    with serving(0, Gauges()):
        pass


def test_a_port_in_use_is_a_sentence() -> None:
    """It names the setting."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(Problem, match=f"Port {port} is in use.*RETAIL_METRICS_PORT"), serving(port, Gauges()):
            pass


def test_a_label_is_escaped() -> None:
    """Quotes and backslashes of a name do not end it."""
    gauges = Gauges()
    gauges.take('a"b\\', progress_row("x", BATCH))
    assert r'retail_stream_input_rows{stream="a\"b\\"} 46' in gauges.text()
