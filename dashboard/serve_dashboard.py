"""Serves the dashboard until it is stopped: `python -m dashboard.serve_dashboard [--port N]`."""

import argparse
import sys
import threading
from pathlib import Path

from contracts.settings import load_settings

APP = Path(__file__).with_name("app.py")


def main() -> None:
    """Start Streamlit; everything but the address and the port is in `.streamlit/config.toml`."""
    parser = argparse.ArgumentParser(description=__doc__)
    settings = load_settings()
    parser.add_argument("--port", type=int, default=settings.retail_dashboard_port)
    port = parser.parse_args().port
    threading.Thread(target=_import_ahead, daemon=True).start()
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(APP), "--server.port", str(port)]
    sys.argv += ["--server.address", settings.retail_dashboard_bind]
    cli.main()


def _import_ahead() -> None:
    """What the first page needs, while the server starts and the first reader's browser loads."""
    import dashboard.screens  # noqa: F401
    from dashboard.look.warming import start_warming

    start_warming()


if __name__ == "__main__":
    main()
