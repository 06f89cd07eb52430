"""The services of one home under supervisord: started together, restarted when they die, stopped without a trace."""

import configparser
import fcntl
import hashlib
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from supervisor.xmlrpc import SupervisorTransport

from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, process_environment

MARK = "RETAIL_SERVICE"
_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 104 bytes on macOS and 108 on Linux
_STOP_SECONDS = 120


@dataclass(frozen=True)
class Service:
    """A program that stays; `autostart` ones are started by `up`. The higher the priority, the sooner it is stopped.

    What dies within `start_seconds` has failed to start; after so many failed `retries` it is given up. Where
    `signals_children` is false, only the program itself is told to stop, by `stop_signal`, and sees to what it started.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    autostart: bool = True
    priority: int = 100
    start_seconds: int = 3
    retries: int = 3
    stop_seconds: int = 30
    stop_signal: str = "TERM"
    signals_children: bool = True


SERVICES = (
    Service("clickhouse", "local_stack.clickhouse_server", priority=10),
    Service("kafka", "local_stack.kafka_broker", priority=10),
    # Spark needs a quarter of a minute to begin, and a restarted database some more; its JVM must outlive the signal.
    Service(
        "streaming",
        "spark_jobs.run_streams",
        autostart=False,
        priority=50,
        start_seconds=30,
        retries=20,
        stop_seconds=75,
        signals_children=False,
    ),
    Service("live", "ingestion.data_generator", ("--live",), autostart=False, priority=60, start_seconds=10),
    Service("dashboard", "dashboard.serve_dashboard", autostart=False, priority=90, stop_seconds=5),
    # By SIGINT PostgreSQL ends its sessions; by SIGTERM it would wait for them.
    Service(
        "postgres", "local_stack.postgres", autostart=False, priority=20, stop_signal="INT", signals_children=False
    ),
    *(
        Service(
            f"airflow-{part}",
            "local_stack.scheduler",
            (part, *(() if part in ("api-server", "dag-processor") else ("--skip-serve-logs",))),
            autostart=False,
            priority=priority,
            start_seconds=10,
            retries=5,
            stop_seconds=15,  # what a task runs is ended afterwards; the API server would wait for its readers
        )
        for part, priority in (("api-server", 30), ("dag-processor", 70), ("scheduler", 70), ("triggerer", 70))
    ),
)


@dataclass(frozen=True)
class State:
    """What supervisord says of a service."""

    name: str
    state: str
    pid: int
    since: int
    says: str


def log_file(settings: Settings, name: str) -> Path:
    """Where a service writes."""
    return settings.home / "logs" / f"{name}.log"


def is_up(settings: Settings) -> bool:
    """True if this home's supervisord answers."""
    try:
        return bool(_supervisor(settings).getPID())
    except (OSError, xmlrpc.client.Error):
        return False


def start(settings: Settings) -> None:
    """Start supervisord with the services that start by themselves. Raises Problem if it does not come up."""
    for folder in ("run", "logs"):
        (settings.home / folder).mkdir(parents=True, exist_ok=True)
    _socket(settings).unlink(missing_ok=True)
    configuration = settings.home / "run" / "supervisord.conf"
    with configuration.open("w") as out:
        _configuration(settings).write(out)
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)]
    environment = process_environment(settings)
    result = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    if result.returncode or not _wait(lambda: is_up(settings), 10):
        said = " ".join((result.stderr + result.stdout).split())
        raise Problem(
            "The supervisor of the services did not start.", said or f"See {log_file(settings, 'supervisord')}."
        )


def stop(settings: Settings) -> None:
    """Stop every service and supervisord; returns when no process of this home is left."""
    if is_up(settings):
        supervisor = _supervisor(settings)
        process = psutil.Process(supervisor.getPID())
        supervisor.shutdown()
        psutil.wait_procs([process], timeout=_STOP_SECONDS)
    _end(list(orphans(settings)))


def end_orphans(settings: Settings, services: set[str]) -> None:
    """End what is left of some services that are stopped."""
    _end([process for process in orphans(settings) if _mark(process) in services])


def _mark(process: psutil.Process) -> str:
    try:
        return process.environ().get(MARK, "")
    except (psutil.Error, OSError):
        return ""


