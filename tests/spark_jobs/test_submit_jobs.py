"""Jobs are submitted to any master; a standalone one lands events for real."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from landing_lab import Lab, wait_until
from support import settings_for

from contracts.settings import PROJECT, Settings, process_environment
from local_stack.jars import pyspark_folder
from local_stack.ports import free_ports

SCRIPT = PROJECT / "spark_jobs" / "submit_jobs.sh"


def _submit(settings: Settings, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    environment = process_environment(settings) | {"PYSPARK_PYTHON": sys.executable}
    return subprocess.run(
        [str(SCRIPT), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


@pytest.mark.parametrize(
    ("master", "conf"),
    [
        ("local[2]", "local.conf"),
        ("spark://host:7077", "standalone.conf"),
        ("k8s://https://host:6443", "kubernetes.conf"),
    ],
)
def test_the_command_of_each_kind_of_master(tmp_path: Path, master: str, conf: str) -> None:
    """Properties by the kind of master, the program and its arguments last, and no password anywhere."""
    settings = settings_for(tmp_path)
    result = _submit(settings, "land", "--master", master, "--dry-run", "--", "--once")
    assert result.returncode == 0, result.stderr
    command = shlex.split(result.stdout)
    assert command[0].endswith("pyspark/bin/spark-submit")
    assert command[command.index("--master") + 1] == master
    assert command[command.index("--properties-file") + 1] == str(PROJECT / "spark_jobs" / "conf" / conf)
    assert command[-2].endswith("spark_jobs/land_events.py") and command[-1] == "--once"
    assert "of-tests" not in result.stdout  # what both passwords of the tests end in


def test_a_driver_elsewhere_is_told_where_things_are(tmp_path: Path) -> None:
    """On Kubernetes the settings that are no secret travel as the driver's environment."""
    settings = settings_for(tmp_path, kafka_host="broker.example")
    said = _submit(settings, "streams", "--master", "k8s://https://host:6443", "--dry-run").stdout
    assert "spark.kubernetes.driverEnv.KAFKA_HOST=broker.example" in said
    assert f"spark.kubernetes.driverEnv.CLICKHOUSE_PORT={settings.clickhouse_port}" in said
    assert "local:///opt/retail/spark_jobs/run_streams.py" in said


def test_properties_of_ones_own(tmp_path: Path) -> None:
    """--conf takes the place of the kind's file; SPARK_MASTER is the default master."""
    mine = tmp_path / "mine.conf"
    mine.write_text("spark.ui.enabled false\n")
    settings = settings_for(tmp_path, spark_master="spark://there:7077")
    command = shlex.split(_submit(settings, "land", "--conf", str(mine), "--dry-run").stdout)
    assert command[command.index("--properties-file") + 1] == str(mine)
    assert command[command.index("--master") + 1] == "spark://there:7077"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fly"], "There is no job fly."),
        (["land", "sales"], "One job at a time"),
        (["land", "--sideways"], "There is no option --sideways."),
        (["land", "--master"], "--master needs a value."),
        (["land", "--master", "yarn"], "yarn is no master"),
        (["land", "--conf", "/nowhere"], "There is no file /nowhere."),
        ([], "Usage:"),
    ],
)
def test_mistakes_are_sentences(tmp_path: Path, arguments: list[str], says: str) -> None:
    """Exit code 1 and what to do."""
    result = _submit(settings_for(tmp_path), *arguments)
    assert (result.returncode, says in result.stderr) == (1, True), result.stderr


def test_help_names_every_job() -> None:
    """It needs nothing but a shell."""
    result = subprocess.run([str(SCRIPT), "--help"], capture_output=True, text=True, check=True)
    jobs = re.findall(r"^    (\w+)\) program=", SCRIPT.read_text(), re.MULTILINE)
    assert jobs == ["land", "sales", "inventory", "streams"]
    assert all(f"\n  {job} " in result.stdout for job in jobs)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """A standalone master and one worker with two cores, from the pip package; gives the master's URL."""
    port, ui, worker_port, worker_ui = free_ports(4)
    log, url = (tmp_path / "cluster.log").open("w"), f"spark://127.0.0.1:{port}"
    size = ("--cores", "2", "--memory", "2g", "--work-dir", str(tmp_path / "work"))
    commands = (
        ("master.Master", "--port", str(port), "--webui-port", str(ui)),
        ("worker.Worker", "--port", str(worker_port), "--webui-port", str(worker_ui), *size, url),
    )
    environment = process_environment(settings_for(tmp_path)) | {"SPARK_LOCAL_IP": "127.0.0.1"}
    spark_class = str(pyspark_folder() / "bin" / "spark-class")
    processes = []
    try:
        for name, *arguments in commands:
            command = [spark_class, f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1", *arguments]
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        wait_until(lambda: "Successfully registered with master" in Path(log.name).read_text())
        yield url
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)
        log.close()


@pytest.mark.long
def test_landing_on_a_standalone_cluster(lab: Lab, cluster: str, tmp_path: Path) -> None:
    """Master, worker and executor are processes of their own; the events are in raw once, the log where it is said."""
    lab.produce(3_000)
    result = _submit(lab.settings, "land", "--master", cluster, "--", "--once", seconds=400)
    assert result.returncode == 0, result.stderr
    assert "Landed 3,000 events" in result.stdout
    assert lab.raw() == lab.log()
    assert list((tmp_path / "work").glob("app-*/0/stderr")), "no executor of the cluster has worked"
    assert lab.checkpoint.exists()
    assert (lab.settings.home / "logs" / "spark-land.log").exists()
