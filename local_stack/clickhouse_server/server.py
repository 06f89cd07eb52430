"""The listening socket and a thread for every connection."""

import contextlib
import io
import logging
import socket
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus

from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.home import Home
from local_stack.clickhouse_server.http_request import BadRequest, ClientGone, Request, read_request
from local_stack.clickhouse_server.queries import answer_query
from local_stack.clickhouse_server.response import Response
from local_stack.clickhouse_server.users import Users

_log = logging.getLogger("clickhouse_server")
_IDLE_SECONDS = 30
_STALLED_SECONDS = 300
_MAX_CONNECTIONS = 1024


class Server:
    """Accepts connections until `stop`."""

    def __init__(self, listening: socket.socket, home: Home, users: Users, max_body: int) -> None:
        self._listening, self._home, self._users, self._max_body = listening, home, users, max_body
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._answering = 0
        self._answered = threading.Condition(self._lock)
        self._stopping = False

    def serve(self) -> None:
        """Accept until the listening socket is closed."""
        while not self._stopping:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                is_full = len(self._connections) >= _MAX_CONNECTIONS
                if not is_full:
                    self._connections.add(sock)
            if is_full:
                sock.close()
                continue
            threading.Thread(target=self._converse, args=(sock,), daemon=True).start()

    def stop(self) -> None:
        """Take no new connection or request; what is under way goes on."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def wait_until_quiet(self, seconds: float) -> bool:
        """Whether the last answer under way ended in that time."""
        with self._answered:
            return self._answered.wait_for(lambda: self._answering == 0, seconds)

    def disconnect(self) -> None:
        """Cut every connection, which stops its query."""
        with self._lock:
            connections = list(self._connections)
        for sock in connections:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _converse(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = sock.makefile("rb", buffering=1 << 16)
        try:
            while not self._stopping:
                sock.settimeout(_IDLE_SECONDS)
                if not self._exchange(sock, stream):
                    break
        except (ClientGone, OSError):
            pass
        except Exception:
            _log.exception("connection ended by an error of the server")
        finally:
            with self._lock:
                self._connections.discard(sock)
            stream.close()
            sock.close()

    def _exchange(self, sock: socket.socket, stream: io.BufferedReader) -> bool:
        """One request and its answer; whether another may follow."""
        try:
            request = read_request(stream, sock, self._max_body)
        except (BadRequest, ServerError) as error:
            _refuse(sock, error)
            return False
        if request is None:
            return False
        sock.settimeout(_STALLED_SECONDS)
        keeps_alive = request.keeps_alive and not self._stopping
        response = Response(sock, request.version, keeps_alive, request.method != "HEAD")
        with self._counted():
            self._answer(request, response)
            response.end()
        if response.keeps_alive and request.body.is_finished:
            return True
        _linger(sock, request)
        return False

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._answering += 1
        try:
            yield
        finally:
            with self._answered:
                self._answering -= 1
                self._answered.notify_all()

    def _answer(self, request: Request, response: Response) -> None:
        try:
            self._route(request, response)
        except ServerError as error:
            if not request.body.is_finished:
                response.keeps_alive = False
            _log.info("%s: %s", error.code, error.message[:300])
            response.fail(error, error.text(self._home.engine.version))

    def _route(self, request: Request, response: Response) -> None:
        if request.path == "/ping" or request.path == "/replicas_status":
            response.headers["Content-Type"] = "text/html; charset=UTF-8"
            response.send(HTTPStatus.OK, b"Ok.\n")
        elif request.method == "OPTIONS":
            response.add("Access-Control-Allow-Methods", "POST, GET, OPTIONS, HEAD")
            response.send(HTTPStatus.NO_CONTENT, b"")
        elif request.path not in ("/", "/query"):
            message = f"There is no handle {request.path}\n\nUse / or /ping for health checks.\n\n"
            response.send(HTTPStatus.NOT_FOUND, message.encode(errors="replace"))
        elif request.method == "GET" and not request.params:
            response.headers["Content-Type"] = "text/html; charset=UTF-8"
            response.send(HTTPStatus.OK, b"Ok.\n")
        elif request.method not in ("GET", "POST", "HEAD", "PUT"):
            response.send(HTTPStatus.NOT_IMPLEMENTED, b"Only GET, HEAD and POST are supported\n")
        else:
            user = self._users.authenticate(request.headers, request.params)
            answer_query(self._home, request, user, response)


def _refuse(sock: socket.socket, error: Exception) -> None:
    status = error.status if isinstance(error, ServerError) else HTTPStatus.BAD_REQUEST
    response = Response(sock, "HTTP/1.1", keeps_alive=False)
    response.send(status, f"{error}\n".encode(errors="replace"))
    response.end()
    _linger(sock, None)


def _linger(sock: socket.socket, request: Request | None) -> None:
    """Let the answer arrive before the connection goes: what the client still sends is read for a moment."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        if request is not None and request.body.is_finished:
            return
        sock.settimeout(1)
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline and sock.recv(1 << 20):
            pass
