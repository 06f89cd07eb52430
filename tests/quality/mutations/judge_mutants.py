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
    """Start a server, build all worlds, judge; ends when the input does, or at a signal, and takes the server along."""
    stopped = []

    def stop(*_: object) -> None:
        stopped.append(True)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        # What dbt prints is no verdict.
        with redirect_stdout(sys.stderr), own_clickhouse() as settings:
            _judge(WarehouseBuild(settings))
    except BaseException:
        if not stopped:
            raise
        sys.exit(130)  # whatever dbt made of the interrupt


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
