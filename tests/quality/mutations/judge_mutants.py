"""Judge the mistakes that standard input names, a JSON object per line; each verdict is a line of standard output."""

import json
import signal
import sys
from contextlib import redirect_stdout

from tests.dbt_project.own_server import own_clickhouse
from tests.dbt_project.warehouse_build import WarehouseBuild
from tests.quality.mutations.judge import Judge
from tests.quality.mutations.worlds import land_worlds


def main() -> None:
    """Start a server, build all worlds, judge; ends when the input does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server must not outlive us
    try:
        # What dbt prints is no verdict.
        with redirect_stdout(sys.stderr), own_clickhouse() as settings:
            _judge(WarehouseBuild(settings))
    except KeyboardInterrupt:
        sys.exit(130)


def _judge(build: WarehouseBuild) -> None:
    _say({"step": "landing the worlds"})
    land_worlds(build)
    _say({"step": "building them"})
    build.dbt("run")
    judge = Judge(build)
    _say({"step": "judging"})
    for line in sys.stdin:
        mutant = json.loads(line)
        _say({"number": mutant["number"], **vars(judge.verdict(mutant["model"], mutant["sql"]))})


def _say(what: dict[str, object]) -> None:
    sys.__stdout__.write(json.dumps(what) + "\n")
    sys.__stdout__.flush()


if __name__ == "__main__":
    main()
