"""Secrets are drawn, kept and handed on as files; no password that somebody could know is in the production text."""

import hashlib
import importlib.util
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from stack_text import COMPOSE, DEPLOY, SECRET_SETTINGS, compose, xml_root

from contracts.settings import PROJECT, Settings, load_settings

SCRIPT = DEPLOY / "write_secrets.py"
# What is told in production, wherever it lies; tests and the laptop's own code are not.
TOLD = [
    *(file for file in DEPLOY.rglob("*") if file.is_file() and file.suffix != ".py"),
    *(COMPOSE, PROJECT / ".env.example", PROJECT / "dbt_project" / "profiles.yml"),
    *(PROJECT / "spark_jobs" / "conf").glob("*.conf"),
    *(PROJECT / "docs" / name for name in ("production.md", "security.md")),
]
# What follows password=, password: and their like, and how it begins where it is none: a variable, a file, a dash.
_GIVEN = re.compile(r"(?i)\b\w*(?:password|secret_?key|access_?key|token)\w*\"?[ \t]*[=:][ \t]*[\"']?([^\s\"',;)\]}]+)")
_NO_VALUE = re.compile(r"[$<{%`…?]|\.\.\.|/run/secrets/|\./secrets/|secrets/|true\b|false\b")
_WELL_KNOWN = r"(?i)\b(minioadmin|changeme|letmein|admin123|airflow:airflow|postgres:postgres|password123|qwerty)\b"


def _write(folder: Path) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(folder)], capture_output=True, text=True, check=True
    )
    return result.stderr.strip().split(": ")[1].split(", ")


def test_secrets_are_drawn_once(tmp_path: Path) -> None:
    """A bare Python draws long ones; a second run changes none; one whose file was deleted is drawn anew."""
    folder = tmp_path / "secrets"
    first = _write(folder)
    drawn = {file.name: file.read_text() for file in folder.iterdir()}
    assert _write(folder) == ["nothing new"]
    assert {file.name: file.read_text() for file in folder.iterdir()} == drawn
    needed = [name for name in first if name not in ("retail_alert_webhook", "retail_smtp_password")]
    values = [drawn[f"{name}.txt"] for name in needed]
    assert min(map(len, values)) >= 40 and len(set(values)) == len(values)
    (folder / "clickhouse_password.txt").unlink()
    assert _write(folder) == ["clickhouse_password"]
    assert (folder / "clickhouse_password.txt").read_text() != drawn["clickhouse_password.txt"]
    assert (folder / "clickhouse_users.xml").read_text() != drawn["clickhouse_users.xml"]


def test_nobody_else_gets_at_them(tmp_path: Path) -> None:
    """The folder is its owner's; files can be read and not written; git and the image know neither."""
    folder = tmp_path / "secrets"
    _write(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o444}
    assert "/secrets/" in (PROJECT / ".gitignore").read_text().splitlines()
    assert "**/secrets" in (PROJECT / ".dockerignore").read_text().splitlines()


def test_compose_finds_every_file(tmp_path: Path) -> None:
    """What compose mounts is what the script writes, no more and no less, but for what only hashes are made of."""
    _write(tmp_path)
    mounted = {Path(one["file"]).name for one in compose()["secrets"].values()}
    written = {file.name for file in tmp_path.iterdir()}
    assert written - mounted == {"clickhouse_admin_password.txt"} and mounted <= written
    assert {Path(one["file"]).parent.name for one in compose()["secrets"].values()} == {"secrets"}


def test_clickhouse_is_told_hashes(tmp_path: Path) -> None:
    """Each user of the production file has the SHA-256 of its password, and the password itself is not there."""
    _write(tmp_path)
    told = xml_root(tmp_path / "clickhouse_users.xml").find("users")
    users = {user.tag: user.findtext("password_sha256_hex") for user in told}
    known = xml_root(DEPLOY / "clickhouse" / "users.d" / "retail.xml").find("users")
    assert set(users) == {user.tag for user in known} - {"default"}
    password = (tmp_path / "clickhouse_password.txt").read_bytes()
    assert users["retail"] == hashlib.sha256(password).hexdigest()
    assert password.decode() not in (tmp_path / "clickhouse_users.xml").read_text()


def test_the_model_store_has_keys_of_its_own(tmp_path: Path) -> None:
    """Programs get a user of the bucket, not MinIO's root, and that user may reach the bucket only."""
    _write(tmp_path)
    keys = (tmp_path / "aws_credentials.txt").read_text()
    assert (tmp_path / "minio_models_password.txt").read_text() in keys
    assert (tmp_path / "minio_root_password.txt").read_text() not in keys
    policy = (DEPLOY / "minio" / "models_policy.json").read_text()
    assert set(re.findall(r"arn:aws:s3:::([^\"]+)", policy)) == {"models", "models/*"} and '"s3:*"' not in policy


def test_settings_read_secrets_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the setting's name in RETAIL_SECRETS is its value; a variable says more than a file."""
    (tmp_path / "clickhouse_password").write_text("from-the-file\n")
    monkeypatch.setenv("RETAIL_SECRETS", str(tmp_path))
    monkeypatch.delenv("CLICKHOUSE_PASSWORD", raising=False)
    load_settings.cache_clear()
    try:
        assert load_settings().clickhouse_password.get_secret_value() == "from-the-file"
        monkeypatch.setenv("CLICKHOUSE_PASSWORD", "from-the-environment")
        load_settings.cache_clear()
        assert load_settings().clickhouse_password.get_secret_value() == "from-the-environment"
    finally:
        load_settings.cache_clear()


def test_no_secret_has_a_default() -> None:
    """Not in the code, and not in the list of settings."""
    settings = Settings(_env_file=None)
    assert not [name for name in SECRET_SETTINGS if getattr(settings, name).get_secret_value()]
    for name in SECRET_SETTINGS:
        assert re.search(rf"^{name.upper()}=\s*$", (PROJECT / ".env.example").read_text(), re.MULTILINE)


@pytest.mark.parametrize("file", TOLD, ids=lambda file: str(file.relative_to(PROJECT)))
def test_no_default_password_survives_outside_the_laptop(file: Path) -> None:
    """Where a password is spoken of, a variable, a secret's file or nothing follows; well-known ones are nowhere."""
    text = file.read_text()
    given = [found for found in _GIVEN.findall(text) if not _NO_VALUE.match(found)]
    assert set(given) <= SECRET_SETTINGS, given
    assert not re.search(_WELL_KNOWN, text)


def test_the_laptops_passwords_are_drawn_and_not_known() -> None:
    """The laptop stack has no password in its text either: both homes draw."""
    spec = importlib.util.spec_from_file_location("write_secrets", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert "secrets.token_urlsafe" in (PROJECT / "local_stack" / "secrets.py").read_text()
    drawn = SECRET_SETTINGS & set(module.DRAWN)
    assert drawn | set(module.OPTIONAL) == SECRET_SETTINGS - {"kafka_password"}  # the stack's Kafka asks for none
