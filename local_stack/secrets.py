"""Passwords of one laptop stack: drawn once, kept in its home, readable by its owner only."""

import os
import secrets

from pydantic import SecretStr

from contracts.settings import SECRETS_FILE, Settings, load_settings

NAMES = ("CLICKHOUSE_PASSWORD", "CLICKHOUSE_READER_PASSWORD", "RETAIL_ERASURE_SALT")
AIRFLOW_NAMES = ("RETAIL_AIRFLOW_PASSWORD", "RETAIL_AIRFLOW_SECRET")


def ensure_secrets(settings: Settings, names: tuple[str, ...] = NAMES) -> Settings:
    """Draw the passwords that nobody has set; gives the settings that hold them."""
    missing = [name for name in names if not getattr(settings, name.lower()).get_secret_value()]
    if not missing:
        return settings
    drawn = {name: secrets.token_urlsafe(24) for name in missing}
    settings.home.mkdir(parents=True, exist_ok=True)
    # Created with its mode, never opened up to others even for a moment.
    file = os.open(settings.home / SECRETS_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "a") as out:
        out.writelines(f"{name}={value}\n" for name, value in drawn.items())
    load_settings.cache_clear()
    return settings.model_copy(update={name.lower(): SecretStr(value) for name, value in drawn.items()})
