"""Run a BACKUP or RESTORE to its end, however long it takes: the engine works, we look."""

import time

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from contracts.problems import Problem

_LOOK_EVERY_S = 0.2
_RUNNING = ("CREATING_BACKUP", "RESTORING")
_DONE = ("BACKUP_CREATED", "RESTORED")
_SPACE = ("NOT_ENOUGH_SPACE", "No space left", "Cannot reserve")
_QUERY = "SELECT query_id FROM system.backups WHERE id = {id:String}"
_STATUS = "SELECT status, error FROM system.backups WHERE id = {id:String}"


def run(client: Client, statement: str, settings: str = "") -> None:
    """Start the statement in the background and wait for it. Raises Problem with what the engine says."""
    try:
        number, *_ = client.command(f"{statement} {settings} ASYNC")  # its id, and that it has begun
        status, error = _ended(client, number)
    except DatabaseError as refused:
        raise explained(str(refused)) from refused
    if status not in _DONE:
        raise explained(error or status)


def wait_for_earlier(client: Client) -> None:
    """Until the engine has ended what a killed program left it with: it goes on without its client."""
    while client.command(f"SELECT count() FROM system.backups WHERE status IN {_RUNNING}"):
        time.sleep(_LOOK_EVERY_S)


def explained(said: str) -> Problem:
    """What the engine says, in one line, and what to do."""
    words = said.strip().splitlines()[0].removeprefix("Received ClickHouse exception, code: ")[:400]
    if any(sign in said for sign in _SPACE):
        return Problem(f"The disk is full: {words}", "Free some, or set RETAIL_BACKUP_FOLDER to another disk.")
    if "CORRUPTED" in said or "BACKUP_DAMAGED" in said or "BACKUP_ENTRY_NOT_FOUND" in said:
        return Problem(f"The backup is damaged: {words}", "Choose another one: ./retail backups.")
    return Problem(f"The engine did not do it: {words}", "Nothing was changed.")


def _ended(client: Client, number: str) -> tuple[str, str]:
    try:
        return _waited(client, number)
    except KeyboardInterrupt:
        client.command(f"KILL QUERY WHERE query_id = ({_QUERY}) ASYNC", {"id": number})
        _waited(client, number)
        raise


def _waited(client: Client, number: str) -> tuple[str, str]:
    while True:
        status, error = client.query(_STATUS, {"id": number}).result_rows[0]
        if status not in _RUNNING:
            return status, error
        time.sleep(_LOOK_EVERY_S)
