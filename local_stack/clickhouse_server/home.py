"""What all queries share, and what belongs to one of them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from local_stack.clickhouse_server.admission import Admission
from local_stack.clickhouse_server.configuration import Folders
from local_stack.clickhouse_server.engine import Engine
from local_stack.clickhouse_server.form import Part
from local_stack.clickhouse_server.http_request import Request
from local_stack.clickhouse_server.options import Options
from local_stack.clickhouse_server.permissions import Permissions
from local_stack.clickhouse_server.response import Response
from local_stack.clickhouse_server.sessions import Sessions
from local_stack.clickhouse_server.users import User

SEPARATOR = "\x1f"  # between the parts of a token; ASCII's unit separator


@dataclass(frozen=True)
class Home:
    """The server's one engine and its registers."""

    engine: Engine
    folders: Folders
    sessions: Sessions
    admission: Admission
    permissions: Permissions
    pool: ThreadPoolExecutor
    session_timeout: int


@dataclass(frozen=True)
class Query:
    """One query request under way; `started` is `time.perf_counter()`."""

    home: Home
    request: Request
    options: Options
    user: User
    response: Response
    parts: list[Part]
    started: float

    @property
    def token(self) -> str:
        """What finds this query in the engine: its id and user, before the client's own comment."""
        parts = (self.options.query_id, self.user.name, self.options.settings.get("log_comment", ""))
        return SEPARATOR.join(part.replace(SEPARATOR, " ") for part in parts)
