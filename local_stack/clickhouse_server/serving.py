"""The server's life: open the engine, serve, and end in good order."""

import contextlib
import logging
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

from contracts.settings import Settings
from local_stack.clickhouse_server.admission import Admission
from local_stack.clickhouse_server.configuration import Folders
from local_stack.clickhouse_server.home import Home
from local_stack.clickhouse_server.permissions import Permissions
from local_stack.clickhouse_server.server import Server
from local_stack.clickhouse_server.sessions import Sessions
from local_stack.clickhouse_server.startup import create_views, open_engine, warn_of_broken_parts
from local_stack.clickhouse_server.users import Users

_log = logging.getLogger("clickhouse_server")
_PATIENCE_SECONDS = 5  # for the queries at work when the server is told to stop


def serve(settings: Settings, listening: socket.socket, folders: Folders, users: Users, stop: threading.Event) -> None:
    """Serve until `stop` is set; returns when no query is at work and the engine is closed."""
    with contextlib.closing(open_engine(folders)) as engine:
        create_views(engine)
        warn_of_broken_parts(engine)
        limit = settings.local_clickhouse_max_queries
        home = Home(
            engine=engine,
            folders=folders,
            sessions=Sessions(engine),
            admission=Admission(limit),
            permissions=Permissions(engine),
            pool=ThreadPoolExecutor(limit, thread_name_prefix="query"),
            session_timeout=settings.local_clickhouse_session_timeout_s,
        )
        server = Server(listening, home, users, int(settings.local_clickhouse_max_body_gb * 1024**3))
        threading.Thread(target=server.serve, daemon=True).start()
        _log.info("ClickHouse %s listens on %s:%s", engine.version, *listening.getsockname()[:2])
        while not stop.wait(1):
            home.sessions.end_idle()
        _log.info("stopping")
        _end(server, home)


def _end(server: Server, home: Home) -> None:
    server.stop()
    if not server.wait_until_quiet(_PATIENCE_SECONDS):
        _log.info("stopping the queries still at work")
        server.disconnect()
        if not server.wait_until_quiet(_PATIENCE_SECONDS):
            # Such as one that waits for an address that does not answer. What was acknowledged is on disk.
            _log.warning("a query does not stop; ending without it")
            logging.shutdown()
            os._exit(0)
    home.pool.shutdown(wait=True)
    home.sessions.close()
