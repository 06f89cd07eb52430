"""Is a port free?"""

import socket

from contracts.problems import Problem


def is_free(host: str, port: int) -> bool:
    """True if nothing listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_free_ports(host: str, ports: dict[str, int]) -> None:
    """Raise Problem that names the setting of the first port in use."""
    for name, port in ports.items():
        if not is_free(host, port):
            raise Problem(f"Port {port} is in use.", f"Stop what uses it, or set {name} to another port.")


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nothing uses now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
