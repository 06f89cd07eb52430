"""Passwords are drawn once, for the stack that was asked for."""

from pathlib import Path

from contracts.settings import Settings, load_settings
from local_stack.secrets import ensure_secrets


def test_drawn_passwords_leave_the_other_settings_alone(tmp_path: Path) -> None:
    """Home and ports stay those that were asked for; they do not become those of the environment."""
    asked = Settings(_env_file=None, retail_home=tmp_path, clickhouse_port=4711)
    given = ensure_secrets(asked)
    load_settings.cache_clear()
    drawn = given.clickhouse_password.get_secret_value()
    assert (given.home, given.clickhouse_port) == (tmp_path, 4711)
    assert drawn and f"CLICKHOUSE_PASSWORD={drawn}\n" in (tmp_path / "secrets.env").read_text()
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600
