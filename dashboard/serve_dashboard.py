"""Serves the dashboard on 127.0.0.1 until it is stopped: `python -m dashboard.serve_dashboard [--port N]`."""

import argparse
import sys
from pathlib import Path

from contracts.settings import load_settings

APP = Path(__file__).with_name("app.py")


def main() -> None:
    """Start Streamlit; everything but the port is in `.streamlit/config.toml`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=load_settings().retail_dashboard_port)
    port = parser.parse_args().port
    _import_ahead()
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(APP), "--server.port", str(port)]
    cli.main()


def _import_ahead() -> None:
    """What the first page needs, so that the first reader does not wait for it."""
    import altair  # noqa: F401
    import pandas  # noqa: F401

    import dashboard.screens  # noqa: F401


if __name__ == "__main__":
    main()
