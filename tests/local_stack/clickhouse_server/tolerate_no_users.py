"""A pytest plugin for other projects' suites: making and dropping users may fail, since the engine keeps none."""

import functools

from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.httpclient import HttpClient


def _tolerant(command):
    @functools.wraps(command)
    def wrapped(self, cmd, *args, **kwargs):
        try:
            return command(self, cmd, *args, **kwargs)
        except DatabaseError:
            if cmd.lstrip().upper().startswith(("CREATE USER", "DROP USER")):
                return ""
            raise

    return wrapped


HttpClient.command = _tolerant(HttpClient.command)
