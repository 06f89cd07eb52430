"""Take the server's port."""

import errno
import socket

from contracts.problems import Problem


def listen(address: str, port: int) -> socket.socket:
    """A listening socket. Raises `Problem` if somebody has the port, or the address is not ours."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
        listening.listen(256)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise Problem(
                f"Port {port} on {address} is in use by another program.", "Stop it, or set CLICKHOUSE_PORT."
            ) from None
        raise Problem(f"Cannot listen on {address}:{port}: {error.strerror}.", "Check LOCAL_CLICKHOUSE_BIND.") from None
    return listening