def orphans(settings: Settings) -> Iterator[psutil.Process]:
    """Processes this home's supervisord started, found by the mark in their environment."""
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except (psutil.Error, OSError):
            continue
        if MARK in environment and environment.get("RETAIL_HOME") == str(settings.home):
            yield process


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=20)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=10)


def states(settings: Settings) -> list[State]:
    """Every service's state; empty where supervisord is down."""
    if not is_up(settings):
        return []
    return [
        State(info["name"], info["statename"], info["pid"], info["start"], info["spawnerr"] or info["description"])
        for info in _supervisor(settings).getAllProcessInfo()
    ]


def start_service(settings: Settings, name: str) -> None:
    """Start one service; nothing if it runs."""
    if _state(settings, name) not in ("RUNNING", "STARTING"):
        _supervisor(settings).startProcess(name, False)


def stop_service(settings: Settings, name: str, *, wait: bool = True) -> bool:
    """Stop one service, and wait until it has stopped; False if it did not run."""
    if _state(settings, name) not in ("RUNNING", "STARTING", "BACKOFF"):
        return False
    _supervisor(settings).stopProcess(name, wait)
    return True


@contextmanager
def alone(settings: Settings, name: str) -> Iterator[None]:
    """Waits until no other program of this home stops or starts the service."""
    folder = settings.home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_held(settings: Settings, name: str) -> bool:
    """True if another program of this home is within `alone`."""
    file = settings.home / "run" / f"{name}.lock"
    if not file.exists():
        return False
    with file.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def has_failed(settings: Settings, name: str) -> bool:
    """True if supervisord has given up on a service."""
    return _state(settings, name) == "FATAL"


def is_running(settings: Settings, name: str) -> bool:
    """True if a service runs or is about to."""
    return is_up(settings) and _state(settings, name) in ("RUNNING", "STARTING", "BACKOFF")


def knows(settings: Settings, name: str) -> bool:
    """True if the running supervisord was started with this service among its own."""
    return any(state.name == name for state in states(settings))


def _state(settings: Settings, name: str) -> str:
    return _supervisor(settings).getProcessInfo(name)["statename"]


def _supervisor(settings: Settings) -> xmlrpc.client.ServerProxy:
    transport = SupervisorTransport("", "", f"unix://{_socket(settings)}")
    return xmlrpc.client.ServerProxy("http://supervisor", transport=transport).supervisor


def _socket(settings: Settings) -> Path:
    near = settings.home / "run" / "supervisor.sock"
    if len(str(near)) <= _LONGEST_SOCKET_PATH:
        return near
    digest = hashlib.sha256(str(settings.home).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"retail-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / "supervisor.sock"


def _configuration(settings: Settings) -> configparser.RawConfigParser:
    run = settings.home / "run"
    parser = configparser.RawConfigParser()
    parser["unix_http_server"] = {"file": _socket(settings), "chmod": "0600"}
    parser["supervisord"] = {
        "logfile": log_file(settings, "supervisord"),
        "logfile_maxbytes": "5MB",
        "logfile_backups": "1",
        "pidfile": run / "supervisord.pid",
        "identifier": "retail",
        "directory": PROJECT,
        "umask": "077",
    }
    factory = "supervisor.rpcinterface:make_main_rpcinterface"
    parser["rpcinterface:supervisor"] = {"supervisor.rpcinterface_factory": factory}
    for service in SERVICES:
        parser[f"program:{service.name}"] = _program(settings, service)
    return parser


def _program(settings: Settings, service: Service) -> dict[str, object]:
    return {
        "command": " ".join((sys.executable, "-m", service.module, *service.arguments)),
        "autostart": str(service.autostart).lower(),
        "autorestart": "true",
        "startsecs": service.start_seconds,
        "startretries": service.retries,
        "priority": service.priority,
        "stopwaitsecs": service.stop_seconds,
        "stopsignal": service.stop_signal,
        "stopasgroup": str(service.signals_children).lower(),
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": log_file(settings, service.name),
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": 2,
        "environment": f'{MARK}="{service.name}"',
    }


def _wait(holds, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
