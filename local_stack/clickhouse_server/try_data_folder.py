"""Open a data folder and close it again: exit code 0 if the engine can, else it says why on stderr."""

import sys
from pathlib import Path

from local_stack.clickhouse_server.configuration import Folders
from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.startup import open_engine


def main() -> int:
    """Try the folder named on the command line."""
    try:
        open_engine(Folders(Path(sys.argv[1]))).close()
    except (ServerError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
