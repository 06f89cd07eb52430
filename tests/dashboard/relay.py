"""A TCP relay that can be cut: for who is behind it, the server has died."""

import contextlib
import selectors
import socket
import threading


class Relay:
    """Passes on what comes to `port` to another port of the loopback, until it is cut; mended, it passes on again."""

    def __init__(self, port: int, to: int) -> None:
        self.port, self._to = port, to
        self._is_cut = threading.Event()
        self._listener = self._listening()

    def cut(self) -> None:
        """Refuse all connections and end those there are."""
        self._is_cut.set()
        self._listener.join(timeout=10)

    def mend(self) -> None:
        """Listen again."""
        self._is_cut.clear()
        self._listener = self._listening()

    def _listening(self) -> threading.Thread:
        server = socket.create_server(("127.0.0.1", self.port))
        server.settimeout(0.1)
        thread = threading.Thread(target=self._accept, args=(server,), daemon=True)
        thread.start()
        return thread

    def _accept(self, server: socket.socket) -> None:
        with server:
            while not self._is_cut.is_set():
                with contextlib.suppress(TimeoutError):
                    client, _ = server.accept()
                    threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._to)) as server:
            other = {client: server, server: client}
            with selectors.DefaultSelector() as ready:
                for one in other:
                    ready.register(one, selectors.EVENT_READ)
                while not self._is_cut.is_set():
                    for key, _ in ready.select(0.1):
                        if not (data := key.fileobj.recv(65_536)):
                            return
                        other[key.fileobj].sendall(data)
