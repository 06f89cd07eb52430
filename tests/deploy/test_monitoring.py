"""Prometheus and Grafana ask for what is exposed: metrics and labels exist, targets are services."""

import json
import re
from datetime import UTC, datetime

import pytest
import yaml
from stack_text import DEPLOY, services

from contracts.settings import PROJECT
from contracts.tables import STREAM_PROGRESS
from local_stack.keep_streaming import Limits
from spark_jobs.metrics_endpoint import Gauges
from warehouse.stream_tables import STREAM_TABLES

RULES = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())
SCRAPED = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
BOARD = json.loads((DEPLOY / "grafana" / "dashboards" / "streams.json").read_text())
OF_PROMETHEUS = {"up"}
_FUNCTIONS = {"sum", "by", "time", "absent", "deriv", "rate", "and", "or", "unless", "increase", "max", "min"}


def _exposed() -> dict[str, set[str]]:
    """Labels by metric, as the streams' own endpoint writes them for one batch and one look at Kafka."""
    row: dict[str, object] = dict.fromkeys(STREAM_TABLES[STREAM_PROGRESS].columns, 1)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    gauges = Gauges()
    gauges.take("landing", row | {"finished_at": now, "watermark_at": now})
    gauges.take_lag("landing", [{"topic": "sales_events", "partition": 0, "lag": 3}])
    lines = re.findall(r"^(retail_\w+)\{(.*?)\}", gauges.text(), re.MULTILINE)
    return {name: set(re.findall(r"(\w+)=", labels)) for name, labels in lines}


def _metrics(expression: str) -> set[str]:
    bare = re.sub(r"\{.*?\}|\[.*?\]|by \(.*?\)|\"[^\"]*\"", "", expression)
    return {word for word in re.findall(r"\b[a-z_]+\b", bare) if word not in _FUNCTIONS and word != "e"}


def _rules() -> list[dict]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def _expressions() -> list[tuple[str, str]]:
    panels = [(panel["title"], target["expr"]) for panel in BOARD["panels"] for target in panel["targets"]]
    return [(rule["alert"], rule["expr"]) for rule in _rules()] + panels


@pytest.mark.parametrize(("name", "expression"), _expressions())
def test_metrics_exist(name: str, expression: str) -> None:
    """Every metric is one that spark_jobs.metrics_endpoint writes, or Prometheus' own `up`."""
    assert _metrics(expression)
    assert _metrics(expression) <= set(_exposed()) | OF_PROMETHEUS


@pytest.mark.parametrize(("name", "expression"), _expressions())
def test_labels_exist(name: str, expression: str) -> None:
    """What is summed by, and what is asked for, is a label of a metric in the same expression."""
    grouped = {label.strip() for found in re.findall(r"by \((.*?)\)", expression) for label in found.split(",")}
    asked = set(re.findall(r"(\w+)=\"", expression))
    has = set().union({"job"}, *(_exposed().get(metric, set()) for metric in _metrics(expression)))
    assert grouped | asked <= has


@pytest.mark.parametrize(("name", "expression"), _expressions())
def test_expressions_are_promql(name: str, expression: str) -> None:
    """A parser of the language takes them (`pip install promql-parser`)."""
    parser = pytest.importorskip("promql_parser", reason="pip install promql-parser")
    assert parser.parse(expression)


def test_a_panel_shows_every_metric() -> None:
    """No figure that the streams give is on no panel."""
    shown = set().union(*(_metrics(target["expr"]) for panel in BOARD["panels"] for target in panel["targets"]))
    assert set(_exposed()) <= shown


def test_rules_say_how_bad_it_is_and_what_to_do() -> None:
    """Each has a waiting time, a severity, a sentence and advice; names are unique; labels in the text exist."""
    assert len({rule["alert"] for rule in _rules()}) == len(_rules())
    for rule in _rules():
        assert re.fullmatch(r"\d+[ms]", rule["for"]) and rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"] and rule["annotations"]["advice"]
        named = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
        kept = set(re.findall(r"by \((\w+)\)", rule["expr"])) or {"stream", "job"}
        assert named <= kept, rule["alert"]


def test_each_alert_has_its_runbook() -> None:
    """The page that an alert names exists, and its index names the alert in that page's row."""
    index = (PROJECT / "docs/runbooks/README.md").read_text()
    for rule in _rules():
        page = PROJECT / rule["annotations"]["runbook"]
        assert page.exists(), rule["alert"]
        rows = [row for row in index.splitlines() if row.startswith("|") and rule["alert"] in row]
        assert rows and (page.name == "README.md" or f"({page.name})" in rows[0]), rule["alert"]


def test_limits_are_those_of_the_scheduled_check() -> None:
    """Prometheus and Airflow's task call the same thing silent and far behind."""
    by_name = {rule["alert"]: rule["expr"] for rule in _rules()}
    assert by_name["StreamSilent"].endswith(f"> {Limits.silence}")
    assert by_name["StreamFarBehind"].endswith(f"> {Limits.lag}")


def test_targets_are_services_of_compose() -> None:
    """Each host is a service, and the job has its name, so that advice can name it."""
    for job in SCRAPED:
        ((target,),) = (one["targets"] for one in job["static_configs"])
        host, port = target.split(":")
        assert job["job_name"] in services() and host in (job["job_name"], "127.0.0.1")
        if host == "streams":
            assert port == services()["streams"]["environment"]["RETAIL_METRICS_PORT"]


def test_the_board_finds_its_data() -> None:
    """Every panel asks the source that is provisioned; panels have their own place; files lie where Grafana looks."""
    (source,) = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090" and "prometheus" in services()
    assert {panel["datasource"]["uid"] for panel in BOARD["panels"]} == {source["uid"]}
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in BOARD["panels"]]
    assert len(set(places)) == len(places) == len({panel["id"] for panel in BOARD["panels"]})
    (provider,) = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/retail.yml").read_text())["providers"]
    mounts = dict(mount.split(":")[:2] for mount in services()["grafana"]["volumes"])
    assert mounts["./deploy/grafana/dashboards"] == provider["options"]["path"]
