"""Draw the secrets of the compose stack into a folder of files: `python3 deploy/write_secrets.py [FOLDER]`.

Needs nothing but Python, so that a host with Docker only can run it. What is there stays as it is: to change a secret,
delete its file and run this again. What is made of others (ClickHouse's hashes and its keys of object storage, the keys
of the model store) is written anew each time. The folder is its owner's alone; the files in it can be read by everybody
who gets there, because Docker mounts a file with the mode it has here, and the users of the containers have other
numbers than the owner.
"""

import hashlib
import secrets
import sys
from pathlib import Path
from xml.sax.saxutils import escape

# Name of the file, and which user of ClickHouse's it belongs to, if any.
DRAWN = {
    "clickhouse_password": "retail",
    "clickhouse_reader_password": "reader",
    "clickhouse_admin_password": "admin",
    "retail_airflow_password": "",
    "retail_airflow_secret": "",
    "retail_airflow_postgres_password": "",
    "retail_erasure_salt": "",
    "grafana_admin_password": "",
    "minio_root_password": "",
    "minio_models_password": "",
    "minio_warehouse_password": "",
}
# What may stay empty: it names somebody else's service.
OPTIONAL = ("retail_alert_webhook", "retail_smtp_password")
MODELS_USER = "models"
WAREHOUSE_USER = "warehouse"


def main() -> int:
    """Exit code 0; says what was drawn."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "secrets"
    drawn = write_secrets(folder)
    sys.stderr.write(f"{folder}: {', '.join(drawn) if drawn else 'nothing new'}\n")
    return 0


def write_secrets(folder: Path) -> list[str]:
    """Draw what is missing; gives the names that were drawn."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    missing = [name for name in (*DRAWN, *OPTIONAL) if not _file(folder, name).exists()]
    for name in missing:
        _write(_file(folder, name), secrets.token_urlsafe(32) if name in DRAWN else "")
    _write(folder / "clickhouse_users.xml", _clickhouse_users(folder))
    _write(folder / "clickhouse_storage.xml", _clickhouse_storage(folder))
    _write(folder / "aws_credentials.txt", _aws_credentials(folder))
    return missing


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.txt"


def _write(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(text)
    file.chmod(0o444)


def _clickhouse_users(folder: Path) -> str:
    """Hashes only: ClickHouse is never told a password."""
    users = {user: _file(folder, name).read_bytes().strip() for name, user in DRAWN.items() if user}
    lines = [
        f"    <{user}><password_sha256_hex>{hashlib.sha256(password).hexdigest()}</password_sha256_hex></{user}>"
        for user, password in users.items()
    ]
    return "\n".join(["<clickhouse>", "  <users>", *lines, "  </users>", "</clickhouse>", ""])


def _clickhouse_storage(folder: Path) -> str:
    """Keys of the cold disk and of the archive, for deploy/clickhouse/storage/storage.xml."""
    password = _file(folder, "minio_warehouse_password").read_text().strip()
    keys = f"<access_key_id>{WAREHOUSE_USER}</access_key_id><secret_access_key>{escape(password)}</secret_access_key>"
    disk = f"  <storage_configuration><disks><cold>{keys}</cold></disks></storage_configuration>"
    collection = f"  <named_collections><archive>{keys}</archive></named_collections>"
    return "\n".join(["<clickhouse>", disk, collection, "</clickhouse>", ""])


def _aws_credentials(folder: Path) -> str:
    password = _file(folder, "minio_models_password").read_text().strip()
    return f"[default]\naws_access_key_id = {MODELS_USER}\naws_secret_access_key = {password}\n"


if __name__ == "__main__":
    sys.exit(main())
