"""Who hears of it when something fails, or takes too long: a log file always, a webhook and mail where settings say so.

Nothing here may fail a task that has not failed: what cannot be sent is logged.
"""

import json
import logging
import smtplib
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from contracts.settings import Settings, load_settings

log = logging.getLogger(__name__)
_SECONDS = 10


def on_failure(context: dict[str, Any]) -> None:
    """A task has failed for good: its name, what it said last, where its log is."""
    task, run = context["ti"], context["dag_run"]
    said = str(context.get("exception") or "it was ended from outside").strip()
    send(f"{task.dag_id}.{task.task_id} failed at try {task.try_number} in {run.run_id}.\n{said}\n{_log_url(task)}")


def on_warning(context: dict[str, Any]) -> None:
    """dbt ran: which checks warned, and what they found; nothing where none did."""
    task = context["ti"]
    found = list(zip(context.get("test_names", ()), context.get("test_results", ()), strict=False))
    lines = [name if said in (None, "None") else f"{name}: {said}" for name, said in found]
    if lines:
        send("\n".join([f"{task.dag_id}.{task.task_id} warns.", *lines]))


def on_lateness(**kwargs: Any) -> None:
    """A run is not done at its deadline."""
    run = (kwargs.get("context") or {}).get("dag_run") or {}
    send(f"{kwargs['dag_id']} is late: {run.get('dag_run_id') or 'its run'} is not done after {kwargs['allowed']}.")


def send(text: str) -> None:
    """Tell everybody who is to be told."""
    settings = load_settings()
    for way in (_to_file, _to_webhook, _to_mail):
        _try(way, settings, text)


def _try(way: Callable[[Settings, str], None], settings: Settings, text: str) -> None:
    try:
        way(settings, text)
    except Exception:
        log.exception("An alarm could not be sent by %s", way.__name__)


def _to_file(settings: Settings, text: str) -> None:
    file = settings.home / "logs" / "alarms.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    with file.open("a") as out:
        out.write(f"{now} {text.replace(chr(10), chr(10) + '    ')}\n")


def _to_webhook(settings: Settings, text: str) -> None:
    url = settings.retail_alert_webhook.get_secret_value()
    if url.startswith(("http://", "https://")):
        body = json.dumps({"text": text}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  checked above
        urllib.request.urlopen(request, timeout=_SECONDS).close()  # noqa: S310


def _to_mail(settings: Settings, text: str) -> None:
    if not settings.retail_alert_mail_to:
        return
    message = EmailMessage()
    message["Subject"] = text.splitlines()[0][:120]
    message["From"], message["To"] = settings.retail_alert_mail_from, settings.retail_alert_mail_to
    message.set_content(text)
    over_tls = settings.retail_smtp_port == 465
    kind = smtplib.SMTP_SSL if over_tls else smtplib.SMTP
    with kind(settings.retail_smtp_host, settings.retail_smtp_port, timeout=_SECONDS) as server:
        if not over_tls and server.has_extn("starttls"):
            server.starttls()
        if settings.retail_smtp_user:
            server.login(settings.retail_smtp_user, settings.retail_smtp_password.get_secret_value())
        server.send_message(message)


def _log_url(task: Any) -> str:
    return str(getattr(task, "log_url", "") or "")
